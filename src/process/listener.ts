/** The socket: where the server listens, and how long a connection may take. */
import { Server } from "node:http";
import { isIPv6, type Socket } from "node:net";
import type { ServerRequest } from "srvx";
import { serve } from "srvx/node";
import type { Settings } from "./settings.ts";
import { BODY_MAX_BYTES } from "../contract/values.ts";
import type { AnswerHeaders } from "../routes/headers.ts";
import { BoundedRequest, handleInTurn, InTurnResponse, isAnswering } from "./pipelining.ts";
import { StartRefusedError } from "./start-refused.ts";
import {
  createHostCheck,
  hasTooManyHeaders,
  keepAllHeaders,
  refusal,
  refuseUnreadable,
} from "./unreadable-requests.ts";

/** How long a client may take (IV-08). Milliseconds. */
export interface Patience {
  /** Until all headers of a request have arrived. */
  readonly headersMs: number;
  /** Until all of a request has arrived. */
  readonly requestMs: number;
  /**
   * Until an answer is read to its end. Neither reading a part of it helps, nor sending bytes meanwhile:
   * a client that reads nothing but sends a line break now and then looks alive to every timeout of Node's.
   */
  readonly answerMs: number;
  /** The time between two checks of the connections: a slow one lasts this much longer at the most. */
  readonly lookEveryMs: number;
}

/** No slow client stays past 15 s, including the checks that notice it: one for a request, two for an answer. */
export const usualPatience: Patience = {
  headersMs: 10_000,
  requestMs: 14_000,
  answerMs: 12_000,
  lookEveryMs: 1_000,
};
/** How long a kept-alive connection may idle: longer than common proxies keep theirs. Milliseconds. */
const KEEP_ALIVE_TIMEOUT_MS = 65_000;
/** How soon after its answer a kept-alive connection is closed, once the server ends. Milliseconds. */
const LET_GO_EVERY_MS = 50;
/** How long a connection may still send a request, once the server ends: one that was on its way is answered. Milliseconds. */
const LAST_REQUEST_WITHIN_MS = 1_000;

export interface Listener {
  /** The origin it listens on: `http://127.0.0.1:3000`, `http://[::1]:3000`. */
  readonly address: string;
  /** Takes no more connections and waits for the accepted requests; with `cut`, closes those too. */
  close(cut?: boolean): Promise<void>;
}

export interface Answering {
  fetch(request: Request): Response | Promise<Response>;
  /** The headers of every answer: also of one to a request that cannot be read, which `fetch` never sees (HD-01). */
  commonHeaders(): AnswerHeaders;
}

/** Listens where the settings say. Rejects with a `StartRefusedError` where the machine refuses that. */
export async function listen(
  settings: Pick<Settings, "HOST" | "PORT">,
  { fetch, commonHeaders }: Answering,
  patience: Patience = usualPatience,
): Promise<Listener> {
  const hasUsableHost = createHostCheck();
  const answer = (request: ServerRequest) => {
    if (hasTooManyHeaders(request)) return refusal(431, commonHeaders());
    return hasUsableHost(request) ? fetch(request) : refusal(400, commonHeaders());
  };
  const server = serve({
    fetch: answer,
    port: settings.PORT,
    hostname: settings.HOST,
    silent: true,
    gracefulShutdown: false,
    maxRequestBodySize: BODY_MAX_BYTES,
    node: {
      IncomingMessage: BoundedRequest,
      ServerResponse: InTurnResponse,
      requireHostHeader: false, // it is required by the check above
      requestTimeout: patience.requestMs,
      headersTimeout: patience.headersMs,
      connectionsCheckingInterval: patience.lookEveryMs,
      keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    },
  });
  await server.ready().catch((error: unknown) => {
    throw asStartRefused(error, settings);
  });
  const { server: node, handler } = server.node ?? {};
  if (!(node instanceof Server) || handler === undefined)
    throw new Error("srvx listens with no server of node:http");
  node.removeAllListeners("request"); // srvx's own would begin before its turn
  refuseUnreadable(node, commonHeaders);
  keepAllHeaders(node);
  handleInTurn(node, handler);
  const connections = cutUntakenAnswers(node, patience);
  const close = async (cut?: boolean): Promise<void> => {
    // Node itself closes the connections that idle now; those with a request idle later. Node takes
    // an answer for done once it is written, whether or not it is sent: none may be on its way.
    const closingSince = performance.now();
    const letting = setInterval(() => {
      if (connections().every(({ writableLength }) => writableLength === 0))
        node.closeIdleConnections();
      // Node takes a connection that never sent a request, or only the beginning of one, for a busy one.
      if (performance.now() - closingSince >= LAST_REQUEST_WITHIN_MS)
        for (const socket of connections())
          if (!isAnswering(socket) && socket.writableLength === 0) socket.destroy();
    }, LET_GO_EVERY_MS);
    await server.close(cut).finally(() => clearInterval(letting));
  };
  return { address: addressOf(node), close };
}

/**
 * Cuts connections whose client does not read its answer. Node's own timeouts end with the request, so a
 * client that asks for much and reads nothing would keep a connection, and the answer in memory, for ever.
 * Returns a function that lists the open connections.
 */
function cutUntakenAnswers(server: Server, { answerMs, lookEveryMs }: Patience): () => Socket[] {
  /** Every open connection, and since when bytes wait for its client to read them. */
  const waitingSince = new Map<Socket, number | undefined>();
  server.on("connection", (socket: Socket) => {
    waitingSince.set(socket, undefined);
    socket.once("close", () => waitingSince.delete(socket));
  });
  const looking = setInterval(() => {
    const now = performance.now();
    for (const [socket, since = now] of waitingSince) {
      const isWaiting = socket.writableLength > 0;
      if (isWaiting && now - since >= answerMs) socket.destroy();
      else waitingSince.set(socket, isWaiting ? since : undefined);
    }
  }, lookEveryMs).unref();
  server.once("close", () => clearInterval(looking));
  return () => [...waitingSince.keys()];
}

function asStartRefused(error: unknown, { HOST, PORT }: Pick<Settings, "HOST" | "PORT">): unknown {
  if (!(error instanceof Error && "code" in error)) return error;
  if (error.code === "EADDRINUSE")
    return new StartRefusedError(`PORT ${PORT} is in use: stop what uses it, or set another PORT`);
  if (error.code === "ENOTFOUND" || error.code === "EAI_AGAIN")
    return new StartRefusedError(
      `HOST ${HOST} is no name that this machine knows: set an address of it, or 0.0.0.0 for all`,
    );
  if (["EACCES", "EADDRNOTAVAIL", "EINVAL", "EAFNOSUPPORT"].includes(String(error.code)))
    return new StartRefusedError(`HOST ${HOST} with PORT ${PORT} cannot be listened on here`);
  return error;
}

function addressOf(server: Server): string {
  const bound = server.address();
  if (bound === null || typeof bound === "string")
    throw new Error("The server listens on no address");
  const host = isIPv6(bound.address) ? `[${bound.address}]` : bound.address;
  return `http://${host}:${bound.port}`;
}
