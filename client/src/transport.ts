/** One request: credential on, sent within its time, answer read, credential learned. */
import createFetch from "openapi-fetch";
import { readAnswer, type RawAnswer } from "./answer.ts";
import { cookieCredential } from "./cookies.ts";
import { bringsCredential, callersOwn, type Credential } from "./credential.ts";
import { DEFAULT_TIMEOUT_MS, startDeadline, type Deadline } from "./deadline.ts";
import { requestParts, type OperationRow } from "./input.ts";
import type { CallOptions, ClientOptions } from "./options.ts";
import type { NoAnswer, UntypedResult } from "./result.ts";
import { accessTokenCredential, storedTokenCredential } from "./tokens.ts";

/** Calls an operation. Rejects only for a mistake in the call, or when a jar or store given by the caller does. */
export type Call = (
  operationId: string,
  row: OperationRow,
  input: Readonly<Record<string, unknown>>,
  options: CallOptions,
) => Promise<UntypedResult>;

/** Throws a TypeError if the base URL is not one of HTTP. */
export function createTransport(options: ClientOptions): Call {
  const http = createFetch<AnyPaths>({ baseUrl: normalBaseUrl(options.baseUrl) });
  const send = options.fetch ?? ((request: Request) => globalThis.fetch(request));
  const ownCredential = credentialOf(options);

  return async (operationId, row, input, call) => {
    const { path, query, body } = requestParts(row, input);
    const headers = new Headers(call.headers);
    const credential = bringsCredential(headers) ? callersOwn : ownCredential;
    const timeoutMs = call.timeoutMs ?? options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    const deadline = startDeadline(timeoutMs, call.signal);
    const progress: { sent?: Request; answered?: Response } = {};
    const exchange = async (request: Request) => {
      await credential.attach(request, row);
      progress.sent = request;
      return (progress.answered = await send(request));
    };

    let answer: RawAnswer | undefined;
    let error: unknown;
    try {
      answer = await http.request(methods[row.method], row.path, {
        ...(body && { body }),
        params: { path, query },
        headers,
        signal: deadline.signal,
        credentials: credential.mode,
        // A redirect would take the credential, or a password in the body, to another address.
        redirect: "manual",
        parseAs: "text",
        fetch: exchange,
      });
    } catch (thrown) {
      if (!progress.sent) throw thrown; // Nothing left this process: a mistake, not a failure.
      error = thrown;
    } finally {
      deadline.clear();
    }
    if (progress.sent && progress.answered)
      await credential.keep(progress.answered, progress.sent.url);
    if (!answer) return noAnswer(deadline, error, progress.answered);
    const result = readAnswer(row, answer);
    await credential.learn(operationId, result);
    return result;
  };
}

/** openapi-fetch's idea of an API, as loose as the table: the document's types are laid over the whole client. */
type AnyPaths = Record<string, Record<"get" | "post" | "patch" | "delete", AnyOperation>>;
interface AnyOperation {
  parameters: { path?: Record<string, string>; query?: Record<string, unknown> };
  requestBody?: { content: { "application/json": Record<string, unknown> } };
  responses: Record<number, { content: Record<string, unknown> }>;
}
const methods = { GET: "get", POST: "post", PATCH: "patch", DELETE: "delete" } as const;

function normalBaseUrl(baseUrl: string): string {
  const page = typeof location === "undefined" ? undefined : location.href;
  const { protocol, origin, pathname, username, password } = new URL(baseUrl, page);
  if (!["http:", "https:"].includes(protocol)) throw new TypeError("baseUrl must be http or https");
  if (username || password) throw new TypeError("baseUrl must not carry a user or password");
  return origin + pathname.replace(/\/+$/, "");
}

function credentialOf(options: ClientOptions): Credential {
  if (options.tokens) return storedTokenCredential(options.tokens);
  if (options.accessToken !== undefined) return accessTokenCredential(options.accessToken);
  return cookieCredential(options.cookies, options.credentials ?? "include");
}

function noAnswer(deadline: Deadline, error: unknown, response: Response | undefined): NoAnswer {
  const failure = deadline.cause() ?? "network";
  return { ok: false, status: 0, failure, error, ...(response && { response }) };
}
