/**
 * Half-logins: a first factor was proved, and there is no session yet (D3). What is pending is a challenge that holds
 * the proof; its end asks for the second factor where the account has one, and goes through the one door, which asks
 * again whether the proof still stands.
 */
import type { SecondFactor } from "../contract/auth-methods.ts";
import { type Begun, beginSession, isComplete, type Proof } from "./begin-session.ts";
import {
  type CookieLogin,
  newCookies,
  type NewCookies,
  newTokens,
  type NewTokens,
} from "./carriers.ts";
import { countTry, notGood, openSealed, prepareChallenge, spend } from "./challenges.ts";
import { type Change, commit, type Uses } from "./change.ts";
import { type KnownDevice, recognizeDevice } from "./devices.ts";
import type { Challenge } from "./ports/challenges.ts";
import type { Journal, Occasion } from "./ports/events.ts";
import type { Factors } from "./ports/factors.ts";
import type { Client } from "./ports/sessions.ts";
import type { User } from "./ports/users.ts";
import { refuseUncounted } from "./password-proof.ts";
import {
  type FactorRequest,
  proveSecondFactor,
  type SecondFactorProof,
} from "./prove-second-factor.ts";
import type { TokenPair } from "./refresh-tokens.ts";
import { hashSecret } from "./secrets.ts";

/** The answer to a first factor. */
export interface LoginPending {
  readonly loginToken: string;
  readonly expiresInSeconds: number;
  /** The ways to take the second step; empty where nothing is missing. */
  readonly secondFactors: readonly SecondFactor[];
}

/** The part of a proof that is kept sealed. */
type Proved = Omit<Proof, "user">;

/** Keeps the proof of a first factor, within the change that spends what proved it. */
export async function beginPendingLogin(
  { deps, occasion, stores, record }: Change<"secretKeys" | "lifetimes">,
  proof: Proof,
): Promise<LoginPending> {
  const { user, ...kept } = proof;
  const proved: Proved = kept;
  const { challenge, challengeToken, expiresInSeconds } = prepareChallenge(deps, occasion, {
    purpose: "login",
    lifetimeSeconds: deps.lifetimes.loginChallengeSeconds,
    userId: user.id,
    sealed: proved,
    by: ["handle"],
  });
  await stores.challenges.save(user.id, challenge);
  const secondFactors = isComplete(proof) ? [] : waysOf(await stores.factors.find(user.id));
  await record("login_pending", {
    userId: user.id,
    email: user.email,
    methods: [...proof.methods],
    secondFactors,
  });
  return { loginToken: challengeToken, expiresInSeconds, secondFactors };
}

/** The second factors that an account can prove now. */
export function waysOf({ totp, recoveryCodes, passkeys }: Factors): SecondFactor[] {
  return [
    ...(totp === null ? [] : (["totp"] as const)),
    ...(passkeys === 0 ? [] : (["passkey"] as const)),
    ...(recoveryCodes === null ? [] : (["recovery_code"] as const)),
  ];
}

/** The half-login behind a token, and whose it is; undefined where it is not good. Counts nothing. */
export async function findPendingLogin(
  { storage }: Uses<"storage">,
  { now }: Occasion,
  loginToken: string,
): Promise<{ readonly challenge: Challenge; readonly user: User } | undefined> {
  const challenge = await storage.challenges.findByHandle("login", hashSecret(loginToken), now);
  return withUser({ storage }, challenge);
}

/** The second step, and where it comes from. */
export interface Finish {
  readonly loginToken: string;
  readonly step: { readonly method: "none" } | SecondFactorProof;
  readonly client: Client;
  /** The secrets of the request's device cookie. */
  readonly deviceSecrets: readonly string[];
}

export interface Unfinished {
  readonly failure: "invalid_login_token" | "invalid_second_factor";
}

type FinishUses = Journal &
  Uses<
    | "secretKeys"
    | "lifetimes"
    | "quotas"
    | "lockout"
    | "factorLockout"
    | "mailTemplates"
    | "relyingParty"
  >;

/** Finishes a login with cookies. `replaced` is the session cookie the request came with. */
export async function finishLogin(
  deps: FinishUses,
  occasion: Occasion,
  finish: Finish,
  replaced: string | undefined,
): Promise<(Begun & CookieLogin & { readonly device: KnownDevice | undefined }) | Unfinished> {
  const cookies = newCookies(replaced);
  const finished = await enter(deps, occasion, finish, cookies.carried);
  if ("failure" in finished) return finished;
  return { ...cookies.handOut(deps, finished.begun), device: finished.device };
}

/** Finishes a login with tokens. */
export async function finishTokenLogin(
  deps: FinishUses & Uses<"keyRing" | "issuer">,
  occasion: Occasion,
  finish: Finish,
): Promise<(Begun & TokenPair) | Unfinished> {
  const tokens = newTokens();
  const finished = await enter(deps, occasion, finish, tokens.carried);
  return "failure" in finished ? finished : tokens.handOut(deps, occasion, finished.begun);
}

/**
 * Asks for the second factor where one is missing, then spends what is pending and goes through the door, in one change:
 * where the account is no more what it was, or a lock began meanwhile, there is no session, and the login has to be
 * begun again.
 */
async function enter(
  deps: FinishUses,
  occasion: Occasion,
  { loginToken, step, client, deviceSecrets }: Finish,
  carried: (NewCookies | NewTokens)["carried"],
): Promise<{ readonly begun: Begun; readonly device: KnownDevice | undefined } | Unfinished> {
  const found = await tryPendingLogin(deps, occasion, loginToken, step.method);
  if (found === undefined) return notFinished(deps, occasion);
  const { challenge, user } = found;
  const first = { user, ...(openSealed(deps, challenge) as Proved) }; // sealed above, under the same id
  // Nothing is asked for twice, and nothing that is missing is left out (MF-01).
  if (isComplete(first) !== (step.method === "none")) return { failure: "invalid_second_factor" };
  const request = step.method === "none" ? undefined : requestOf(first, challenge, step);
  const factor = request && (await proveSecondFactor(deps, occasion, request));
  if (request !== undefined && factor === undefined) return { failure: "invalid_second_factor" };
  const proof = factor ? { ...first, methods: [...first.methods, factor.method] } : first;
  const device = await recognizeDevice(deps, occasion, deviceSecrets, user.email);
  const outcome = await commit(deps, occasion, async (change) => {
    await change.stores.users.lockCredential(user.id);
    if (!(await spend(change, challenge))) return "spent" as const;
    if (factor && !(await factor.use(change))) return change.undo("used" as const);
    return beginSession(change, proof, { ...carried, client, device });
  });
  if (typeof outcome === "object") return { begun: outcome, device };
  if (outcome === "used") {
    await factor?.recordUnused();
    return { failure: "invalid_second_factor" };
  }
  if (outcome !== "account_locked") return notFinished(deps, occasion);
  await refuseUncounted(deps, occasion, user.email, user.id, outcome);
  return { failure: "invalid_login_token" };
}

/** Finds the half-login, and counts a try of it where a factor is to be compared: five at most (MF-06). */
async function tryPendingLogin(
  { storage }: Uses<"storage">,
  occasion: Occasion,
  loginToken: string,
  method: Finish["step"]["method"],
) {
  if (method === "none") return findPendingLogin({ storage }, occasion, loginToken);
  return withUser({ storage }, await countTry({ storage }, occasion, "login", loginToken));
}

async function withUser({ storage }: Uses<"storage">, challenge: Challenge | undefined) {
  const user = challenge?.userId ? await storage.users.find(challenge.userId) : undefined;
  return challenge && user && { challenge, user };
}

function requestOf(first: Proof, { id }: Challenge, proof: SecondFactorProof): FactorRequest {
  return {
    user: first.user,
    proof,
    ceremony: { purpose: "second_factor_passkey", subject: id },
    isAfterPassword: first.methods.includes("pwd"),
  };
}

async function notFinished(
  deps: Journal & Uses<"secretKeys">,
  occasion: Occasion,
): Promise<Unfinished> {
  await notGood(deps, occasion, "login");
  return { failure: "invalid_login_token" };
}
