/** Step-up: somebody who is signed in proves again who they are, with the session that asks and for that one alone (SU-05). */
import type { ReauthenticationMethod } from "../contract/auth-methods.ts";
import { type AskingOwner, proveCurrentPassword } from "./accounts.ts";
import { commitMail, mailChallenge, type MailUses } from "./challenge-mails.ts";
import { notGood, prepareChallenge, spend, type Started, tryCode } from "./challenges.ts";
import { type Change, commit, type Uses } from "./change.ts";
import type { Journal, Occasion } from "./ports/events.ts";
import type { AuthMethod } from "./ports/sessions.ts";
import {
  type FactorRequest,
  proveSecondFactor,
  type SecondFactorProof,
} from "./prove-second-factor.ts";
import type { FactorChange } from "./proved-factor.ts";
import { recentUntil, waysToReauthenticate } from "./recent-authentication.ts";
import { hashSecret, newSecret } from "./secrets.ts";

/** The account proves itself in one of these ways, and not in the one that was asked for. */
export interface OtherWays {
  readonly failure: "reauthentication_required";
  readonly methods: ReauthenticationMethod[];
}

/** Mails a code to the account's address, with which this session proves who it is. */
export async function startMailReauthentication(
  deps: Journal & MailUses & Uses<"mailLogin">,
  occasion: Occasion,
  { user, session }: AskingOwner,
): Promise<Started | OtherWays> {
  const methods = await waysToReauthenticate(deps, user);
  if (!methods.includes("mail")) return { failure: "reauthentication_required", methods };
  const { challengeSeconds } = deps.lifetimes;
  const prepared = prepareChallenge(deps, occasion, {
    purpose: PURPOSE,
    lifetimeSeconds: challengeSeconds,
    userId: user.id,
    sessionId: session.id,
    by: ["handle", "code"],
  });
  const { code, challengeToken, expiresInSeconds } = prepared;
  const asked = { operation: "startReauthentication", email: user.email } as const;
  await commitMail(deps, occasion, asked, async (change) => {
    const { stores, record } = change;
    await stores.users.lockCredential(user.id);
    if (!(await stores.sessions.lock(session.id))) return "nobody";
    await record("reauthentication_requested", { userId: user.id, method: "mail" });
    return mailChallenge(change, {
      prepared,
      // A share of their own: a stranger who asks for mails to the address must not use it up.
      take: { rule: "mail_login_email", subject: `${PURPOSE} ${user.id}` },
      recipient: { email: user.email, locale: user.locale, languages: null },
      message: { kind: "reauthentication", code, validFor: challengeSeconds },
    });
  });
  return { challengeToken, expiresInSeconds };
}

const PURPOSE = "reauthentication";

export type Reproof =
  | { readonly method: "password"; readonly password: string }
  | { readonly method: "mail"; readonly challengeToken: string; readonly code: string }
  | SecondFactorProof;

export interface Reauthenticated {
  /** Milliseconds since the epoch. */
  readonly recentUntil: number;
  /** The next value of the session cookie; undefined for a session by tokens. */
  readonly secret: string | undefined;
}

export type ReauthenticationOutcome =
  | Reauthenticated
  | OtherWays
  | {
      readonly failure:
        "invalid_credentials" | "invalid_challenge" | "invalid_second_factor" | "overloaded";
    };

type ReauthenticationUses = Journal &
  Uses<
    | "passwords"
    | "lockout"
    | "factorLockout"
    | "secretKeys"
    | "quotas"
    | "mailTemplates"
    | "relyingParty"
    | "lifetimes"
    | "mailLogin"
  >;

/** A proof that is right, to be used up in the change it allows. */
interface Proved {
  readonly by: AuthMethod;
  readonly isSecondFactor: boolean;
  readonly use: (change: FactorChange) => Promise<boolean>;
  readonly unused: () => Promise<void>;
  readonly failure: "invalid_credentials" | "invalid_challenge" | "invalid_second_factor";
}

/**
 * Makes the session recent, by the strongest kind of factor that the account has. A session by cookie, whose secret is
 * `cookie`, gets another one: a copy of the old cookie is worth nothing then (SU-03).
 */
export async function reauthenticate(
  deps: ReauthenticationUses,
  occasion: Occasion,
  owner: AskingOwner,
  proof: Reproof,
  cookie: string | undefined,
): Promise<ReauthenticationOutcome> {
  const { user, session } = owner;
  const { method } = proof;
  const methods = await waysToReauthenticate(deps, user);
  if (!methods.includes(method)) return { failure: "reauthentication_required", methods };
  const proved = await prove(deps, occasion, owner, proof);
  if (typeof proved === "string") {
    if (proved !== "overloaded") await recordFailure(deps, occasion, user.id, method);
    return { failure: proved };
  }
  const { by, isSecondFactor } = proved;
  const next = session.kind === "cookie" && cookie !== undefined ? nextOf(cookie) : undefined;
  const isDone = await commit(deps, occasion, async (change) => {
    const { stores, record, undo } = change;
    await stores.users.lockCredential(user.id); // the account before its sessions, as everywhere
    if (!(await proved.use(change))) return undo(false);
    const { now } = occasion;
    const noted = { sessionId: session.id, now, method: by, isSecondFactor };
    if (!(await stores.sessions.reauthenticate({ ...noted, secrets: next?.secrets })))
      return undo(false);
    await record("reauthenticated", { userId: user.id, sessionId: session.id, method });
    return true;
  });
  if (isDone) return { recentUntil: recentUntil(deps, occasion), secret: next?.secret };
  await proved.unused();
  await recordFailure(deps, occasion, user.id, method);
  return { failure: proved.failure };
}

function nextOf(cookie: string) {
  const secret = newSecret();
  return { secret, secrets: { from: hashSecret(cookie), to: hashSecret(secret) } };
}

async function prove(
  deps: ReauthenticationUses,
  occasion: Occasion,
  owner: AskingOwner,
  proof: Reproof,
): Promise<
  Proved | "invalid_credentials" | "invalid_challenge" | "invalid_second_factor" | "overloaded"
> {
  switch (proof.method) {
    case "password":
      return provePassword(deps, occasion, owner, proof.password);
    case "mail":
      return proveMailbox(deps, occasion, owner, proof);
    case "totp":
    case "recovery_code":
    case "passkey":
      return proveFactor(deps, occasion, owner, proof);
  }
}

async function provePassword(
  deps: ReauthenticationUses,
  occasion: Occasion,
  owner: AskingOwner,
  password: string,
): Promise<Proved | "invalid_credentials" | "overloaded"> {
  const current = await proveCurrentPassword(deps, occasion, owner, password);
  if ("failure" in current) return current.failure;
  return {
    by: "pwd",
    isSecondFactor: false,
    // Changed meanwhile, from elsewhere: the password that was proved is no longer the current one.
    use: async ({ stores }) =>
      (await stores.users.lockCredential(owner.user.id))?.epoch === current.epoch,
    unused: async () => undefined,
    failure: "invalid_credentials",
  };
}

async function proveMailbox(
  deps: ReauthenticationUses,
  occasion: Occasion,
  { user, session }: AskingOwner,
  proof: { readonly challengeToken: string; readonly code: string },
): Promise<Proved | "invalid_challenge"> {
  const tried = await tryCode(deps, occasion, PURPOSE, proof);
  if (tried.kind !== "right") return "invalid_challenge";
  const { challenge } = tried;
  if (challenge.userId !== user.id || challenge.sessionId !== session.id) {
    await notGood(deps, occasion, PURPOSE);
    return "invalid_challenge";
  }
  return {
    by: "mail",
    isSecondFactor: false,
    use: (change: Change) => spend(change, challenge),
    unused: async () => void (await notGood(deps, occasion, PURPOSE)),
    failure: "invalid_challenge",
  };
}

async function proveFactor(
  deps: ReauthenticationUses,
  occasion: Occasion,
  { user, session }: AskingOwner,
  proof: SecondFactorProof,
): Promise<Proved | "invalid_second_factor"> {
  const request: FactorRequest = {
    user,
    proof,
    ceremony: { purpose: PURPOSE, sessionId: session.id },
    isAfterPassword: false,
  };
  const factor = await proveSecondFactor(deps, occasion, request);
  if (factor === undefined) return "invalid_second_factor";
  return {
    by: factor.method,
    isSecondFactor: true,
    use: (change) => factor.use(change),
    unused: () => factor.recordUnused(),
    failure: "invalid_second_factor",
  };
}

async function recordFailure(
  deps: Journal,
  occasion: Occasion,
  userId: string,
  method: ReauthenticationMethod,
): Promise<void> {
  await commit(deps, occasion, ({ record }) =>
    record("reauthentication_failed", { userId, method }),
  );
}
