/** Signing keys as they are stored, and the ring of those in use. */
import type { CryptoKey } from "jose";
import type { KeyObject } from "node:crypto";

export interface SigningKeyRecord {
  readonly kid: string;
  /** The raw 32-byte Ed25519 public key, base64url: the JWK member `x`. */
  readonly publicX: string;
  /** The 32-byte seed, sealed with AES-256-GCM under a key derived from AUTH_SECRET. */
  readonly sealedSeed: Uint8Array;
  readonly createdAt: number;
  /** When it stopped signing; null while it signs. Exactly one key signs. */
  readonly retiredAt: number | null;
}

export interface SigningKeyStore {
  /** Newest first. */
  list(): Promise<SigningKeyRecord[]>;
  /** Lists them inside a transaction, and locks them until its end. */
  lockAll(): Promise<SigningKeyRecord[]>;
  /** Inserts the key only while no key signs, in one statement; false where another process was first. */
  insertFirst(key: SigningKeyRecord): Promise<boolean>;
  /** Ends the signing of whichever key signs; nothing where none does. */
  retire(now: number): Promise<void>;
}

export interface SigningKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
}

export interface VerifyingKey {
  readonly kid: string;
  readonly x: string;
  readonly publicKey: CryptoKey;
}

/** The keys in use: one that signs, and every one whose tokens may still live. */
export interface KeyRing {
  findSigning(now: number): Promise<SigningKey>;
  /**
   * The key of that id; one that nobody here has seen is looked for in the database each time. At once,
   * unless the database is to be asked: every request with a token comes by here.
   */
  findVerifying(
    kid: string,
    now: number,
  ): VerifyingKey | undefined | Promise<VerifyingKey | undefined>;
  /** All that verify, asked of the database. Never fails: without it, it is what was last known. */
  listVerifying(now: number): Promise<VerifyingKey[]>;
  /** Tokens that these keys have verified. */
  readonly verified: VerifiedTokens;
}

/** The claims of a verified access token. Its session is looked up in the database every time. */
export interface AccessTokenClaims {
  readonly userId: string;
  readonly sessionId: string;
  /** `jti`. */
  readonly tokenId: string;
  /** `auth_time`: when the session was last proved, as of the token. Seconds since the epoch; 0 in tokens of versions before 0.3. */
  readonly authTime: number;
}

/** The facts a token was verified by. All of them must hold again. */
export interface VerifiedToken {
  readonly claims: AccessTokenClaims;
  readonly key: VerifyingKey;
  readonly issuer: string;
  /** `exp`: seconds since the epoch. */
  readonly expiresAtSeconds: number;
}

/** Verified tokens by their exact spelling, as long as they are remembered. */
export interface VerifiedTokens {
  find(token: string): VerifiedToken | undefined;
  remember(token: string, verified: VerifiedToken): void;
  forget(token: string): void;
}
