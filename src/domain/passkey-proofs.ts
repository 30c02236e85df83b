/** Proof by passkey of somebody whose account is known: as the second step of a sign-in, and to step up. */
import type { AskingOwner } from "./accounts.ts";
import { notGood } from "./challenges.ts";
import { commit, type Uses } from "./change.ts";
import {
  answerOf,
  expectedOf,
  FACTOR_VERIFICATION,
  findAnswering,
  type PasskeyAnswer,
  passkeyRequest,
  type PasskeyRequest,
  prepareCeremony,
  type TakenCeremony,
  takeCeremony,
  usePasskey,
} from "./passkey-ceremonies.ts";
import { suspectClone } from "./passkey-clones.ts";
import { findPendingLogin } from "./pending-logins.ts";
import type { Journal, Occasion } from "./ports/events.ts";
import type { User } from "./ports/users.ts";
import type { ProvedFactor } from "./prove-second-factor.ts";
import type { OtherWays } from "./reauthentication.ts";
import { waysToReauthenticate } from "./recent-authentication.ts";
import { verifyAssertion } from "./webauthn/verify-assertion.ts";

/** The ceremony that an answer has to be of. */
export type Ceremony =
  /** Begun for the half-login with this challenge. */
  | { readonly purpose: "second_factor_passkey"; readonly subject: string }
  /** Begun by this session. */
  | { readonly purpose: "reauthentication"; readonly sessionId: string };

/** Begins the second step of a sign-in by one of the account's passkeys. It ends that half-login and no other. */
export async function startSecondFactorPasskey(
  deps: Journal & Uses<"secretKeys" | "lifetimes" | "relyingParty">,
  occasion: Occasion,
  loginToken: string,
): Promise<PasskeyRequest | "invalid_login_token"> {
  const found = await findPendingLogin(deps, occasion, loginToken);
  const passkeys = found ? await deps.storage.passkeys.list(found.user.id) : [];
  // Without a name to ask for, the browser would offer the passkeys of every account.
  if (found === undefined || passkeys.length === 0) {
    await notGood(deps, occasion, "login");
    return "invalid_login_token";
  }
  const { id: userId } = found.user;
  const ceremony = prepareCeremony(deps, occasion, {
    purpose: "second_factor_passkey",
    userId,
    subject: found.challenge.id,
  });
  await commit(deps, occasion, ({ stores }) => stores.challenges.save(userId, ceremony.challenge));
  return passkeyRequest(deps, ceremony, FACTOR_VERIFICATION, passkeys);
}

/** Begins to prove by one of the account's passkeys who is signed in. */
export async function startPasskeyReauthentication(
  deps: Journal & Uses<"secretKeys" | "lifetimes" | "relyingParty" | "mailLogin">,
  occasion: Occasion,
  { user, session }: AskingOwner,
): Promise<PasskeyRequest | OtherWays> {
  const methods = await waysToReauthenticate(deps, user);
  if (!methods.includes("passkey")) return { failure: "reauthentication_required", methods };
  const passkeys = await deps.storage.passkeys.list(user.id);
  const ceremony = prepareCeremony(deps, occasion, {
    purpose: "reauthentication",
    userId: user.id,
    sessionId: session.id,
  });
  await commit(deps, occasion, async ({ stores, record }) => {
    await stores.users.lockCredential(user.id); // the account before its sessions, as everywhere
    if (!(await stores.sessions.lock(session.id))) return;
    await stores.challenges.save(user.id, ceremony.challenge);
    await record("reauthentication_requested", { userId: user.id, method: "passkey" });
  });
  return passkeyRequest(deps, ceremony, FACTOR_VERIFICATION, passkeys);
}

type ProofUses = Uses<"secretKeys" | "quotas" | "mailTemplates" | "relyingParty">;

/** Judges the answer of one of the account's passkeys. The ceremony is spent before it is looked at (PK-01). */
export async function provePasskeyFactor(
  deps: Journal & ProofUses,
  occasion: Occasion,
  user: User,
  ceremony: Ceremony,
  { challengeToken, credential }: PasskeyAnswer,
): Promise<ProvedFactor | undefined> {
  const taken = await takeCeremony(deps, occasion, ceremony.purpose, challengeToken);
  const found = await findAnswering(deps, credential);
  if (found?.user.id === user.id && taken && isOf(taken, user, ceremony)) {
    const { passkey, webauthnHandle } = found;
    const expected = expectedOf(deps, taken.asked, FACTOR_VERIFICATION);
    const stored = { ...passkey, webauthnHandle };
    const verified = verifyAssertion(answerOf(credential), stored, expected);
    if (verified.ok)
      return {
        method: "passkey",
        use: ({ stores }) => usePasskey(stores, passkey, verified.value, occasion.now),
      };
  }
  await recordWrongPasskey(deps, occasion, user);
  return undefined;
}

function isOf({ challenge }: TakenCeremony, user: User, ceremony: Ceremony): boolean {
  if (challenge.userId !== user.id) return false;
  return ceremony.purpose === "reauthentication"
    ? challenge.sessionId === ceremony.sessionId
    : challenge.subject === ceremony.subject;
}

async function recordWrongPasskey(
  deps: Journal,
  occasion: Occasion,
  { id: userId }: User,
): Promise<void> {
  await commit(deps, occasion, ({ record }) =>
    record("second_factor_failed", { userId, kind: "passkey", reason: "wrong" }),
  );
}

/** Records that the answer was right, and its counter was not: the key may have been copied (PK-05). */
export async function recordUnusedPasskey(
  deps: Journal & ProofUses,
  occasion: Occasion,
  user: User,
  { credential }: PasskeyAnswer,
): Promise<void> {
  const found = await findAnswering(deps, credential);
  await commit(deps, occasion, async (change) => {
    if (found !== undefined) await suspectClone(change, found);
    await change.record("second_factor_failed", {
      userId: user.id,
      kind: "passkey",
      reason: "wrong",
    });
  });
}
