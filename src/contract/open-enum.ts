/**
 * Enums and unions that may gain members in any version (D8): events, their reasons, ways of proof. A client takes a
 * member that it does not know for one that it has no case for. All others are closed: the problem codes of an operation
 * above all. The gate of the released document reads the mark (`scripts/release/document-changes.ts`).
 */
import { z } from "zod";

export const OPEN = "x-open";

/** The metadata of an open enum or union. */
export function open(description: string) {
  return { description: `${description} More may come.`.trimStart(), [OPEN]: true };
}

export function openEnum<const V extends readonly string[]>(values: V, description = "") {
  return z.enum(values).meta(open(description));
}
