/** The form of a problem in the catalogue of `problem-descriptions.ts`. */
import type { z } from "zod";

export interface ProblemDescription {
  readonly status: number;
  readonly title: string;
  /**
   * The `detail` sent with it. Fixed, so that no answer can leak what the server knows; but `{origin}` is the place
   * of the field `origin`, which repeats what the client sent.
   */
  readonly detail: string;
  /** Its background, for people: the likely cause, or the reason for the rule. */
  readonly why: string;
  /** The advice to the person who meets it, in a sentence or two. */
  readonly remedy: string;
  readonly fields?: Readonly<Record<string, z.ZodType>>;
  readonly exampleFields?: Readonly<Record<string, string | number | readonly unknown[]>>;
  /** Headers that the answer carries: name to value and to what the document says of it. */
  readonly headers?: Readonly<Record<string, { readonly value: string; readonly says: string }>>;
}
