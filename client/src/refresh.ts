/** A new access token for an old one: once, however many calls, clients and tabs ask for it. */
import type { Schemas, UntypedResult } from "./result.ts";
import { type Refresh, type Refreshed, tokensOf, type TokenStore } from "./tokens.ts";

/**
 * 5 s: half of the server's default grace, in which a repeated refresh gives the same successor. A
 * lost answer is noticed and asked for again before the grace ends; after it, that would be reuse.
 */
export const REFRESH_ATTEMPT_MS = 5_000;
const ATTEMPTS = 2;

/** Sends a refresh token, once, and answers what came of it. */
export type Renew = (refreshToken: string) => Promise<UntypedResult>;

/** The session ended, and not by a call of this client: its refresh token was refused. */
export interface SignedOut {
  readonly problem: Schemas["InvalidRefreshTokenProblem"] | Schemas["ValidationFailedProblem"];
}

/** One refresh at a time: in this client by a promise, among tabs by a lock, after which the store is read again. */
export function createRefresh(
  store: TokenStore,
  baseUrl: string,
  renew: Renew,
  onSignedOut: ((event: SignedOut) => void) | undefined,
): Refresh {
  let running: Promise<Refreshed> | undefined;

  const run = async (stale: string): Promise<Refreshed> => {
    const before = await store.read();
    if (before?.accessToken !== stale) return { tokens: before };
    const result = await renewPatiently(renew, before.refreshToken);
    const tokens = tokensOf(result);
    const isRefused = result.status === 401 || result.status === 400;
    if (!tokens && !isRefused) return { tokens, failed: result };
    // A login or a sign-out that happened meanwhile is newer than this answer.
    const now = await store.read();
    if (now?.refreshToken !== before.refreshToken) return { tokens: now };
    if (tokens) await store.write(tokens);
    else {
      await store.clear();
      // The proven edge: 400 and 401 of tokenRefresh, held against the document by `readAnswer`.
      onSignedOut?.({ problem: (result as { problem: SignedOut["problem"] }).problem });
    }
    return { tokens };
  };

  return (stale) =>
    (running ??= alone(`portcullis ${baseUrl}`, () => run(stale)).finally(() => {
      running = undefined;
    }));
}

/** Once more with the same token where no answer came: within its grace the server gives the same successor. */
async function renewPatiently(renew: Renew, refreshToken: string): Promise<UntypedResult> {
  for (let attempt = 1; ; attempt += 1) {
    const result = await renew(refreshToken);
    if (result.status !== 0 || attempt === ATTEMPTS) return result;
  }
}

/** One tab at a time, where there are Web Locks; a page without an origin of its own has the object and not the right. */
async function alone<T>(name: string, work: () => Promise<T>): Promise<T> {
  const locks = typeof navigator === "undefined" ? undefined : navigator.locks;
  let hasBegun = false;
  const begin = () => {
    hasBegun = true;
    return work();
  };
  if (!locks) return begin();
  return locks.request(name, begin).catch((error: unknown) => {
    if (hasBegun) throw error;
    return begin();
  });
}
