/** The beginnings of proof by passkey, for somebody whose account is known; `passkey-proofs.ts` ends it. */
import type { AskingOwner } from "./accounts.ts";
import { notGood, saveOfSession } from "./challenges.ts";
import { commit, type Uses } from "./change.ts";
import {
  FACTOR_VERIFICATION,
  passkeyRequest,
  type PasskeyRequest,
  prepareCeremony,
} from "./passkey-ceremonies.ts";
import { findPendingLogin } from "./pending-logins.ts";
import type { Journal, Occasion } from "./ports/events.ts";
import type { OtherWays } from "./reauthentication.ts";
import { waysToReauthenticate } from "./recent-authentication.ts";

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
  await commit(deps, occasion, async (change) => {
    if (await saveOfSession(change, session, ceremony.challenge))
      await change.record("reauthentication_requested", { userId: user.id, method: "passkey" });
  });
  return passkeyRequest(deps, ceremony, FACTOR_VERIFICATION, passkeys);
}
