/** The fake server's memory: accounts, their sessions and their history, for as long as the fake lives. */
import type { components } from "../generated/schema.ts";
import { Challenges } from "./challenges.ts";
import { Mailbox } from "./mails.ts";
import {
  type Account,
  type AuthMethod,
  type AuthMethods,
  newId,
  newSecret,
  type OwnEvent,
  type Pair,
  type Person,
  type Session,
  type Totp,
  unlocked,
} from "./rows.ts";

type User = components["schemas"]["User"];
type WithoutOccasion<E> = E extends unknown ? Omit<E, "id" | "timestamp" | "ip"> : never;
/** An event without its id, time and client address. */
type Happening = WithoutOccasion<OwnEvent>;
/** Why a session ends before its time. */
type EndedBy = Extract<OwnEvent, { readonly event: "session_revoked" }>["by"];
/** The maker of an account. */
type SignedUpBy = NonNullable<Extract<OwnEvent, { readonly event: "signup" }>["by"]>;
/** The proof of an address. */
type VerifiedBy = Extract<OwnEvent, { readonly event: "email_verified" }>["by"];

/** The client's address, as far as a fake without a network knows it. */
export const CLIENT_IP = "127.0.0.1";

/** Lifetimes as the server has them by default. Milliseconds. */
const COOKIE_SESSION_MS = 86_400_000;
const TOKEN_SESSION_MS = 2_592_000_000;
const ACCESS_TOKEN_MS = 900_000;
/** For so long a refresh token that was just used gives the same successor again. */
const REFRESH_GRACE_MS = 10_000;

/** A passkey is one by itself: it has verified its user. */
const secondSteps: ReadonlySet<AuthMethod> = new Set(["otp", "recovery", "passkey"]);

export type NewAccount = Pick<User, "email" | "emailVerified" | "locale"> & {
  readonly password: string | null;
};

/** Accounts and sessions by what finds them, their challenges and their mails. Everything that ended is gone; `now` is in milliseconds. */
export class Accounts {
  readonly challenges = new Challenges();
  readonly mails = new Mailbox();
  readonly #accounts = new Set<Account>();
  readonly #sessions = new Set<Session>();

  findByEmail(email: string): Account | undefined {
    const wanted = normalEmail(email);
    return [...this.#accounts].find(({ user }) => user.email === wanted);
  }

  findByPasskey(credentialId: string): Account | undefined {
    return [...this.#accounts].find(({ passkeys }) =>
      passkeys.some((passkey) => passkey.credentialId === credentialId),
    );
  }

  findByPerson({ issuer, subject }: Pick<Person, "issuer" | "subject">): Account | undefined {
    return [...this.#accounts].find(({ identities }) =>
      identities.some((each) => each.issuer === issuer && each.subject === subject),
    );
  }

  findByTotp(secret: string): Totp | undefined {
    const all = [...this.#accounts].map(({ totp }) => totp);
    return all.find((totp) => totp?.secret === secret) ?? undefined;
  }

  add(
    { email, emailVerified, locale, password }: NewAccount,
    by: SignedUpBy,
    now: number,
  ): Account {
    const user = {
      id: newId(now),
      email: normalEmail(email),
      emailVerified,
      name: null,
      locale,
      role: "user",
      disabled: false,
      createdAt: new Date(now).toISOString(),
    } as const;
    const account: Account = {
      user,
      password,
      events: [],
      totp: null,
      recoveryCodes: null,
      passkeys: [],
      identities: [],
      webauthnHandle: newSecret(),
      factorLock: unlocked,
    };
    this.#accounts.add(account);
    this.record(account, { event: "signup", by }, now);
    return account;
  }

  remove(account: Account): void {
    this.#accounts.delete(account);
    this.challenges.end({ account });
    for (const session of this.#sessions) if (session.account === account) this.end(session);
  }

  /** True for the account's password. A wrong one is recorded. */
  knowsPassword(account: Account, password: string, now: number): boolean {
    if (account.password === password) return true;
    this.record(account, { event: "login_failed" }, now);
    return false;
  }

  /** Adds to the account's own history, which does not show where an administrator was. */
  record(account: Account, happening: Happening, now: number): void {
    const timestamp = new Date(now).toISOString();
    const ip = "by" in happening && happening.by === "admin" ? null : CLIENT_IP;
    account.events.push({ ...happening, id: newId(now), timestamp, ip });
  }

  startSession(
    account: Account,
    kind: Session["kind"],
    methods: AuthMethods,
    userAgent: string | null,
    now: number,
  ): Session {
    const session: Session = {
      id: newId(now),
      account,
      kind,
      createdAt: now,
      lastSeenAt: now,
      expiresAt: now + (kind === "cookie" ? COOKIE_SESSION_MS : TOKEN_SESSION_MS),
      userAgent: userAgent?.slice(0, 256) ?? null,
      authenticatedAt: now,
      secondFactorAt: methods.some((method) => secondSteps.has(method)) ? now : null,
      secret: newSecret(),
      csrfToken: newSecret(),
      pairs: kind === "token" ? [newPair(now, now)] : [],
    };
    this.#sessions.add(session);
    return session;
  }

  sessionsOf(account: Account, now: number): Session[] {
    return this.#live(now).filter((session) => session.account === account);
  }

  findByCookie(secret: string, now: number): Session | undefined {
    return this.#live(now).find(
      ({ kind, ...session }) => kind === "cookie" && session.secret === secret,
    );
  }

  findByAccessToken(token: string, now: number): Session | undefined {
    // One of before the session was proved again is dead. A token's time of that is in whole seconds.
    const seconds = (milliseconds: number) => Math.floor(milliseconds / 1000);
    return this.#live(now).find(({ pairs, authenticatedAt }) =>
      pairs.some(
        (pair) =>
          pair.accessToken === token &&
          now < pair.madeAt + ACCESS_TOKEN_MS &&
          seconds(pair.authenticatedAt) >= seconds(authenticatedAt),
      ),
    );
  }

  /** The session of a token of either kind, however old. */
  findByAnyToken(token: string, now: number): Session | undefined {
    return this.#live(now).find(({ pairs }) =>
      pairs.some(({ accessToken, refreshToken }) => [accessToken, refreshToken].includes(token)),
    );
  }

  /** Rotates a refresh token; one that was used before, but for a lost answer, ends its session. */
  refresh(refreshToken: string, now: number): Session | undefined {
    const session = this.findByAnyToken(refreshToken, now);
    const at = session?.pairs.findIndex((pair) => pair.refreshToken === refreshToken) ?? -1;
    if (session === undefined || at === -1) return undefined;
    const age = session.pairs.length - 1 - at;
    if (age === 0) session.pairs.push(newPair(session.authenticatedAt, now));
    const isRepeated = age === 1 && now < currentPair(session).madeAt + REFRESH_GRACE_MS;
    if (age === 0 || isRepeated) return session;
    this.record(session.account, { event: "refresh_token_reuse" }, now);
    this.revoke(session, "reuse", now);
    return undefined;
  }

  end(session: Session): void {
    this.#sessions.delete(session);
    this.challenges.end({ session });
  }

  /** Ends a session before its time, and records why. */
  revoke(session: Session, by: EndedBy, now: number): void {
    this.end(session);
    this.record(session.account, { event: "session_revoked", by }, now);
  }

  /** Ends the live sessions of the account, but for one. */
  revokeAll(account: Account, by: EndedBy, now: number, but?: Session): void {
    for (const session of this.sessionsOf(account, now))
      if (session !== but) this.revoke(session, by, now);
  }

  /** Ends all that the account is good for, but for one session. What takes its address back stays. */
  endGrants(account: Account, by: EndedBy, now: number, but?: Session): void {
    this.challenges.endGrantsOf(account);
    this.revokeAll(account, by, now, but);
  }

  /** Marks the address as proved, once. */
  verifyEmail(account: Account, by: VerifiedBy, now: number): void {
    if (account.user.emailVerified) return;
    account.user = { ...account.user, emailVerified: true };
    this.record(account, { event: "email_verified", by }, now);
  }

  #live(now: number): Session[] {
    return [...this.#sessions].filter(({ expiresAt }) => now < expiresAt);
  }
}

/** The pair of a token session that is good now. */
export function currentPair({ pairs }: Session): Pair {
  const pair = pairs.at(-1);
  if (pair === undefined) throw new Error("A cookie session has no tokens");
  return pair;
}

/** As far as tests go: the server also folds Unicode (NFKC) and writes the domain in ASCII. */
export function normalEmail(email: string): string {
  return email.trim().toLowerCase();
}

function newPair(authenticatedAt: number, now: number): Pair {
  return { accessToken: newSecret(), refreshToken: newSecret(), madeAt: now, authenticatedAt };
}
