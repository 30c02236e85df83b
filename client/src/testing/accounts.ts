/** The fake server's memory: accounts, their sessions and their history, for as long as the fake lives. */
import type { components } from "../generated/schema.ts";

type User = components["schemas"]["User"];
type OwnEvent = components["schemas"]["OwnEvent"];
type WithoutOccasion<E> = E extends unknown ? Omit<E, "timestamp" | "ip"> : never;
/** An event without its time and client address. */
type Happening = WithoutOccasion<OwnEvent>;
/** Why a session ends before its time. */
type EndedBy = Extract<OwnEvent, { readonly event: "session_revoked" }>["by"];

/** The client's address, as far as a fake without a network knows it. */
export const CLIENT_IP = "127.0.0.1";

/** Lifetimes as the server has them by default. Milliseconds. */
const COOKIE_SESSION_MS = 86_400_000;
const TOKEN_SESSION_MS = 2_592_000_000;
const ACCESS_TOKEN_MS = 900_000;
const RESET_TOKEN_MS = 1_800_000;
/** For so long a refresh token that was just used gives the same successor again. */
const REFRESH_GRACE_MS = 10_000;

export interface Account {
  readonly user: User;
  password: string;
  /** The newest last. */
  readonly events: OwnEvent[];
  resetToken?: { readonly token: string; readonly expiresAt: number };
}

export interface Session {
  readonly id: string;
  readonly account: Account;
  readonly kind: "cookie" | "token";
  readonly createdAt: number;
  lastSeenAt: number;
  readonly expiresAt: number;
  readonly userAgent: string | null;
  /** Of a cookie session: the cookie's value and the proof that goes with it. */
  readonly secret: string;
  readonly csrfToken: string;
  /** Of a token session: every pair it ever had, the current one last. */
  readonly pairs: Pair[];
}

interface Pair {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly madeAt: number;
}

/** Accounts and sessions by what finds them. Everything that ended is gone; `now` is in milliseconds. */
export class Accounts {
  readonly #byEmail = new Map<string, Account>();
  readonly #sessions = new Set<Session>();

  findByEmail(email: string): Account | undefined {
    return this.#byEmail.get(normalEmail(email));
  }

  add(email: string, password: string, now: number): Account {
    const createdAt = new Date(now).toISOString();
    const user = {
      id: newId(now),
      email: normalEmail(email),
      role: "user",
      disabled: false,
    } as const;
    const account = { user: { ...user, createdAt }, password, events: [] };
    this.#byEmail.set(account.user.email, account);
    this.record(account, { event: "signup", by: "user" }, now);
    return account;
  }

  remove(account: Account): void {
    this.#byEmail.delete(account.user.email);
    for (const session of this.#sessions) if (session.account === account) this.end(session);
  }

  /** Adds to the account's own history. */
  record(account: Account, happening: Happening, now: number): void {
    const timestamp = new Date(now).toISOString();
    account.events.push({ ...happening, timestamp, ip: CLIENT_IP });
  }

  startSession(
    account: Account,
    kind: Session["kind"],
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
      secret: newSecret(),
      csrfToken: newSecret(),
      pairs: kind === "token" ? [newPair(now)] : [],
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
    return this.#live(now).find(({ pairs }) =>
      pairs.some((pair) => pair.accessToken === token && now < pair.madeAt + ACCESS_TOKEN_MS),
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
    if (age === 0) session.pairs.push(newPair(now));
    const isRepeated = age === 1 && now < currentPair(session).madeAt + REFRESH_GRACE_MS;
    if (age === 0 || isRepeated) return session;
    this.record(session.account, { event: "refresh_token_reuse" }, now);
    this.revoke(session, "reuse", now);
    return undefined;
  }

  end(session: Session): void {
    this.#sessions.delete(session);
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

  startReset(account: Account, now: number): void {
    this.record(account, { event: "reset_token_created" }, now);
    account.resetToken = { token: newSecret(), expiresAt: now + RESET_TOKEN_MS };
  }

  findByResetToken(token: string, now: number): Account | undefined {
    return [...this.#byEmail.values()].find(
      ({ resetToken }) => resetToken?.token === token && now < resetToken.expiresAt,
    );
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
function normalEmail(email: string): string {
  return email.trim().toLowerCase();
}

/** A UUID of version 7. */
export function newId(now: number): string {
  const time = now.toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7${crypto.randomUUID().slice(15)}`;
}

function newPair(now: number): Pair {
  return { accessToken: newSecret(), refreshToken: newSecret(), madeAt: now };
}

/** 43 characters of base64url, as the server's own. */
export function newSecret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace("=", "");
}
