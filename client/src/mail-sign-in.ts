/** Carries a sign-in by mail from its proof to the session, in the client's own way of signing in. */
import type { CallRow } from "./credential.ts";
import { operationTable } from "./generated/operations.ts";
import type { Input, Mode } from "./input.ts";
import { finishComplete, finishSignIn, type SignIn, type SigningMode } from "./login-pending.ts";
import type { UntypedResult } from "./result.ts";

/**
 * The code or the token of the mail. With tokens the `challengeToken` of `startMailLogin` is needed too; with cookies
 * the browser's, or the jar's, cookie stands for it.
 */
export type MailProof<M extends SigningMode = "cookies"> = "tokens" extends M
  ? Input<"completeMailLogin"> & { readonly challengeToken: string }
  : Input<"completeMailLogin">;

/** Everything a sign-in by mail can come to. */
export type MailSignIn<M extends SigningMode = "cookies"> = SignIn<M, "completeMailLogin">;

/** Completes the sign-in, and finishes it where nothing is missing. `call` calls the operation of a row. */
export async function signInByMail(
  call: CallRow,
  signsInBy: Mode,
  proof: Readonly<Record<string, unknown>>,
): Promise<UntypedResult> {
  const completed = await call(operationTable.completeMailLogin, proof);
  return finishComplete(completed, (pending) => finishSignIn(call, signsInBy, pending));
}
