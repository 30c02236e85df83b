/** Wrong proofs at a login, whatever the way in: each counts against the device's budget, or towards the account's lock. */
import type { Change } from "./change.ts";
import { lockPolicy } from "./lockout.ts";
import { lockNotice } from "./notices.ts";
import type { Device } from "./ports/devices.ts";
import type { FailureOutcome } from "./ports/locks.ts";
import type { Occasion } from "./ports/events.ts";
import type { User, UserWithCredential } from "./ports/users.ts";

export interface WrongProof {
  /** The address that was typed in, or that the challenge is about. */
  readonly email: string;
  /** The account with that address, if there is one. */
  readonly user: User | undefined;
  /** The device the request comes from, if the account knows it. */
  readonly device: Device | undefined;
  readonly reason: "wrong_password" | "wrong_code";
}

type CountingChange = Change<"lockout" | "secretKeys" | "quotas" | "mailTemplates">;

/** Counts a wrong proof, with the same work where there is no such account (ET-01). */
export async function countWrongProof(
  change: CountingChange,
  { email, user, device, reason }: WrongProof,
): Promise<void> {
  const { deps, occasion, stores, record } = change;
  const userId = user?.id ?? null;
  const { lockout } = deps;
  if (device && (await stores.devices.countFailure(device.id, lockout.threshold)))
    return record("login_failed", { email, userId, reason });
  const outcome = await stores.locks.countFailure(userId, lockPolicy(lockout), occasion.now);
  await record("login_failed", { email, ...whyWrong(userId, outcome, reason) });
  if (typeof outcome === "string" || "failures" in outcome || user === undefined) return;
  const lockedUntil = new Date(outcome.lockedUntil).toISOString();
  await record("login_locked", { userId: user.id, email, lockedUntil });
  await lockNotice(change, user, outcome.lockedUntil);
}

/** An account that was deleted a moment ago is told of as no account: the address is nobody's now. */
function whyWrong(userId: string | null, outcome: FailureOutcome, reason: WrongProof["reason"]) {
  if (outcome === "nobody") return { userId: null, reason: "user_not_found" } as const;
  return { userId, reason: outcome === "was_locked" ? "account_locked" : reason } as const;
}

/** The reason why a right proof is refused all the same; undefined where it is not. A device that the account knows passes a lock (RL-03). */
export function refusalOf(
  { user, lockedUntil }: Pick<UserWithCredential, "user" | "lockedUntil">,
  { now }: Occasion,
  isKnownDevice: boolean,
): "account_disabled" | "account_locked" | undefined {
  if (user.disabled) return "account_disabled";
  return lockedUntil > now && !isKnownDevice ? "account_locked" : undefined;
}
