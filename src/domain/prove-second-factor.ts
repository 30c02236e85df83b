/**
 * Proof of a second factor, for whoever finishes a sign-in and for whoever steps up. A try of a code is counted, and
 * durable, before the code is looked at (MF-06). A factor that is right is used up within the change that it allows,
 * so that what fails uses nothing.
 */
import type { EventFields } from "../contract/events.ts";
import { commit, type Uses } from "./change.ts";
import { lockPolicy } from "./lockout.ts";
import { recoveryCodeUsedNotice, secondFactorFailingNotice } from "./notices.ts";
import type { PasskeyAnswer } from "./passkey-ceremonies.ts";
import { type Ceremony, provePasskeyFactor } from "./passkey-proofs.ts";
import type { Journal, Occasion } from "./ports/events.ts";
import type { FailureOutcome } from "./ports/locks.ts";
import type { User } from "./ports/users.ts";
import type { FactorChange, ProvedFactor } from "./proved-factor.ts";
import { normalRecoveryCode } from "./recovery-code-text.ts";
import { unseal } from "./sealing.ts";
import { hashSecret } from "./secrets.ts";
import { stepOf } from "./totp.ts";

/** A second factor as it was sent. */
export type SecondFactorProof =
  | { readonly method: "totp" | "recovery_code"; readonly code: string }
  | ({ readonly method: "passkey" } & PasskeyAnswer);

export interface FactorRequest {
  readonly user: User;
  readonly proof: SecondFactorProof;
  /** The ceremony that a passkey has to be of. */
  readonly ceremony: Ceremony;
  /** The first factor was the password: several wrong codes after it mean that somebody else knows it (MF-14). */
  readonly isAfterPassword: boolean;
}

type FactorUses = Uses<"secretKeys" | "quotas" | "mailTemplates" | "relyingParty">;

/** Judges a second factor; undefined where it is refused, which is recorded. The caller learns no more than that. */
export async function proveSecondFactor(
  deps: Journal & FactorUses & Uses<"factorLockout">,
  occasion: Occasion,
  request: FactorRequest,
): Promise<ProvedFactor | undefined> {
  const { user, proof, ceremony, isAfterPassword } = request;
  if (proof.method === "passkey") return provePasskeyFactor(deps, occasion, user, ceremony, proof);
  const policy = lockPolicy(deps.factorLockout);
  const counted = await deps.storage.factorLocks.countTry(user.id, policy, occasion.now);
  const refused = { user, kind: proof.method, counted, isAfterPassword };
  if (counted === "was_locked") {
    await recordRefusal(deps, occasion, { ...refused, reason: "locked" });
    return undefined;
  }
  const proved =
    proof.method === "totp"
      ? await proveTotp(deps, occasion, user, proof.code)
      : proveRecoveryCode(user, proof.code);
  if (proved === undefined) {
    await recordRefusal(deps, occasion, { ...refused, reason: "wrong" });
    return undefined;
  }
  // A recovery code is compared by its use alone; a right code of an app that cannot be used was used before.
  const reason = proof.method === "recovery_code" ? "wrong" : "replayed";
  return { ...proved, recordUnused: () => recordRefusal(deps, occasion, { ...refused, reason }) };
}

/** A right code forgets the wrong ones, and a lock that it began itself by being counted. */
async function forgetTries({ stores }: FactorChange, { id }: User): Promise<void> {
  await stores.factorLocks.end(id);
}

type RightCode = Omit<ProvedFactor, "recordUnused">;

async function proveTotp(
  deps: Uses<"storage" | "secretKeys">,
  { now }: Occasion,
  user: User,
  code: string,
): Promise<RightCode | undefined> {
  const sealed = await deps.storage.factors.findTotpSecret(user.id);
  if (sealed === undefined) return undefined;
  const secret = unseal(deps.secretKeys.totpSeal, sealed, user.id);
  if (secret === undefined) throw new Error("The secret of an authenticator app cannot be opened");
  const step = stepOf(code, secret, now);
  if (step === undefined) return undefined;
  return {
    method: "otp",
    async use(change) {
      if (!(await change.stores.factors.useStep(user.id, step, now))) return false;
      await forgetTries(change, user);
      return true;
    },
  };
}

function proveRecoveryCode(user: User, code: string): RightCode | undefined {
  const normal = normalRecoveryCode(code);
  if (normal === undefined) return undefined;
  return {
    method: "recovery",
    async use(change) {
      const { stores, record } = change;
      if (!(await stores.factors.useRecoveryCode(user.id, hashSecret(normal)))) return false;
      const remaining = await stores.factors.countRecoveryCodes(user.id);
      await record("recovery_code_used", { userId: user.id, remaining });
      await recoveryCodeUsedNotice(change, user, remaining);
      await forgetTries(change, user);
      return true;
    },
  };
}

interface Refusal {
  readonly user: User;
  readonly kind: EventFields<"second_factor_failed">["kind"];
  readonly reason: EventFields<"second_factor_failed">["reason"];
  readonly counted: FailureOutcome;
  readonly isAfterPassword: boolean;
}

/** Wrong codes in a row after which the owner is told. */
const TELL_AFTER = 3;

async function recordRefusal(
  deps: Journal & FactorUses,
  occasion: Occasion,
  { user, kind, reason, counted, isAfterPassword }: Refusal,
): Promise<void> {
  const { id: userId } = user;
  await commit(deps, occasion, async (change) => {
    const { record } = change;
    await record("second_factor_failed", { userId, kind, reason });
    if (typeof counted === "string") return;
    const isLocked = "lockedUntil" in counted;
    if (isLocked)
      await record("second_factors_locked", {
        userId,
        lockedUntil: new Date(counted.lockedUntil).toISOString(),
      });
    if (isAfterPassword && (isLocked || counted.failures === TELL_AFTER))
      await secondFactorFailingNotice(change, user);
  });
}
