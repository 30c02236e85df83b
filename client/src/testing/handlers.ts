/** The fake server's answers, by operation: the rules of the real one, as far as a test of a client meets them. */
import { passwordPolicy } from "../generated/fake.ts";
import type { components } from "../generated/schema.ts";
import { type Accounts, CLIENT_IP, normalEmail } from "./accounts.ts";
import { addressHandlers } from "./address-handlers.ts";
import {
  beginCookieSession,
  beginPending,
  beginTokenSession,
  cookieOf,
  deviceCookie,
  done,
  notFound,
  notGood,
  presentPair,
  started,
  weaknessOf,
} from "./answers.ts";
import type { Handlers } from "./calls.ts";
import { factorHandlers } from "./factor-handlers.ts";
import { hasSecondFactor } from "./factors.ts";
import { finishHandlers } from "./finish-handlers.ts";
import { identityHandlers } from "./identity-handlers.ts";
import { mailLoginHandlers } from "./mail-login-handlers.ts";
import { passkeyHandlers } from "./passkey-handlers.ts";
import { passkeyLoginHandlers } from "./passkey-login-handlers.ts";
import { providerLoginHandlers } from "./provider-login-handlers.ts";
import { reauthenticationHandlers } from "./reauthentication-handlers.ts";
import type { Account, Proved, Session } from "./rows.ts";
import type { Issue } from "./rules.ts";
import { removeWaysIn } from "./ways-in.ts";

/** The length of a page where the request gives none. */
const PAGE_LIMIT = 20;

const cursorIssue: Issue = {
  part: "query",
  path: ["cursor"],
  message: "Must be the nextCursor of an earlier page of this list",
  code: "invalid_cursor",
};
const foreignCursor = { problem: "validation_failed", issues: [cursorIssue] } as const;
const byPassword: Proved = { methods: ["pwd"] };
const notLoggedIn = { problem: "invalid_credentials" } as const;
const cleared = ["__Host-session=; HttpOnly", "__Host-csrf="].map((cookie) => cookieOf(cookie, 0));

export const handlers: Handlers = {
  ...addressHandlers,
  ...mailLoginHandlers,
  ...finishHandlers,
  ...factorHandlers,
  ...reauthenticationHandlers,
  ...passkeyHandlers,
  ...passkeyLoginHandlers,
  ...providerLoginHandlers,
  ...identityHandlers,
  signup({ input: { password, locale = null, ...input }, settings, accounts, origin, now }) {
    if (settings.signup === "closed") return { problem: "signup_closed" };
    const weak = weaknessOf(password);
    if (weak) return weak;
    const email = normalEmail(input.email);
    const owner = accounts.findByEmail(email);
    const isReserved = accounts.challenges.isReserved(email, undefined, now);
    if (settings.signup === "open") {
      if (owner || isReserved) return { problem: "email_taken" };
      const { user } = accounts.add({ email, emailVerified: false, locale, password }, "user", now);
      return { status: 201, data: user };
    }
    const signup = { password, locale };
    const challenge = accounts.challenges.begin({ purpose: "signup", email, signup }, now);
    if (owner) {
      accounts.record(owner, { event: "signup_existing_email" }, now);
      accounts.mails.send("signup_existing", email, origin);
    } else if (!isReserved) accounts.mails.send("signup_confirm", email, origin, challenge);
    return { status: 202, data: started(challenge, now) };
  },
  confirmSignup({ input, accounts, now }) {
    const { challenges } = accounts;
    const challenge =
      "code" in input
        ? challenges.tryCode("signup", input, now).right
        : challenges.findByLink("signup", input.token, now);
    if (challenge?.signup === undefined) return notGood;
    const { email, signup } = challenge;
    const password = "code" in input ? signup.password : input.newPassword;
    const weak = weaknessOf(password);
    if (weak) return weak;
    challenges.spend(challenge);
    if (accounts.findByEmail(email) || challenges.isReserved(email, undefined, now)) return notGood;
    challenges.end({ purpose: "signup", email });
    const account = accounts.add({ ...signup, email, emailVerified: false, password }, "user", now);
    accounts.verifyEmail(account, "signup", now);
    return { data: account.user };
  },
  login({ input, accounts, ...arrival }) {
    const account = findByCredentials(accounts, input, arrival.now);
    if (account === undefined) return notLoggedIn;
    if (hasSecondFactor(account)) return pendingLogin(accounts, account, arrival.now);
    return { status: 200, ...beginCookieSession(accounts, account, byPassword, arrival) };
  },
  logout({ accounts, caller, now }) {
    if (caller) {
      accounts.end(caller);
      accounts.record(caller.account, { event: "logout" }, now);
    }
    return { ...done, cookies: cleared };
  },
  getMe: ({ caller }) => ({ data: caller.account.user }),
  getTokenMe: ({ caller }) => ({ data: caller.account.user }),
  listMySessions({ input: { limit = PAGE_LIMIT, cursor }, accounts, caller, now }) {
    const all = accounts.sessionsOf(caller.account, now);
    const at = all.findIndex(({ id }) => id === cursor);
    if (cursor !== undefined && at === -1) return foreignCursor;
    const sessions = all.slice(at + 1);
    const page = sessions.slice(0, limit);
    const nextCursor = page.length < sessions.length ? (page.at(-1)?.id ?? null) : null;
    return { data: { items: page.map((session) => presentSession(session, caller)), nextCursor } };
  },
  listMyEvents({ input: { limit = PAGE_LIMIT, cursor }, caller }) {
    // A cursor is the number of events that are older. New ones do not move it.
    const { events } = caller.account;
    const older = cursor === undefined ? events.length : Number(cursor);
    if (!(older <= events.length)) return foreignCursor;
    const first = Math.max(0, older - limit);
    const items = events.slice(first, older).reverse();
    return { data: { items, nextCursor: first > 0 ? String(first) : null } };
  },
  revokeMySession({ input: { sessionId }, accounts, caller, now }) {
    const session = accounts.sessionsOf(caller.account, now).find(({ id }) => id === sessionId);
    if (session === undefined) return notFound;
    accounts.revoke(session, "user", now);
    return done;
  },
  revokeMyOtherSessions({ accounts, caller, now }) {
    accounts.revokeAll(caller.account, "user", now, caller);
    return done;
  },
  updateMe({ input: { name, locale }, caller: { account } }) {
    const { user } = account;
    account.user = {
      ...user,
      ...(name !== undefined && { name }),
      ...(locale !== undefined && { locale }),
    };
    return { data: account.user };
  },
  changePassword({ input: { currentPassword, newPassword }, accounts, caller, origin, now }) {
    const { account } = caller;
    if (!provesPassword(accounts, account, currentPassword, now)) return notLoggedIn;
    const weak = weaknessOf(newPassword);
    if (weak) return weak;
    account.password = newPassword;
    accounts.record(account, { event: "password_changed" }, now);
    accounts.mails.send("password_changed", account.user.email, origin);
    accounts.endGrants(account, "password_change", now, caller);
    return done;
  },
  deleteMe({ input: { password }, accounts, caller, now }) {
    if (!provesPassword(accounts, caller.account, password, now)) return notLoggedIn;
    accounts.remove(caller.account);
    return { ...done, cookies: cleared };
  },
  tokenLogin({ input, accounts, ...arrival }) {
    const account = findByCredentials(accounts, input, arrival.now);
    if (account === undefined) return notLoggedIn;
    if (hasSecondFactor(account)) return pendingLogin(accounts, account, arrival.now);
    return { status: 200, ...beginTokenSession(accounts, account, byPassword, arrival) };
  },
  tokenRefresh({ input: { refreshToken }, accounts, now }) {
    const session = accounts.refresh(refreshToken, now);
    return session ? { data: presentPair(session, now) } : { problem: "invalid_refresh_token" };
  },
  tokenRevoke({ input: { token }, accounts, now }) {
    const session = accounts.findByAnyToken(token, now);
    if (session) {
      accounts.end(session);
      accounts.record(session.account, { event: "token_revoked" }, now);
    }
    return done;
  },
  forgotPassword({ input: { email }, accounts, origin, now }) {
    const account = accounts.findByEmail(email);
    if (account === undefined) return done;
    const subject = { purpose: "password_reset", account, email: account.user.email } as const;
    const challenge = accounts.challenges.begin(subject, now);
    accounts.mails.send("password_reset_link", subject.email, origin, challenge);
    accounts.record(account, { event: "reset_token_created" }, now);
    return done;
  },
  resetPassword({ input: { token, newPassword }, accounts, origin, now }) {
    const challenge = accounts.challenges.findByLink("password_reset", token, now);
    const account = challenge?.account;
    if (account === undefined) return { problem: "invalid_reset_token" };
    const weak = weaknessOf(newPassword);
    if (weak) return weak;
    account.password = newPassword;
    accounts.record(account, { event: "password_reset" }, now);
    accounts.endGrants(account, "password_reset", now);
    if (!account.user.emailVerified) {
      // Nobody proved that its factors and identities are those of the mailbox's owner.
      accounts.verifyEmail(account, "password_reset", now);
      removeWaysIn({ accounts, now }, account, "email_proof");
    }
    accounts.mails.send("password_reset", account.user.email, origin);
    return { ...done, cookies: [deviceCookie()] };
  },
  getPasswordPolicy: () => ({ data: passwordPolicy }),
  // It signs nothing: its access tokens are text without a meaning.
  getJwks: () => ({ data: { keys: [] } }),
  getHealth: () => ({ data: { status: "ok" } }),
  getReadiness: () => ({ data: { status: "ok" } }),
  /** As on a machine that is not the scraper's: the fake counts nothing. */
  getMetrics: () => notFound,
};

function findByCredentials(
  accounts: Accounts,
  { email, password }: components["schemas"]["Credentials"],
  now: number,
): Account | undefined {
  const account = accounts.findByEmail(email);
  return account && accounts.knowsPassword(account, password, now) ? account : undefined;
}

/** True for the account's password, or without one where there is none: the session is recent then. */
function provesPassword(
  accounts: Accounts,
  account: Account,
  password: string | undefined,
  now: number,
): boolean {
  if (password === undefined) return account.password === null;
  return accounts.knowsPassword(account, password, now);
}

function pendingLogin(accounts: Accounts, account: Account, now: number) {
  return { status: 202, data: beginPending(accounts, account, byPassword, now) } as const;
}

function presentSession(session: Session, caller: Session): components["schemas"]["SessionInfo"] {
  const { id, kind, createdAt, lastSeenAt, expiresAt, userAgent } = session;
  return {
    id,
    kind,
    current: session === caller,
    createdAt: new Date(createdAt).toISOString(),
    lastSeenAt: new Date(lastSeenAt).toISOString(),
    expiresAt: new Date(expiresAt).toISOString(),
    ip: CLIENT_IP,
    userAgent,
  };
}
