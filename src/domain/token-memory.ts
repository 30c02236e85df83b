/** Access tokens that were verified a moment ago: the same bytes under the same key need no second look at their signature. */
import type { VerifiedToken, VerifiedTokens } from "./ports/signing-keys.ts";

/** About a kilobyte each. Where there are more, all are forgotten, and each is verified once again. */
export const TOKENS_REMEMBERED = 10_000;

/** By the token's exact spelling. Only what a key of ours has signed comes in, so nobody else can fill it. */
export class TokenMemory implements VerifiedTokens {
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
