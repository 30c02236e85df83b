/** Rows for the stores: plausible, and different at every call. */
import { randomBytes } from "node:crypto";
import { readdirSync } from "node:fs";
import { uuidv7 } from "uuidv7";
import type { SigningKeyRecord } from "../../src/domain/ports/signing-keys.ts";
import type { StoredEvent } from "../../src/contract/events.ts";
import type { NewChallenge } from "../../src/domain/ports/challenges.ts";
import type { NewIdentity } from "../../src/domain/ports/identities.ts";
import type { NewPasskey } from "../../src/domain/ports/passkeys.ts";
import type { NewSession, Session } from "../../src/domain/ports/sessions.ts";
import type { User } from "../../src/domain/ports/users.ts";
import { NOW } from "./clock.ts";

/** The credential epoch of an account that was just made. */
export const EPOCH = 0;
export const HASH = "v1$10$hash-of-the-password";

/** The line that is printed for each migration, in order. */
export const MIGRATED = readdirSync(new URL("../../src/storage/migrations/", import.meta.url))
  .sort()
  .map((file) => `migration ${file.replace(/\.ts$/, "")} applied`);

export function aUser(overrides: Partial<User> = {}): User {
  const id = uuidv7();
  return {
    id,
    email: `${id}@example.com`,
    emailVerified: false,
    name: null,
    locale: null,
    role: "user",
    disabled: false,
    createdAt: NOW,
    ...overrides,
  };
}

export function anAdmin(overrides: Partial<User> = {}): User {
  return aUser({ role: "admin", ...overrides });
}

export function aCookieSession(user: User, overrides: Partial<Session> = {}) {
  const secretHash = new Uint8Array(randomBytes(32));
  return { ...aSession(user), ...overrides, kind: "cookie", secretHash } satisfies NewSession;
}

export function aTokenSession(user: User, overrides: Partial<Session> = {}) {
  const refreshSalt = new Uint8Array(randomBytes(16));
  return { ...aSession(user), ...overrides, kind: "token", refreshSalt } satisfies NewSession;
}

function aSession(user: User) {
  return {
    id: uuidv7(),
    userId: user.id,
    createdAt: NOW,
    lastSeenAt: NOW,
    expiresAt: NOW + 86_400_000,
    ip: "203.0.113.7",
    userAgent: null,
    methods: ["pwd"],
    secondFactorAt: null,
  } satisfies Partial<NewSession>;
}

/** A challenge of an account, or of nobody, that is good for a second. */
export function aChallenge(overrides: Partial<NewChallenge> = {}): NewChallenge {
  return {
    id: uuidv7(),
    purpose: "mail_login",
    handleHash: new Uint8Array(randomBytes(32)),
    linkHash: new Uint8Array(randomBytes(32)),
    codeMac: new Uint8Array(randomBytes(32)),
    userId: null,
    sessionId: null,
    subject: null,
    sealed: null,
    createdAt: NOW,
    expiresAt: NOW + 1000,
    ...overrides,
  };
}

/** A synced passkey that signs in, with a key that nobody has. */
export function aPasskey(user: User, overrides: Partial<NewPasskey> = {}): NewPasskey {
  return {
    id: uuidv7(),
    userId: user.id,
    credentialId: new Uint8Array(randomBytes(32)),
    publicKey: new Uint8Array(randomBytes(77)),
    algorithm: -7,
    signCount: 0,
    backupEligible: true,
    backedUp: true,
    signsIn: true,
    transports: ["internal", "hybrid"],
    aaguid: new Uint8Array(16),
    name: "Ada's phone",
    createdAt: NOW,
    ...overrides,
  };
}

/** Somebody at a provider who signs in to the account. */
export function anIdentity(user: User, overrides: Partial<NewIdentity> = {}): NewIdentity {
  return {
    id: uuidv7(),
    userId: user.id,
    provider: "acme",
    issuer: "https://acme.example",
    subject: uuidv7(),
    email: user.email,
    createdAt: NOW,
    ...overrides,
  };
}

export function aSigningKey(overrides: Partial<SigningKeyRecord> = {}): SigningKeyRecord {
  return {
    kid: uuidv7(),
    publicX: randomBytes(32).toString("base64url"),
    sealedSeed: new Uint8Array(randomBytes(60)),
    createdAt: NOW,
    retiredAt: null,
    ...overrides,
  };
}

export function aSignup({ id: userId, email }: User): StoredEvent {
  const timestamp = new Date(NOW).toISOString();
  return { event: "signup", level: "info", timestamp, requestId: null, ip: null, userId, email };
}
