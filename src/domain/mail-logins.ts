/**
 * Sign-in by mail: a proof by mailbox. The code is good for whoever asked for it, who holds the handle; the link signs
 * in only the browser that asked, which holds it in a cookie. A mail scanner that opens the link, or somebody who was
 * sent it, has no handle (ML-02).
 */
import { claimAccount } from "./account-claims.ts";
import { commitMail, mailChallenge, type MailUses } from "./challenge-mails.ts";
import {
  findLink,
  notGood,
  prepareChallenge,
  spend,
  type Started,
  tellOfFailure,
  type Tried,
  tryCode,
} from "./challenges.ts";
import { commit, type Uses } from "./change.ts";
import { recognizeDevice } from "./devices.ts";
import { mailLoginLink } from "./links.ts";
import { type LoginPending, beginPendingLogin } from "./pending-logins.ts";
import type { Challenge } from "./ports/challenges.ts";
import type { Journal, Occasion } from "./ports/events.ts";
import { refuseUncounted } from "./password-proof.ts";
import { hashSecret, isSameSecret } from "./secrets.ts";
import { countWrongProof, refusalOf } from "./wrong-proofs.ts";

/**
 * Mails a code and a link to the account with this address. The answer is the same, after the same work, where there is
 * none, where it is disabled or locked, and where the address got too many mails (ML-01). A device that the account knows
 * has mails of its own: nobody can keep its owner out by asking for them again and again (RL-03).
 */
export async function startMailLogin(
  deps: Journal & MailUses,
  occasion: Occasion,
  email: string,
  languages: string | null,
  deviceSecrets: readonly string[],
): Promise<Started> {
  const found = await deps.storage.users.findByEmail(email);
  const device = await recognizeDevice(deps, occasion, deviceSecrets, email);
  const user = found && !found.user.disabled ? found.user : undefined;
  const { challengeSeconds } = deps.lifetimes;
  const prepared = prepareChallenge(deps, occasion, {
    purpose: PURPOSE,
    lifetimeSeconds: challengeSeconds,
    userId: user?.id ?? null,
    subject: email,
    by: ["handle", "code", "link"],
  });
  const { code, linkToken, challengeToken, expiresInSeconds } = prepared;
  const link = mailLoginLink(deps.mailPages, linkToken, code);
  await commitMail(deps, occasion, { operation: "startMailLogin", email }, async (change) => {
    const { record } = change;
    const outcome = await mailChallenge(change, {
      prepared,
      take: { rule: "mail_login_email", subject: device?.id ?? email },
      recipient: { email, locale: user?.locale ?? null, languages },
      message: { kind: "mail_login", code, link, validFor: challengeSeconds },
    });
    if (outcome === "mailed" && user !== undefined)
      await record("mail_login_requested", { userId: user.id, email });
    if (outcome === "nobody") await record("mail_login_unknown_email", { email });
    return outcome;
  });
  return { challengeToken, expiresInSeconds };
}

const PURPOSE = "mail_login";

/** The code or token that came by mail, with the handle of whoever asked, from a body or from the browser's cookie. */
export interface MailLoginProof {
  readonly challengeToken: string | undefined;
  readonly came: { readonly code: string } | { readonly token: string };
  /** The secrets of the request's device cookie. */
  readonly deviceSecrets: readonly string[];
}

/**
 * Ends the challenge, and begins a login that is to be finished. A wrong code counts towards the account's lock, and a
 * locked account's right one is refused alike, except from a device that the account knows (ML-05).
 */
export async function completeMailLogin(
  deps: Journal & MailUses & Uses<"lockout">,
  occasion: Occasion,
  { challengeToken, came, deviceSecrets }: MailLoginProof,
): Promise<LoginPending | "invalid_challenge"> {
  const tried = await tryProof(deps, occasion, challengeToken, came);
  if (tried.kind === "not_good") return "invalid_challenge";
  const { challenge } = tried;
  const email = challenge.subject ?? "";
  const account = await deps.storage.users.findByEmail(email);
  // The account may have another address by now, and this one another account.
  const found = account?.user.id === challenge.userId ? account : undefined;
  const device = await recognizeDevice(deps, occasion, deviceSecrets, email);
  if (tried.kind === "wrong" || found === undefined) {
    const wrong = { email, user: found?.user, device, reason: "wrong_code" } as const;
    await commit(deps, occasion, (change) => countWrongProof(change, wrong));
    return "invalid_challenge";
  }
  const refusal = refusalOf(found, occasion, device !== undefined);
  if (refusal !== undefined) {
    // A right code costs as much as a wrong one, or the time would tell them apart (ML-05).
    if ("code" in came) await tellOfFailure(deps, occasion, challenge, "not_good");
    await refuseUncounted(deps, occasion, email, found.user.id, refusal);
    return "invalid_challenge";
  }
  const { user } = found;
  const outcome = await commit(deps, occasion, async (change) => {
    const { users } = change.stores;
    await users.lockCredential(user.id); // the account before its challenges, as everywhere
    if (!(await spend(change, challenge))) return "invalid_challenge" as const;
    if (!user.emailVerified) await claimAccount(change, user, "mail_login");
    const credential = await users.findCredential(user.id); // a claim has moved its epoch
    if (credential === undefined) return "invalid_challenge" as const;
    const { epoch, hasSecondFactor } = credential;
    return beginPendingLogin(change, { user, epoch, methods: ["mail"], hasSecondFactor });
  });
  if (outcome === "invalid_challenge") await notGood(deps, occasion, PURPOSE);
  return outcome;
}

/** Tries the code, or looks the link up; the link too needs the handle of whoever asked, and spends nothing without it. */
async function tryProof(
  deps: Journal & Uses<"secretKeys">,
  occasion: Occasion,
  challengeToken: string | undefined,
  came: MailLoginProof["came"],
): Promise<Tried> {
  if (challengeToken === undefined) return notGood(deps, occasion, PURPOSE);
  if ("code" in came) return tryCode(deps, occasion, PURPOSE, { challengeToken, ...came });
  const found = await findLink(deps, occasion, PURPOSE, came.token);
  if (found.kind !== "right" || isBegunBy(found.challenge, challengeToken)) return found;
  return notGood(deps, occasion, PURPOSE);
}

function isBegunBy({ handleHash }: Challenge, challengeToken: string): boolean {
  return handleHash !== null && isSameSecret(handleHash, hashSecret(challengeToken));
}
