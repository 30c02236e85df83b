/** One call: credential on, sent within its time, repeated where that helps, credential learned. */
import { cookieCredential } from "./cookies.ts";
import { baseUrlOf } from "./base-url.ts";
import { bringsCredential, callersOwn, type Credential, type OwnCredential } from "./credential.ts";
import { DEFAULT_TIMEOUT_MS, noAnswer, startDeadline } from "./deadline.ts";
import { exchange, type Outgoing } from "./exchange.ts";
import { operationTable } from "./generated/operations.ts";
import { type Mode, requestParts, type OperationRow } from "./input.ts";
import { isPending } from "./login-pending.ts";
import type { CallOptions, ClientOptions } from "./options.ts";
import { createRefresh, REFRESH_ATTEMPT_MS, type Renew } from "./refresh.ts";
import type { UntypedResult } from "./result.ts";
import { createTelling, type Watchable } from "./results.ts";
import { retryWaitMs } from "./retry.ts";
import { accessTokenCredential, storedTokenCredential } from "./tokens.ts";

/** Calls an operation. Rejects only for a mistake in the call, or when a jar or store given by the caller does. */
export type Call = (
  row: OperationRow,
  input: Readonly<Record<string, unknown>>,
  options: CallOptions,
) => Promise<UntypedResult>;

export interface Transport extends Watchable {
  readonly call: Call;
  readonly signsInBy: Mode;
  /** Ends the session the client is signed in with. */
  readonly signOut: (options: CallOptions) => Promise<UntypedResult>;
}

/** Throws a TypeError if the base URL is not one of HTTP. */
export function createTransport(options: ClientOptions): Transport {
  const baseUrl = baseUrlOf(options.baseUrl);
  const sender = {
    baseUrl,
    send: options.fetch ?? ((request: Request) => globalThis.fetch(request)),
  };
  const clientTimeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;

  const perform = async (
    outgoing: Outgoing,
    credential: Credential,
    { timeoutMs = clientTimeoutMs, signal, retry = options.retry }: CallOptions,
  ): Promise<UntypedResult> => {
    const deadline = startDeadline(timeoutMs, signal);
    try {
      let mayRecover = true;
      for (let retries = 0; ;) {
        const { request, result } = await exchange(sender, outgoing, credential, deadline);
        if (mayRecover && credential.recover) {
          const better = await credential.recover(request, result, deadline);
          if (better !== result) mayRecover = false;
          if (better === "repeat") continue;
          if (better !== result) return better;
        }
        const waitMs = retryWaitMs(retry, retries++, outgoing.row, result);
        const pause = waitMs === undefined ? "too_long" : await deadline.pause(waitMs);
        if (pause === "fired") return noAnswer(deadline, deadline.signal.reason, result.response);
        if (pause === "too_long") return result;
      }
    } finally {
      deadline.clear();
    }
  };

  const renew: Renew = (refreshToken) => {
    const row = operationTable.tokenRefresh;
    const outgoing = { row, parts: requestParts(row, { refreshToken }), headers: new Headers() };
    const timeoutMs = Math.min(clientTimeoutMs, REFRESH_ATTEMPT_MS);
    return perform(outgoing, callersOwn, { timeoutMs, retry: false });
  };
  const ownCredential = credentialOf(options, baseUrl, renew);
  const { tell, watch } = createTelling(options.onResult);

  const call: Call = async (row, input, options) => {
    const outgoing = {
      row,
      parts: requestParts(row, input),
      headers: new Headers(options.headers),
    };
    const credential = bringsCredential(outgoing.headers) ? callersOwn : ownCredential;
    const result = await perform(outgoing, credential, options);
    // A pending sign-in teaches nothing: there is no session yet, and the one there may have been goes on.
    if (row.learns && result.ok && !isPending(result.data))
      await credential.learn?.(row, result, input);
    tell(row, result, credential === ownCredential);
    return result;
  };
  return {
    baseUrl,
    watch,
    call,
    signsInBy: ownCredential.signsInBy,
    signOut: (options) => ownCredential.signOut((row, input) => call(row, input, options)),
  };
}

function credentialOf(options: ClientOptions, baseUrl: string, renew: Renew): OwnCredential {
  if (options.tokens) {
    const { tokens, onSignedOut } = options;
    return storedTokenCredential(tokens, createRefresh(tokens, baseUrl, renew, onSignedOut));
  }
  if (options.accessToken !== undefined) return accessTokenCredential(options.accessToken);
  return cookieCredential(options.cookies, options.credentials ?? "include", baseUrl);
}
