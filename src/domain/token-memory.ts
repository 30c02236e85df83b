/** Access tokens that were verified a moment ago: the same bytes under the same key need no second look at their signature. */
import type { AccessTokenClaims } from "./access-tokens.ts";
import type { VerifyingKey } from "./keys.ts";

/** About a kilobyte each. Where there are more, all are forgotten, and each is verified once again. */
export const TOKENS_REMEMBERED = 10_000;

/** What held when the token was verified. All of it must hold again. */
export interface VerifiedToken {
  readonly claims: AccessTokenClaims;
  readonly key: VerifyingKey;
  readonly issuer: string;
  /** `exp`: seconds since the epoch. */
  readonly expiresAtSeconds: number;
}

/** By the token's exact spelling. Only what a key of ours has signed comes in, so nobody else can fill it. */
export class TokenMemory {
  readonly #tokens = new Map<string, VerifiedToken>();

  find(token: string): VerifiedToken | undefined {
    return this.#tokens.get(token);
  }

  remember(token: string, verified: VerifiedToken): void {
    if (this.#tokens.size >= TOKENS_REMEMBERED) this.#tokens.clear();
    this.#tokens.set(token, verified);
  }

  forget(token: string): void {
    this.#tokens.delete(token);
  }
}
