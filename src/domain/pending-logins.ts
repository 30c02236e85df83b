/**
 * Half-logins: a first factor was proved, and there is no session yet (D3). What is pending is a challenge that holds
 * the proof; its end goes through the one door, which asks again whether the proof still stands.
 */
import { type Begun, beginSession, type Proof } from "./begin-session.ts";
import {
  type CookieLogin,
  newCookies,
  type NewCookies,
  newTokens,
  type NewTokens,
} from "./carriers.ts";
import { notGood, openSealed, prepareChallenge, spend } from "./challenges.ts";
import { type Change, commit, type Uses } from "./change.ts";
import { type KnownDevice, recognizeDevice } from "./devices.ts";
import type { Journal, Occasion } from "./ports/events.ts";
import type { Client } from "./ports/sessions.ts";
import type { TokenPair } from "./refresh-tokens.ts";
import { refuseUncounted } from "./password-proof.ts";
import { hashSecret } from "./secrets.ts";

/** The answer to a first factor. */
export interface LoginPending {
  readonly loginToken: string;
  readonly expiresInSeconds: number;
  /** The ways to take the second step; empty where nothing is missing. No account asks for one yet. */
  readonly secondFactors: readonly never[];
}

/** The part of a proof that is kept sealed. */
type Proved = Pick<Proof, "epoch" | "methods">;

/** Keeps the proof of a first factor, within the change that spends what proved it. */
export async function beginPendingLogin(
  { deps, occasion, stores }: Change<"secretKeys" | "lifetimes">,
  { user, epoch, methods }: Proof,
): Promise<LoginPending> {
  const proved: Proved = { epoch, methods };
  const { challenge, challengeToken, expiresInSeconds } = prepareChallenge(deps, occasion, {
    purpose: "login",
    lifetimeSeconds: deps.lifetimes.loginChallengeSeconds,
    userId: user.id,
    sealed: proved,
    by: ["handle"],
  });
  await stores.challenges.save(user.id, challenge);
  return { loginToken: challengeToken, expiresInSeconds, secondFactors: [] };
}

/** The second step, and where it comes from. */
export interface Finish {
  readonly loginToken: string;
  readonly client: Client;
  /** The secrets of the request's device cookie. */
  readonly deviceSecrets: readonly string[];
}

type FinishUses = Journal & Uses<"secretKeys" | "lifetimes" | "quotas" | "lockout">;

/** Finishes a login with cookies; undefined where it cannot be. `replaced` is the session cookie the request came with. */
export async function finishLogin(
  deps: FinishUses,
  occasion: Occasion,
  finish: Finish,
  replaced: string | undefined,
): Promise<(Begun & CookieLogin & { readonly device: KnownDevice | undefined }) | undefined> {
  const cookies = newCookies(replaced);
  const finished = await enter(deps, occasion, finish, cookies.carried);
  return finished && { ...cookies.handOut(deps, finished.begun), device: finished.device };
}

/** Finishes a login with tokens; undefined where it cannot be. */
export async function finishTokenLogin(
  deps: FinishUses & Uses<"keyRing" | "issuer">,
  occasion: Occasion,
  finish: Finish,
): Promise<(Begun & TokenPair) | undefined> {
  const tokens = newTokens();
  const finished = await enter(deps, occasion, finish, tokens.carried);
  return finished && tokens.handOut(deps, occasion, finished.begun);
}

/**
 * Spends what is pending and goes through the door, in one change: where the account is no more what it was, or a lock
 * began meanwhile, there is no session, and the login has to be begun again.
 */
async function enter(
  deps: FinishUses,
  occasion: Occasion,
  { loginToken, client, deviceSecrets }: Finish,
  carried: (NewCookies | NewTokens)["carried"],
): Promise<{ readonly begun: Begun; readonly device: KnownDevice | undefined } | undefined> {
  const { challenges, users } = deps.storage;
  const challenge = await challenges.findByHandle("login", hashSecret(loginToken), occasion.now);
  const user = challenge?.userId ? await users.find(challenge.userId) : undefined;
  if (challenge === undefined || user === undefined) {
    await notGood(deps, occasion, "login");
    return undefined;
  }
  const { epoch, methods } = openSealed(deps, challenge) as Proved; // sealed above, under the same id
  const device = await recognizeDevice(deps, occasion, deviceSecrets, user.email);
  const outcome = await commit(deps, occasion, async (change) => {
    await change.stores.users.lockCredential(user.id);
    if (!(await spend(change, challenge))) return "spent" as const;
    return beginSession(change, { user, epoch, methods }, { ...carried, client, device });
  });
  if (typeof outcome === "object") return { begun: outcome, device };
  if (outcome === "account_locked")
    await refuseUncounted(deps, occasion, user.email, user.id, outcome);
  else await notGood(deps, occasion, "login");
  return undefined;
}
