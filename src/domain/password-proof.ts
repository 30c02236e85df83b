/**
 * Proof by password, for every way to log in (LG-07). Whatever is wrong gives one refusal after the same
 * work (LG-01, ET-01), and each wrong password is counted where it belongs.
 */
import type { Proof } from "./begin-session.ts";
import { commit, type Uses } from "./change.ts";
import { lockPolicy } from "./lockout.ts";
import type { Device } from "./ports/devices.ts";
import type { Journal, Occasion } from "./ports/events.ts";
import type { Client } from "./ports/sessions.ts";
import { countWrongProof } from "./wrong-proofs.ts";

/** An address and a password, and where they come from. */
export interface PasswordAttempt {
  readonly email: string;
  readonly password: string;
  readonly client: Client;
  /** The device the request comes from, if the account with this address knows it. */
  readonly device: Device | undefined;
}

/** A proof by password, with the better hash it is to be kept by from now on, if its own has aged (PW-09). */
export interface PasswordProof extends Proof {
  readonly upgrade: { readonly from: string; readonly to: string } | undefined;
}

/** A login that came to nothing. The caller learns no more than this (LG-01). */
export interface Refused {
  readonly kind: "refused";
  readonly failure: "invalid_credentials" | "overloaded";
}

type ProofUses = Journal &
  Uses<"passwords" | "lockout" | "secretKeys" | "quotas" | "mailTemplates">;

/** Checks the password of the account with this address. A refusal is recorded, and counted where it was a wrong password. */
export async function provePassword(
  deps: ProofUses,
  occasion: Occasion,
  attempt: PasswordAttempt,
): Promise<PasswordProof | Refused> {
  const { email, password, device } = attempt;
  const found = await deps.storage.users.findByEmail(email);
  const hash = found?.passwordHash ?? undefined;
  const verdict = await deps.passwords.verify(password, hash);
  if (verdict === "overloaded") return { kind: "refused", failure: "overloaded" };
  if (found === undefined || hash === undefined || !verdict.matches) {
    const wrong = { email, user: found?.user, device, reason: "wrong_password" } as const;
    await commit(deps, occasion, (change) => countWrongProof(change, wrong));
    return { kind: "refused", failure: "invalid_credentials" };
  }

  const { user, epoch, hasSecondFactor } = found;
  if (user.disabled) return refuseUncounted(deps, occasion, email, user.id, "account_disabled");
  if (found.lockedUntil > occasion.now && device === undefined)
    return refuseUncounted(deps, occasion, email, user.id, "account_locked");

  // A full queue only postpones the upgrade to a later login (PW-09).
  const upgraded = verdict.stale ? await deps.passwords.hash(password) : "overloaded";
  const upgrade = upgraded === "overloaded" ? undefined : { from: hash, to: upgraded.encoded };
  return { user, epoch, methods: ["pwd"], hasSecondFactor, upgrade };
}

/** Refuses where the password was right, or was not looked at. Nothing is counted. */
export async function refuseUncounted(
  deps: Journal & Uses<"lockout">,
  occasion: Occasion,
  email: string,
  userId: string,
  reason: "account_disabled" | "account_locked",
): Promise<Refused> {
  await commit(deps, occasion, async ({ stores, record }) => {
    // Statements as for a wrong password: the time must not tell that it was right (LG-01, ET-01).
    await stores.locks.countFailure(null, lockPolicy(deps.lockout), occasion.now);
    await record("login_failed", { email, userId, reason });
  });
  return { kind: "refused", failure: "invalid_credentials" };
}
