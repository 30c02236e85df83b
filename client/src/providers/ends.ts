/** Ends of flows: the calls that are left when the browser has come back, in the client's own way of signing in. */
import type { Client } from "../client.ts";
import type { Mode } from "../input.ts";
import { finishComplete, type LoginPending, type SigningMode } from "../login-pending.ts";
import type { Result, Success } from "../result.ts";
import type { WebAbortSignal } from "../web.ts";
import type { Given } from "./address.ts";
import type { KeptFlow } from "./flows.ts";
import { noReturn, type NoReturn } from "./no-return.ts";
import { pendingOf, problemOf } from "./told-elsewhere.ts";
import type { Came, Over } from "./ways.ts";

type Signal = WebAbortSignal | undefined;

/** Ends a sign-in, and finishes it where nothing is missing. */
export async function endLogin(api: Client<SigningMode>, { flow, given }: Came, signal: Signal) {
  const begun = await beginFinish(api, flow, given, signal);
  if (!begun.ok) return begun;
  const finished = await finishComplete(begun, (pending) =>
    api.finishSignIn(pending, undefined, { signal }),
  );
  return "returnTo" in begun.data ? { ...finished, returnTo: begun.data.returnTo } : finished;
}

/** The half-login: the server's own page has handed it over, or it is made of the provider's answer. */
async function beginFinish(
  api: Client<SigningMode>,
  flow: KeptFlow,
  given: Given,
  signal: Signal,
): Promise<Result<"completeProviderLogin"> | Success<200, LoginPending> | NoReturn> {
  const { loginToken, linkToken } = given;
  if (loginToken !== undefined) return pendingOf({ ...given, loginToken });
  if (linkToken !== undefined)
    return problemOf<"completeProviderLogin">({ code: "identity_collision", linkToken });
  const answer = answerOf(flow, given);
  return answer ? api.completeProviderLogin(answer, { signal }) : noReturn("bad_return");
}

/** Ends a link. */
export async function endLink(api: Client<Mode>, { flow, given }: Came, signal: Signal) {
  const answer = answerOf(flow, given);
  return answer ? api.completeProviderLink(answer, { signal }) : noReturn("bad_return");
}

/** The server's own page has signed in with cookies, which this page shares. Of tokens it has none then, and that is a 401. */
export async function seeLogin(api: Client<SigningMode>, { told }: Over, signal: Signal) {
  if (told.outcome === "failed") return problemOf<"completeProviderLogin">(told);
  const me = await api.getMe({}, { signal });
  return me.ok ? { ...me, data: { user: me.data } } : me;
}

/** The server's own page has linked it. */
export async function seeLink(api: Client<Mode>, { flow, told }: Over, signal: Signal) {
  if (told.outcome === "failed") return problemOf<"completeProviderLink">(told);
  const listed = await api.listMyIdentities({}, { signal });
  if (!listed.ok) return listed;
  const identity = listed.data.items.find(({ provider }) => provider === flow.provider);
  // Another tab has removed it, or signed in to another account.
  return identity ? { ...listed, data: identity } : noReturn("not_begun_here");
}

/** The input of the operation that ends the flow, for whoever holds its `challengeToken`. */
function answerOf(
  { provider: providerId, challengeToken }: KeptFlow,
  { state, code, error, iss }: Given,
) {
  const common = { providerId, challengeToken, state, iss };
  if (code !== undefined) return { ...common, code };
  return error === undefined ? undefined : { ...common, error };
}
