/** The two ways to log in by password: with cookies, and with tokens. Both prove the password, then go through the one door. */
import { randomBytes } from "node:crypto";
import { accessTokenSeconds, signAccessToken } from "./access-tokens.ts";
import { beginSession, type Begun, type Carrier } from "./begin-session.ts";
import { type Change, commit, type Uses } from "./change.ts";
import { csrfProof } from "./csrf.ts";
import {
  type PasswordAttempt,
  type PasswordProof,
  provePassword,
  type Refused,
  refuseUncounted,
} from "./password-proof.ts";
import type { Journal, Occasion } from "./ports/events.ts";
import { refreshToken, type TokenPair } from "./refresh-tokens.ts";
import { hashSecret, newSecret } from "./secrets.ts";

/** A login ends in a session, in a request for more, or in a refusal. */
export type LoginOutcome<Carried> = (Begun & Carried) | Pending | Refused;

/** The password was right and does not suffice. No account asks for more yet, so nothing answers it. */
export interface Pending {
  readonly kind: "pending";
}

export interface CookieLogin {
  /** The cookie's value. It is never stored, and never known again. */
  readonly secret: string;
  readonly csrfToken: string;
  /** The device cookie's next value. */
  readonly deviceSecret: string;
}

type LoginUses = Journal &
  Uses<"passwords" | "lockout" | "secretKeys" | "quotas" | "lifetimes" | "mailTemplates">;

/** Logs in with cookies. `replaced` is the session cookie the request came with, if any (LG-03). */
export async function login(
  deps: LoginUses,
  occasion: Occasion,
  attempt: PasswordAttempt,
  replaced: string | undefined,
): Promise<LoginOutcome<CookieLogin>> {
  const secret = newSecret();
  const deviceSecret = newSecret();
  const secretHash = hashSecret(secret);
  const replacedHash = replaced === undefined ? undefined : hashSecret(replaced);
  const cookies = { kind: "cookie", secretHash, deviceSecret, replacedHash } as const;
  const outcome = await enter(deps, occasion, attempt, { ...attempt, ...cookies });
  if (outcome.kind !== "begun") return outcome;
  const csrfToken = csrfProof(deps.secretKeys.csrf, outcome.session.id);
  return { ...outcome, secret, csrfToken, deviceSecret };
}

const REFRESH_SALT_BYTES = 16;

/** Logs in with tokens. */
export async function tokenLogin(
  deps: LoginUses & Uses<"keyRing" | "issuer">,
  occasion: Occasion,
  attempt: PasswordAttempt,
): Promise<LoginOutcome<TokenPair>> {
  const refreshSalt = randomBytes(REFRESH_SALT_BYTES);
  const outcome = await enter(deps, occasion, attempt, { ...attempt, kind: "token", refreshSalt });
  if (outcome.kind !== "begun") return outcome;
  const { user, session } = outcome;
  const key = await deps.keyRing.findSigning(occasion.now);
  return {
    ...outcome,
    accessToken: await signAccessToken(deps, occasion, key, user, session),
    expiresInSeconds: accessTokenSeconds(deps, occasion, session),
    refreshToken: refreshToken(deps.secretKeys.refreshToken, session.id, refreshSalt, 0),
    refreshExpiresInSeconds: deps.lifetimes.refreshTokenSeconds,
  };
}

/** How often an account may change between proof and session before the login is asked to come back. */
const MAX_ATTEMPTS = 3;

/** Proves the password and goes through the door; once more where the account changed in between. */
async function enter(
  deps: LoginUses,
  occasion: Occasion,
  attempt: PasswordAttempt,
  carrier: Carrier,
): Promise<LoginOutcome<unknown>> {
  for (let attempts = 1; attempts <= MAX_ATTEMPTS; attempts += 1) {
    const proof = await provePassword(deps, occasion, attempt);
    if ("kind" in proof) return proof;
    const outcome = await commit(deps, occasion, async (change) => {
      const [begun] = await Promise.all([
        beginSession(change, proof, carrier),
        keepUpgrade(change, proof),
      ]);
      return begun;
    });
    if (outcome === "account_locked")
      return refuseUncounted(deps, occasion, attempt.email, proof.user.id, outcome);
    if (outcome !== "account_changed") return outcome;
  }
  return { kind: "refused", failure: "overloaded" };
}

async function keepUpgrade({ stores }: Change, { user, upgrade }: PasswordProof): Promise<void> {
  if (upgrade) await stores.users.upgradePasswordHash(user.id, upgrade.from, upgrade.to);
}
