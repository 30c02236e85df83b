/** The socket: what is listened on, how long a connection may take, and what never reaches the app. */
import { Server, type ServerResponse } from "node:http";
import { FastResponse, serve } from "srvx/node";
import type { Settings } from "./config.ts";
import { BODY_MAX_BYTES } from "./contract/values.ts";
import { StartRefusedError } from "./start-refused.ts";

/** A request must be complete within this; slower ones are cut (IV-08). Milliseconds. */
const REQUEST_TIMEOUT_MS = 15_000;
const HEADERS_TIMEOUT_MS = 10_000;
/** How often connections are held against the timeouts: a slow one lasts this much longer at the most. Milliseconds. */
const CONNECTION_CHECK_INTERVAL_MS = 1_000;
/**
 * How long an answer may wait for a client that reads none of it (IV-08). Half of what a request has:
 * Node looks twice before it calls a write stalled, so that the cut may take twice as long. Milliseconds.
 */
const STALLED_ANSWER_TIMEOUT_MS = 7_500;
/** How long a kept-alive connection may idle: longer than common proxies keep theirs. Milliseconds. */
const KEEP_ALIVE_TIMEOUT_MS = 65_000;

export interface Listener {
  /** Where it listens: `http://127.0.0.1:3000`. */
  readonly address: string;
  /** Takes no more connections and waits for the requests it has; with `cut`, waits for nobody. */
  close(cut?: boolean): Promise<void>;
}

/** Listens where the settings say; rejects with a `StartRefusedError` where that cannot be. */
export async function listen(
  settings: Settings,
  fetch: (request: Request) => Response | Promise<Response>,
): Promise<Listener> {
  const hasUsableHost = createHostCheck();
  const server = serve({
    fetch: (request) => (hasUsableHost(request) ? fetch(request) : badRequest()),
    port: settings.PORT,
    hostname: settings.HOST,
    silent: true,
    gracefulShutdown: false,
    maxRequestBodySize: BODY_MAX_BYTES,
    node: {
      requestTimeout: REQUEST_TIMEOUT_MS,
      headersTimeout: HEADERS_TIMEOUT_MS,
      connectionsCheckingInterval: CONNECTION_CHECK_INTERVAL_MS,
      keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    },
  });
  await server.ready().catch((error: unknown) => {
    throw asStartRefused(error, settings);
  });
  cutStalledAnswers(server.node?.server);
  return { address: addressOf(server.url), close: (cut) => server.close(cut) };
}

/**
 * Node's own timeouts end with the request: whoever asks for much and reads nothing would keep a
 * connection, and the answer in memory, for ever. Silence while an answer is in the making is ours.
 */
function cutStalledAnswers(server: unknown): void {
  if (!(server instanceof Server)) throw new Error("srvx listens with no server of node:http");
  server.on("request", (_, response: ServerResponse) => {
    response.setTimeout(STALLED_ANSWER_TIMEOUT_MS, () => {
      const { socket } = response;
      if (socket !== null && socket.writableLength > 0) socket.destroy();
    });
  });
}

function asStartRefused(error: unknown, { HOST, PORT }: Settings): unknown {
  if (!(error instanceof Error && "code" in error)) return error;
  if (error.code === "EADDRINUSE")
    return new StartRefusedError(`PORT ${PORT} is in use: stop what uses it, or set another PORT`);
  if (error.code === "EACCES" || error.code === "EADDRNOTAVAIL")
    return new StartRefusedError(`HOST ${HOST} with PORT ${PORT} cannot be listened on here`);
  return error;
}

/**
 * A second Host header, or one that is no host, is what a proxy in front may have read differently
 * (IV-12, RFC 9112 §3.2). The last good one is remembered: nearly every request sends the same.
 */
function createHostCheck(): (request: Request) => boolean {
  let knownHost: string | null = null;
  return (request) => {
    const host = request.headers.get("host"); // two of them arrive joined by a comma
    if (host === knownHost || host === null) return true;
    if (/[,/?#@\\]/.test(host) || !URL.canParse(`http://${host}/`)) return false;
    knownHost = host;
    return true;
  };
}

/** As bare as what Node's parser answers to a request that is no HTTP. */
function badRequest(): Response {
  return new FastResponse(null, {
    status: 400,
    headers: { "cache-control": "no-store", connection: "close" },
  });
}

function addressOf(url: string | undefined): string {
  if (url === undefined) throw new Error("The server listens on no address");
  return new URL(url).origin;
}
