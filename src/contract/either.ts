/** Bodies of which there are two forms, such as a code or a link. */
import { z } from "zod";

/**
 * A body in one of two forms. They share no required field, so which one was meant shows in its fields;
 * `issuesOfUnion` tells the faults of that one.
 */
export function either<A extends z.ZodObject, B extends z.ZodObject>(
  id: string,
  description: string,
  [first, second]: readonly [A, B],
  examples: readonly [z.input<A>, z.input<B>],
) {
  return z.union([first, second]).meta({ id, description, examples: [...examples] });
}
