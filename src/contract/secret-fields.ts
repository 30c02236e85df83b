/** Secret fields, read from their schemas, so that no list can forget one. */
import { z } from "zod";
import type { OperationDescription } from "./operation.ts";
import { walk } from "./walk.ts";

/** The names of all properties marked secret, anywhere in the operations' bodies. */
export function secretFieldNames(operations: readonly OperationDescription[]): string[] {
  const bodies = operations.flatMap(({ request, responses }) => [
    ...(request.body ? [request.body] : []),
    ...Object.values(responses).flatMap(({ body }) => body ?? []),
  ]);
  const names = bodies.flatMap((body) => [...walk(body)].flatMap(secretPropertiesOf));
  return [...new Set(names)].sort();
}

/**
 * The names whose values the log hides, whatever carries them. A name that an event declares means something else
 * there: an error's `code` is no mailed one, and an operator needs it.
 */
export function namesHiddenInLog(
  operations: readonly OperationDescription[],
  events: Readonly<Record<string, { readonly fields: object }>>,
): string[] {
  const declared = new Set(Object.values(events).flatMap(({ fields }) => Object.keys(fields)));
  return secretFieldNames(operations).filter((name) => !declared.has(name));
}

function secretPropertiesOf(schema: z.ZodType): string[] {
  if (!(schema instanceof z.ZodObject)) return [];
  return Object.entries<z.core.$ZodType>(schema.shape)
    .filter(([, field]) => [...walk(field)].some((part) => part.meta()?.["x-secret"]))
    .map(([name]) => name);
}
