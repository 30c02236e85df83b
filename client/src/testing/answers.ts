/** Answers, and parts of them, that several of the fake server's operations give. */
import { passwordPolicy } from "../generated/fake.ts";
import type { components } from "../generated/schema.ts";
import { type Accounts, currentPair } from "./accounts.ts";
import type { Challenge } from "./challenges.ts";
import { type SecondFactor, secondFactorsOf } from "./factors.ts";
import { type Account, newSecret, type Proved, type Session } from "./rows.ts";

type Schemas = components["schemas"];

/** 400 days. */
const DEVICE_LIFETIME_SECONDS = 34_560_000;

/** The fake locks nobody out, so it knows no devices: their cookie is a value like any other. */
export function deviceCookie(): string {
  return cookieOf(`__Host-device=${newSecret()}; HttpOnly`, DEVICE_LIFETIME_SECONDS);
}

export const done = { data: undefined };
export const notFound = { problem: "not_found" } as const;
export const notGood = { problem: "invalid_challenge" } as const;

/** The answer to the one who began a challenge. */
export function started(
  { challengeToken, expiresAt }: Challenge,
  now: number,
): Schemas["ChallengeStarted"] {
  return { challengeToken, expiresInSeconds: secondsUntil(expiresAt, now) };
}

/** Begins a session that cookies carry; the one that the request came with ends. */
export function beginCookieSession(
  accounts: Accounts,
  account: Account,
  proved: Proved,
  { cookieSession, userAgent, now }: Arrival & { readonly cookieSession: Session | undefined },
): { readonly data: Schemas["Session"]; readonly cookies: readonly string[] } {
  if (cookieSession) accounts.revoke(cookieSession, "user", now);
  const session = accounts.startSession(account, "cookie", proved.methods, userAgent, now);
  accounts.record(account, { event: "login_success", method: "session", ...proved }, now);
  const { csrfToken, expiresAt } = session;
  return {
    data: { user: account.user, csrfToken, expiresAt: new Date(expiresAt).toISOString() },
    cookies: sessionCookies(session, now),
  };
}

export function sessionCookies({ secret, csrfToken, expiresAt }: Session, now: number): string[] {
  const cookies = [`__Host-session=${secret}; HttpOnly`, `__Host-csrf=${csrfToken}`];
  return cookies.map((cookie) => cookieOf(cookie, secondsUntil(expiresAt, now)));
}

/** Keeps what a first step has proved. */
export function beginPending(
  accounts: Accounts,
  account: Account,
  proved: Proved,
  now: number,
): Schemas["LoginPending"] {
  const { email } = account.user;
  const pending = accounts.challenges.begin({ purpose: "login", account, email, proved }, now);
  const { methods } = proved;
  accounts.record(account, { event: "login_pending", methods }, now);
  const { challengeToken: loginToken, expiresInSeconds } = started(pending, now);
  return { loginToken, expiresInSeconds, secondFactors: missingSteps(account, proved) };
}

/** The ways to take the second step; none where nothing is missing. A passkey is two factors in one. */
export function missingSteps(account: Account, { methods }: Proved): SecondFactor[] {
  return methods.includes("passkey") ? [] : secondFactorsOf(account);
}

/** Begins a session that tokens carry. */
export function beginTokenSession(
  accounts: Accounts,
  account: Account,
  proved: Proved,
  { userAgent, now }: Arrival,
): { readonly data: Schemas["TokenPair"] } {
  accounts.record(account, { event: "login_success", method: "token", ...proved }, now);
  const session = accounts.startSession(account, "token", proved.methods, userAgent, now);
  return { data: presentPair(session, now) };
}

interface Arrival {
  readonly userAgent: string | null;
  readonly now: number;
}

export function presentPair(session: Session, now: number): components["schemas"]["TokenPair"] {
  const { accessToken, refreshToken } = currentPair(session);
  const refreshExpiresInSeconds = Math.floor((session.expiresAt - now) / 1000);
  return {
    tokenType: "Bearer",
    accessToken,
    expiresInSeconds: 900,
    refreshToken,
    refreshExpiresInSeconds,
  };
}

/** It judges the length alone: what can be guessed needs dictionaries. */
export function weaknessOf(password: string) {
  const { length } = [...password.normalize("NFKC")];
  const refused = (reason: "too_short" | "too_long") =>
    ({ problem: "weak_password", reasons: [reason] }) as const;
  if (length < passwordPolicy.minLength) return refused("too_short");
  return length > passwordPolicy.maxLength ? refused("too_long") : undefined;
}

export function cookieOf(cookie: string, maxAgeSeconds: number, sameSite = "Lax"): string {
  return `${cookie}; Path=/; Max-Age=${maxAgeSeconds}; Secure; SameSite=${sameSite}`;
}

/** Strict, as the server's. */
export function challengeCookie({
  challengeToken,
  expiresInSeconds,
}: Schemas["ChallengeStarted"]): string {
  return cookieOf(`__Host-challenge=${challengeToken}; HttpOnly`, expiresInSeconds, "Strict");
}

export const clearedChallengeCookie = challengeCookie({ challengeToken: "", expiresInSeconds: 0 });

function secondsUntil(instant: number, now: number): number {
  return Math.floor((instant - now) / 1000);
}
