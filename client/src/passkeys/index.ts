/**
 * `@portcullis/client/passkeys`: the ceremony of the browser and the requests around it, in one call. For pages; it can
 * be loaded where there is no browser, and is then `unsupported`. Nothing here rejects for what a user or a browser does.
 */
import type { Client } from "../client.ts";
import type { Mode } from "../input.ts";
import {
  finishComplete,
  type FinishedSignIn,
  type LoginPending,
  type SignIn,
  type SigningMode,
} from "../login-pending.ts";
import type { Result } from "../result.ts";
import type { Failed, Told } from "../told.ts";
import type { WebAbortSignal } from "../web.ts";
import { untilChosen } from "./autofill.ts";
import { askPasskey, hasPasskeys, makePasskey, noPasskey } from "./ceremony.ts";
import type { NoPasskey } from "./no-passkey.ts";

export type { NoPasskey } from "./no-passkey.ts";

/** Options of each ceremony. */
export interface PasskeyOptions {
  /** Gives it up, whether the browser or the server is asked: `failure` is then `aborted`. */
  readonly signal?: WebAbortSignal | undefined;
}

/** Options of a new passkey. */
export interface AddOptions extends PasskeyOptions {
  /** How its owner calls it. Without, the server finds a name. */
  readonly name?: string | undefined;
}

/** Options of a sign-in by passkey. */
export interface SignInOptions extends PasskeyOptions {
  /** Waits in the fields of the page, instead of asking in a window of the browser. */
  readonly autofill?: boolean | undefined;
}

/** All that the calls of a ceremony can come to, but for the successes of those that only begin it. */
export type PasskeyResult<R> = Told<R> | NoPasskey;

/** All that adding a passkey can come to; a 201 has it, and the recovery codes if it is the first second factor. */
export type AddedPasskey = PasskeyResult<Result<"addPasskey"> | Failed<Result<"startPasskey">>>;
/** All that a sign-in by passkey can come to. */
export type PasskeySignIn<M extends SigningMode = "cookies"> = PasskeyResult<
  SignIn<M, "startPasskeyLogin" | "completePasskeyLogin">
>;
/** All that a second step by passkey can come to. */
export type PasskeySecondStep<M extends SigningMode = "cookies"> = PasskeyResult<
  FinishedSignIn<M> | Failed<Result<"startSecondFactorPasskey">>
>;
/** All that a proof by passkey can come to. */
export type PasskeyProof = PasskeyResult<
  Result<"reauthenticate"> | Failed<Result<"startReauthentication">>
>;

/** Adds a passkey to the account that is signed in: `startPasskey`, the browser, `addPasskey`. */
export async function addPasskey(
  api: Client<Mode>,
  { name, signal }: AddOptions = {},
): Promise<AddedPasskey> {
  if (!hasPasskeys()) return noPasskey("unsupported");
  const started = await api.startPasskey({}, { signal });
  if (!started.ok) return started;
  const { setupToken, options } = started.data;
  const made = await makePasskey(options, signal);
  if (!made.ok) return made;
  return api.addPasskey({ setupToken, credential: made.credential, name }, { signal });
}

/**
 * Signs in without an address: `startPasskeyLogin`, the browser, `completePasskeyLogin`, then `finishLogin` or
 * `finishTokenLogin`. With `autofill` it waits, for as long as the page is open, until a passkey is chosen in a field with
 * `autocomplete="username webauthn"`; any other ceremony of the page ends that with `aborted`.
 */
export function signInWithPasskey<M extends SigningMode>(
  api: Client<M>,
  options?: SignInOptions,
): Promise<PasskeySignIn<M>>;
export async function signInWithPasskey(
  api: Client<SigningMode>,
  { autofill = false, signal }: SignInOptions = {},
): Promise<PasskeySignIn<SigningMode>> {
  const chosen = autofill
    ? await untilChosen((until) => api.startPasskeyLogin({}, { signal: until }), signal)
    : await chooseNow(api, signal);
  if (!chosen.ok) return chosen;
  const { challengeToken, credential } = chosen;
  const completed = await api.completePasskeyLogin({ challengeToken, credential }, { signal });
  return finishComplete(completed, (pending) => api.finishSignIn(pending, undefined, { signal }));
}

/** Takes the second step of a sign-in: `startSecondFactorPasskey`, the browser, `finishLogin` or `finishTokenLogin`. */
export function finishWithPasskey<M extends SigningMode>(
  api: Client<M>,
  pending: Pick<LoginPending, "loginToken">,
  options?: PasskeyOptions,
): Promise<PasskeySecondStep<M>>;
export async function finishWithPasskey(
  api: Client<SigningMode>,
  pending: Pick<LoginPending, "loginToken">,
  { signal }: PasskeyOptions = {},
): Promise<PasskeySecondStep<SigningMode>> {
  if (!hasPasskeys()) return noPasskey("unsupported");
  const { loginToken } = pending;
  const started = await api.startSecondFactorPasskey({ loginToken }, { signal });
  if (!started.ok) return started;
  const { challengeToken, options } = started.data;
  const answer = await askPasskey(options, signal);
  if (!answer.ok) return answer;
  const { credential } = answer;
  return api.finishSignIn(pending, { method: "passkey", challengeToken, credential }, { signal });
}

/** Proves again who is signed in: `startReauthentication`, the browser, `reauthenticate`. */
export async function reauthenticateWithPasskey(
  api: Client<Mode>,
  { signal }: PasskeyOptions = {},
): Promise<PasskeyProof> {
  if (!hasPasskeys()) return noPasskey("unsupported");
  const method = "passkey";
  const started = await api.startReauthentication({ method }, { signal });
  if (!started.ok) return started;
  const { data, response } = started;
  // The document lets a mail be told of here too, which nobody asked for.
  if (!("options" in data)) return { ok: false, status: 0, failure: "unexpected_answer", response };
  const answer = await askPasskey(data.options, signal);
  if (!answer.ok) return answer;
  const { challengeToken } = data;
  return api.reauthenticate({ method, challengeToken, credential: answer.credential }, { signal });
}

async function chooseNow(api: Client<SigningMode>, signal: WebAbortSignal | undefined) {
  if (!hasPasskeys()) return noPasskey("unsupported");
  const started = await api.startPasskeyLogin({}, { signal });
  if (!started.ok) return started;
  const { challengeToken, options } = started.data;
  const answer = await askPasskey(options, signal);
  return answer.ok ? { ok: true as const, challengeToken, credential: answer.credential } : answer;
}
