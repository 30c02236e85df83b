/**
 * Pipelined requests: those that a client sends before the answer to the one before has left. Node's parser
 * hands over all requests of a chunk at once, so 62 kB make 1,600 answers, and a client that reads none of
 * them keeps them all in memory. Here a connection has one request under way, a few wait for their turn, and
 * more than those close it (IV-21).
 */
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { ServerRequest } from "srvx";
import { OneWriteResponse } from "../platform/one-write.ts";
import { Utf8Request } from "../platform/utf8-request.ts";

/**
 * How many requests of a connection may wait behind the one under way. Browsers and proxies send none ahead. The
 * clients that do send 10 or 16, and have to ask again anyway where a connection closes (RFC 9112 §9.3.2).
 */
export const WAITING_REQUESTS = 16;

/** How many wait, for each connection that has ever had one. */
const waitingOn = new WeakMap<Socket, number>();
/** Connections that have a request under way: one at a time, which has its turn. */
const answering = new WeakSet<Socket>();

/**
 * A request that closes its connection where it is one too many. The simple way, to destroy the socket and no more,
 * does not end the parsing of the chunk, and Node keeps what it has parsed until the sockets of this
 * turn have closed: 400 connections with 124 kB each still ended the process. A request that asks for another
 * protocol ends it.
 */
export class BoundedRequest extends Utf8Request {
  constructor(socket: Socket) {
    super(socket);
    if ((waitingOn.get(socket) ?? 0) < WAITING_REQUESTS) return;
    socket.destroy();
    Object.defineProperty(this, "upgrade", { get: () => true, set: () => undefined });
  }
}

/** A response that knows when its turn has come: once each answer before it has been given to the system as a whole. */
export class InTurnResponse<
  Request extends IncomingMessage = IncomingMessage,
> extends OneWriteResponse<Request> {
  /** Resolves when its turn has come, and never where its connection ends before. Undefined where nothing was ahead of it. */
  turn: Promise<void> | undefined;
  #begin: (() => void) | undefined;

  /** Waits for its turn, and counts as waiting until then. */
  waitOn(socket: Socket): void {
    waitingOn.set(socket, (waitingOn.get(socket) ?? 0) + 1);
    this.turn = new Promise((resolve) => (this.#begin = resolve));
  }

  /** Node calls it when the answers before have left. */
  override assignSocket(socket: Socket): void {
    super.assignSocket(socket);
    answering.add(socket);
    if (this.#begin === undefined) return;
    waitingOn.set(socket, (waitingOn.get(socket) ?? 1) - 1);
    this.#begin();
  }

  /** Node calls it once the answer has left. */
  override detachSocket(socket: Socket): void {
    answering.delete(socket);
    super.detachSocket(socket);
  }
}

/** True while a request of the connection waits for its answer. Its responses are `InTurnResponse`s. */
export function isAnswering(socket: Socket): boolean {
  return answering.has(socket);
}

/** Counts the requests that arrive before their turn, also those that are refused below the app. Its responses are `InTurnResponse`s. */
export function boundPipelining(server: Server): void {
  const count = ({ socket }: IncomingMessage, response: ServerResponse): void => {
    if (response.socket === null && response instanceof InTurnResponse) response.waitOn(socket);
  };
  server.prependListener("request", count);
  server.prependListener("checkExpectation", count);
}

/** When the request may be handled: undefined for at once. */
export function turnOf({ runtime }: ServerRequest): Promise<void> | undefined {
  const response = runtime?.node?.res;
  return response instanceof InTurnResponse ? response.turn : undefined;
}
