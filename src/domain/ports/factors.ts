/** Second factors, and what the rules need of where they are kept. Passkeys are in `passkeys.ts`. */

/** The second factors of an account. Instants are milliseconds since the epoch. */
export interface Factors {
  /** The account has a password. */
  readonly password: boolean;
  readonly totp: { readonly createdAt: number; readonly lastUsedAt: number | null } | null;
  /** Null where none is left. */
  readonly recoveryCodes: { readonly remaining: number; readonly createdAt: number } | null;
  /** How many. */
  readonly passkeys: number;
}

/** An authenticator app as it is first stored. */
export interface NewTotp {
  readonly userId: string;
  /** Sealed under the key for TOTP secrets, with the account's id. */
  readonly sealedSecret: Uint8Array;
  /** The step of the code that confirmed it, which is good no more (MF-02). */
  readonly lastStep: number;
  readonly createdAt: number;
}

export interface FactorStore {
  /** Of nobody: as an account that has nothing. */
  find(userId: string): Promise<Factors>;
  /** True where the account has an app or a passkey. Recovery codes are none by themselves. */
  has(userId: string): Promise<boolean>;
  /** False where the account has an app already; then nothing was written. */
  insertTotp(totp: NewTotp): Promise<boolean>;
  findTotpSecret(userId: string): Promise<Uint8Array | undefined>;
  /** Moves the app's last step forward to this one, in one statement; false where it is there or beyond (MF-02, MF-03). */
  useStep(userId: string, step: number, now: number): Promise<boolean>;
  /** Removes the app, if it was added at or after the instant; false where there is none. Milliseconds since the epoch. */
  deleteTotp(userId: string, addedSince?: number): Promise<boolean>;
  /** Stores these codes, by their hashes, in place of those the account has. */
  replaceRecoveryCodes(
    userId: string,
    codeHashes: readonly Uint8Array[],
    now: number,
  ): Promise<void>;
  /** Uses a code up, in one statement; false where it is none of the account's (MF-04). */
  useRecoveryCode(userId: string, codeHash: Uint8Array): Promise<boolean>;
  countRecoveryCodes(userId: string): Promise<number>;
  deleteRecoveryCodes(userId: string): Promise<void>;
}
