/** One call: credential on, sent within its time, repeated where that helps, credential learned. */
import { cookieCredential } from "./cookies.ts";
import { bringsCredential, callersOwn, type Credential } from "./credential.ts";
import { DEFAULT_TIMEOUT_MS, noAnswer, startDeadline } from "./deadline.ts";
import { exchange, type Outgoing } from "./exchange.ts";
import { operationTable } from "./generated/operations.ts";
import { requestParts, type OperationRow } from "./input.ts";
import type { CallOptions, ClientOptions } from "./options.ts";
import { createRefresh, REFRESH_ATTEMPT_MS, type Renew } from "./refresh.ts";
import type { UntypedResult } from "./result.ts";
import { retryWaitMs } from "./retry.ts";
import { accessTokenCredential, storedTokenCredential } from "./tokens.ts";

/** Calls an operation. Rejects only for a mistake in the call, or when a jar or store given by the caller does. */
export type Call = (
  row: OperationRow,
  input: Readonly<Record<string, unknown>>,
  options: CallOptions,
) => Promise<UntypedResult>;

/** Throws a TypeError if the base URL is not one of HTTP. */
export function createTransport(options: ClientOptions): Call {
  const baseUrl = normalBaseUrl(options.baseUrl);
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

  return async (row, input, call) => {
    const outgoing = { row, parts: requestParts(row, input), headers: new Headers(call.headers) };
    const credential = bringsCredential(outgoing.headers) ? callersOwn : ownCredential;
    const result = await perform(outgoing, credential, call);
    if (row.learns && result.ok) await credential.learn?.(row, result, input);
    return result;
  };
}

function normalBaseUrl(baseUrl: string): string {
  const page = typeof location === "undefined" ? undefined : location.href;
  const { protocol, origin, pathname, username, password } = new URL(baseUrl, page);
  if (!["http:", "https:"].includes(protocol)) throw new TypeError("baseUrl must be http or https");
  if (username || password) throw new TypeError("baseUrl must not carry a user or password");
  return origin + pathname.replace(/\/+$/, "");
}

function credentialOf(options: ClientOptions, baseUrl: string, renew: Renew): Credential {
  if (options.tokens) {
    const { tokens, onSignedOut } = options;
    return storedTokenCredential(tokens, createRefresh(tokens, baseUrl, renew, onSignedOut));
  }
  if (options.accessToken !== undefined) return accessTokenCredential(options.accessToken);
  return cookieCredential(options.cookies, options.credentials ?? "include", baseUrl);
}
