/** Carries a sign-in by mail from its proof to the session, in the client's own way of signing in. */
import { operationTable } from "./generated/operations.ts";
import type { Input, Mode, OperationRow } from "./input.ts";
import type { Result, Schemas, Success, UntypedResult } from "./result.ts";

/** The modes that begin a session of their own. */
export type SigningMode = Exclude<Mode, "accessToken">;

/**
 * The code or the token of the mail. With tokens the `challengeToken` of `startMailLogin` is needed too; with cookies
 * the browser's, or the jar's, cookie stands for it.
 */
export type MailProof<M extends SigningMode = "cookies"> = "tokens" extends M
  ? Input<"completeMailLogin"> & { readonly challengeToken: string }
  : Input<"completeMailLogin">;

/**
 * The session; or what is pending, where the account asks for a second factor: `"loginToken" in r.data`. Otherwise what
 * either step can fail with.
 */
export type MailSignIn<M extends SigningMode = "cookies"> =
  | (M extends "cookies" ? Result<"finishLogin"> : Result<"finishTokenLogin">)
  | Exclude<Result<"completeMailLogin">, { readonly ok: true }>
  | Success<200, SecondFactorNeeded>;

/** A sign-in whose first step is taken. `secondFactors` names the ways to take the second. */
export type SecondFactorNeeded = Schemas["LoginPending"];

/** Completes the sign-in, and finishes it where nothing is missing. `call` calls the operation of a row. */
export async function signInByMail(
  call: (row: OperationRow, input: Readonly<Record<string, unknown>>) => Promise<UntypedResult>,
  signsInBy: Mode,
  proof: Readonly<Record<string, unknown>>,
): Promise<UntypedResult> {
  const { completeMailLogin, finishLogin, finishTokenLogin } = operationTable;
  const completed = await call(completeMailLogin, proof);
  if (!completed.ok) return completed;
  // The proven edge: `readAnswer` lets nothing through that the document does not have.
  const { loginToken, secondFactors } = completed.data as SecondFactorNeeded;
  if (secondFactors.length > 0) return completed;
  const finish = signsInBy === "cookies" ? finishLogin : finishTokenLogin;
  return call(finish, { loginToken, method: "none" });
}
