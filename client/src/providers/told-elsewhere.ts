/**
 * Answers that another page got: the server's own, which says how it ended. They become what they would have been here,
 * with no `requestId`, and a `response` without the server's headers.
 */
import { endedProblems } from "../generated/provider-return.ts";
import type { LoginPending } from "../login-pending.ts";
import type { Result, Success } from "../result.ts";
import type { Failed } from "../told.ts";

/** A problem of which a page told the code. One of a newer server is no answer that this client knows. */
export function problemOf<K extends "completeProviderLogin" | "completeProviderLink">({
  code,
  linkToken,
}: {
  readonly code: string;
  readonly linkToken?: string | undefined;
}): Failed<Result<K>> {
  const problems: Readonly<Record<string, { readonly status: number }>> = endedProblems;
  const example = Object.hasOwn(problems, code) ? problems[code] : undefined;
  if (example === undefined) return { ok: false, status: 0, failure: "unexpected_answer" };
  const fields = linkToken === undefined ? {} : { linkToken, returnTo: null };
  const problem = { ...example, ...fields, requestId: "" };
  const { status } = example;
  const response = responseOf(problem, status);
  // The proven edge: code, status and fields are an example of the document's.
  return { ok: false, status, problem, requestId: "", response } as Failed<Result<K>>;
}

/** A half-login that a page handed over. */
export function pendingOf(given: {
  readonly loginToken: string;
  readonly secondFactors?: string | undefined;
  readonly expiresInSeconds?: string | undefined;
}): Success<200, LoginPending> {
  const { loginToken, secondFactors = "", expiresInSeconds } = given;
  const data = {
    loginToken,
    expiresInSeconds: Number(expiresInSeconds ?? 0),
    secondFactors: secondFactors.split(",").filter((factor) => factor !== ""),
  } as LoginPending; // a factor of a newer server is text too, as in every answer
  return { ok: true, status: 200, data, requestId: "", response: responseOf(data, 200) };
}

function responseOf(body: unknown, status: number): Response {
  return new Response(JSON.stringify(body), { status });
}
