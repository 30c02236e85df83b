/** Rows of the fake server's memory. */
import type { components } from "../generated/schema.ts";

type User = components["schemas"]["User"];
export type OwnEvent = components["schemas"]["OwnEvent"];

export interface Account {
  user: User;
  /** Null once it is void. */
  password: string | null;
  /** The newest last. */
  readonly events: OwnEvent[];
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

export interface Pair {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly madeAt: number;
}

/** A UUID of version 7. */
export function newId(now: number): string {
  const time = now.toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7${crypto.randomUUID().slice(15)}`;
}

/** 43 characters of base64url, as the server's own. */
export function newSecret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace("=", "");
}
