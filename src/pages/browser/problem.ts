import type { ProblemCode, ProblemFields } from "../../contract/problems.ts";

/** A problem document. Its `code` says which fields it has besides. */
export type Problem = {
  [C in ProblemCode]: {
    readonly code: C;
    readonly detail: string;
    readonly requestId: string;
  } & ProblemFields<C>;
}[ProblemCode];

/** Reads the body of an answer that is no success. Rejects where it is no JSON, as from a proxy. */
export async function readProblem(response: Response): Promise<Problem> {
  return (await response.json()) as Problem; // this server's, which the contract binds
}

/** Says a problem in the contract's words, with when to try again, or with what to tell the operator. */
export function sentenceOf(problem: Problem): string {
  if (problem.code === "internal_error") return `${problem.detail} ${problem.requestId}`;
  if (!("retryAfterSeconds" in problem)) return problem.detail;
  const { detail, retryAfterSeconds: seconds } = problem;
  const isLong = seconds > MINUTE_SECONDS;
  const unit = isLong ? "minute" : "second";
  const wait = new Intl.NumberFormat("en", { style: "unit", unit, unitDisplay: "long" });
  return `${detail} Try again in ${wait.format(isLong ? Math.ceil(seconds / MINUTE_SECONDS) : seconds)}.`;
}

const MINUTE_SECONDS = 60;
