/** Proof by passkey of somebody whose account is known: as the second step of a sign-in, and to step up. */
import { commit, type Uses } from "./change.ts";
import {
  expectedOf,
  FACTOR_VERIFICATION,
  findAnswering,
  type PasskeyAnswer,
  storedOf,
  type TakenCeremony,
  takeCeremony,
  usePasskey,
} from "./passkey-ceremonies.ts";
import { suspectClone } from "./passkey-clones.ts";
import type { Journal, Occasion } from "./ports/events.ts";
import type { User } from "./ports/users.ts";
import type { ProvedFactor } from "./proved-factor.ts";
import { verifyAssertion } from "./webauthn/verify-assertion.ts";

/** The ceremony that an answer has to be of. */
export type Ceremony =
  /** Begun for the half-login with this challenge. */
  | { readonly purpose: "second_factor_passkey"; readonly subject: string }
  /** Begun by this session. */
  | { readonly purpose: "reauthentication"; readonly sessionId: string };

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
    const expected = expectedOf(deps, taken.asked, FACTOR_VERIFICATION);
    const verified = verifyAssertion(credential, storedOf(found), expected);
    if (verified.ok)
      return {
        method: "passkey",
        use: ({ stores }) => usePasskey(stores, found.passkey, verified.value, occasion.now),
        recordUnused: () => recordUnused(deps, occasion, user, credential),
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
async function recordUnused(
  deps: Journal & ProofUses,
  occasion: Occasion,
  user: User,
  credential: PasskeyAnswer["credential"],
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
