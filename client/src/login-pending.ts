/** A sign-in whose first step is taken: how it is told from a session, and how it goes on. */
import { textIn } from "./answer.ts";
import type { CallRow } from "./credential.ts";
import { operationTable } from "./generated/operations.ts";
import type { Input, Mode, OperationId } from "./input.ts";
import type { Result, Schemas, Success, UntypedResult } from "./result.ts";

/** The modes that begin a session of their own. */
export type SigningMode = Exclude<Mode, "accessToken">;

/** There is no session yet. `secondFactors` names the ways to take the second step; empty where nothing is missing. */
export type LoginPending = Schemas["LoginPending"];

/** The second step of a sign-in: what `finishLogin` takes, but for the `loginToken`. */
export type SecondStep = WithoutToken<Input<"finishLogin">>;
type WithoutToken<Form> = Form extends unknown ? Omit<Form, "loginToken"> : never;

/** The end of a sign-in, in the client's own way of signing in. */
export type FinishedSignIn<M extends SigningMode = "cookies"> = M extends "cookies"
  ? Result<"finishLogin">
  : Result<"finishTokenLogin">;

/**
 * Everything a sign-in of several calls can come to: the session or the pair; what is pending, where the account asks
 * for a second factor; or the failure of one of the calls, `Begun` those before the last.
 */
export type SignIn<M extends SigningMode, Begun extends OperationId> =
  | Extract<FinishedSignIn<M>, { readonly ok: true }>
  | Success<200, LoginPending>
  | (Exclude<Result<Begun> | FinishedSignIn<M>, { readonly ok: true }> & Interrupted);

interface Interrupted {
  /** There where only the last call failed: the proof is spent, the sign-in is not. `finishSignIn` goes on with it. */
  readonly pending?: LoginPending | undefined;
}

/** True where there is no session yet, only its first step. In the other branch `data` is the session, or the pair. */
export function isPending(data: unknown): data is LoginPending {
  return textIn(data, "loginToken") !== undefined;
}

/** Calls the operation that begins the session of a pending sign-in. */
export function finishSignIn(
  call: CallRow,
  signsInBy: Mode,
  { loginToken }: Pick<LoginPending, "loginToken">,
  step: Readonly<Record<string, unknown>> = { method: "none" },
): Promise<UntypedResult> {
  const { finishLogin, finishTokenLogin } = operationTable;
  return call(signsInBy === "cookies" ? finishLogin : finishTokenLogin, { ...step, loginToken });
}

/** Finishes a sign-in where nothing is missing, and hands on what is pending elsewhere. */
export async function finishComplete<Begun extends UntypedResult, Finished extends UntypedResult>(
  begun: Begun,
  finish: (pending: LoginPending) => Promise<Finished>,
) {
  if (!begun.ok || !isPending(begun.data) || begun.data.secondFactors.length > 0) return begun;
  const pending = begun.data;
  const finished = await finish(pending);
  // 401: the token is spent. Anything else has not used it up, as far as anybody knows.
  return finished.ok || finished.status === 401 ? finished : { ...finished, pending };
}
