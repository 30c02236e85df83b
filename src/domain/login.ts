/** The two ways to log in by password: with cookies, and with tokens. Both prove the password, then go through the one door. */
import { beginSession, type Begun, type Carrier, isComplete, type Proof } from "./begin-session.ts";
import { type CookieLogin, newCookies, newTokens } from "./carriers.ts";
import { type Change, commit, type Undone, type Uses } from "./change.ts";
import {
  type PasswordAttempt,
  type PasswordProof,
  provePassword,
  type Refused,
  refuseUncounted,
} from "./password-proof.ts";
import { beginPendingLogin, type LoginPending } from "./pending-logins.ts";
import type { Device } from "./ports/devices.ts";
import type { Journal, Occasion } from "./ports/events.ts";
import type { TokenPair } from "./refresh-tokens.ts";

/** A login ends in a session, in a request for more, or in a refusal. */
export type LoginOutcome<Carried> = (Begun & Carried) | Pending | Refused;

/** The password was right, and the account has a second factor: there is no session yet. */
export interface Pending extends LoginPending {
  readonly kind: "pending";
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
  const cookies = newCookies(replaced);
  const outcome = await enter(deps, occasion, attempt, { ...attempt, ...cookies.carried });
  return outcome.kind === "begun" ? cookies.handOut(deps, outcome) : outcome;
}

/** Logs in with tokens. */
export async function tokenLogin(
  deps: LoginUses & Uses<"keyRing" | "issuer">,
  occasion: Occasion,
  attempt: PasswordAttempt,
): Promise<LoginOutcome<TokenPair>> {
  const tokens = newTokens();
  const outcome = await enter(deps, occasion, attempt, { ...attempt, ...tokens.carried });
  return outcome.kind === "begun" ? tokens.handOut(deps, occasion, outcome) : outcome;
}

/** How often an account may change between proof and session before the login is asked to come back. */
const MAX_ATTEMPTS = 3;

/** Proves the password and goes through the door; once more where the account changed in between. */
async function enter(
  deps: LoginUses,
  occasion: Occasion,
  attempt: PasswordAttempt,
  carrier: Carrier,
): Promise<Begun | Pending | Refused> {
  for (let attempts = 1; attempts <= MAX_ATTEMPTS; attempts += 1) {
    const proof = await provePassword(deps, occasion, attempt);
    if ("kind" in proof) return proof;
    const outcome = await commit(deps, occasion, async (change) => {
      const [entered] = await Promise.all([
        isComplete(proof)
          ? beginSession(change, proof, carrier)
          : pend(change, proof, attempt.device),
        keepUpgrade(change, proof),
      ]);
      return entered;
    });
    if (outcome === "account_locked")
      return refuseUncounted(deps, occasion, attempt.email, proof.user.id, outcome);
    if (outcome !== "account_changed") return outcome;
  }
  return { kind: "refused", failure: "overloaded" };
}

/**
 * Begins a half-login where the account is still what was proved, and no lock began meanwhile: of many guesses at once,
 * none can be right after the one that began it (RL-02).
 */
async function pend(
  change: Change<"secretKeys" | "lifetimes">,
  proof: Proof,
  device: Device | undefined,
): Promise<Pending | Undone<"account_changed" | "account_locked">> {
  const { stores, occasion, undo } = change;
  const credential = await stores.users.lockCredential(proof.user.id);
  if (credential?.epoch !== proof.epoch) return undo("account_changed" as const);
  if (credential.lockedUntil > occasion.now && device === undefined)
    return undo("account_locked" as const);
  return { kind: "pending", ...(await beginPendingLogin(change, proof)) };
}

async function keepUpgrade({ stores }: Change, { user, upgrade }: PasswordProof): Promise<void> {
  if (upgrade) await stores.users.upgradePasswordHash(user.id, upgrade.from, upgrade.to);
}
