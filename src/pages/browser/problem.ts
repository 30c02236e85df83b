import type { ProblemCode, ProblemFields } from "../../contract/problems.ts";

/** A problem document. Its `code` says which fields it has besides. */
export type Problem = {
  [C in ProblemCode]: { readonly code: C; readonly detail: string } & ProblemFields<C>;
}[ProblemCode];

/** Reads the body of an answer that is no success. Rejects where it is no JSON, as from a proxy. */
export async function readProblem(response: Response): Promise<Problem> {
  return (await response.json()) as Problem; // this server's, which the contract binds
}
