/** Rows of the fake server's memory. */
import type { components } from "../generated/schema.ts";

type Schemas = components["schemas"];
type User = Schemas["User"];
export type OwnEvent = Schemas["OwnEvent"];
export type AuthMethods = NonNullable<Schemas["OwnLoginSuccessEvent"]["methods"]>;
export type AuthMethod = AuthMethods[number];

/** How somebody proved who they are, in the order in which they did. */
export interface Proved {
  readonly methods: AuthMethods;
  /** Of the method `provider`: which one. */
  readonly provider?: string;
}

export interface Account {
  user: User;
  /** Null once it is void. */
  password: string | null;
  /** The newest last. */
  readonly events: OwnEvent[];
  totp: Totp | null;
  recoveryCodes: RecoveryCodes | null;
  /** The oldest first. */
  passkeys: readonly Passkey[];
  /** The oldest first. */
  identities: readonly Identity[];
  /** The `user.id` of its passkeys. */
  readonly webauthnHandle: string;
  factorLock: FactorLock;
}

export interface Totp {
  /** In base32. */
  readonly secret: string;
  readonly createdAt: number;
  lastUsedAt: number | null;
  /** The step of the last code that was used. */
  lastStep: number;
}

export interface RecoveryCodes {
  /** Those that are left, as they were shown. */
  readonly codes: Set<string>;
  readonly createdAt: number;
}

export interface Passkey {
  readonly id: string;
  readonly credentialId: string;
  name: string;
  readonly transports: readonly string[];
  readonly synced: boolean;
  readonly signsIn: boolean;
  counter: number;
  readonly createdAt: number;
  lastUsedAt: number | null;
}

/** Somebody at a provider, known by issuer and subject alone. */
export interface Person {
  readonly provider: string;
  readonly issuer: string;
  readonly subject: string;
  /** For people to read. */
  readonly email: string | null;
}

/** A way to a provider and back. */
export interface ProviderFlow {
  readonly provider: string;
  readonly state: string;
  readonly returnTo: string | null;
}

export interface Identity extends Person {
  readonly id: string;
  readonly createdAt: number;
  lastUsedAt: number | null;
}

/** Wrong second factors of an account. Instants are milliseconds; 0 is never. */
export interface FactorLock {
  readonly failures: number;
  readonly failedAt: number;
  readonly lockedUntil: number;
  /** The locks that came soon after one another: each is twice as long as the one before. */
  readonly locks: number;
}
export const unlocked: FactorLock = { failures: 0, failedAt: 0, lockedUntil: 0, locks: 0 };

export interface Session {
  readonly id: string;
  readonly account: Account;
  readonly kind: "cookie" | "token";
  readonly createdAt: number;
  lastSeenAt: number;
  readonly expiresAt: number;
  readonly userAgent: string | null;
  /** The last proof of who it is. */
  authenticatedAt: number;
  /** The last proof by a second factor; null before the first. */
  secondFactorAt: number | null;
  /** Of a cookie session: the cookie's value and the proof that goes with it. */
  secret: string;
  readonly csrfToken: string;
  /** Of a token session: every pair it ever had, the current one last. */
  readonly pairs: Pair[];
}

export interface Pair {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly madeAt: number;
  /** The session's last proof when it was made. */
  readonly authenticatedAt: number;
}

/** A UUID of version 7. */
export function newId(now: number): string {
  const time = now.toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7${crypto.randomUUID().slice(15)}`;
}

/** 43 characters of base64url, as the server's own. */
export function newSecret(): string {
  return base64url(crypto.getRandomValues(new Uint8Array(32)));
}

export function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}
