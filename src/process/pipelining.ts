/**
 * Pipelined requests: those that a client sends before the answer to the one before has left. Node's parser
 * hands over all requests of a chunk at once, so 62 kB make 1,600 answers, and a client that reads none of
 * them keeps them all in memory. Here a connection has one request under way, a few wait for their turn, and
 * more than those close it (IV-21).
 */
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { OneWriteResponse } from "../platform/one-write.ts";
import { Utf8Request } from "../platform/utf8-request.ts";

/**
 * How many requests of a connection may wait behind the one under way. Browsers and proxies send none ahead. The
 * clients that do send 10 or 16, and have to ask again anyway where a connection closes (RFC 9112 §9.3.2).
 */
export const WAITING_REQUESTS = 16;
/**
 * How many may wait on all connections together. One holds 16 KiB of headers and 64 KiB of a body at the most, so
 * they take 80 MiB. A bound for each client address would be the proxy's, and so everybody's, behind a proxy; this
 * one closes the connections of those alone who send ahead.
 */
export const WAITING_IN_ALL = 1_024;

/** How many wait, for each connection that has ever had one. */
const waitingOn = new WeakMap<Socket, number>();
let waitingInAll = 0;
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
    if (!answering.has(socket) || mayWait(socket)) return;
    socket.destroy();
    Object.defineProperty(this, "upgrade", { get: () => true, set: () => undefined });
  }
}

function mayWait(socket: Socket): boolean {
  return waitingInAll < WAITING_IN_ALL && (waitingOn.get(socket) ?? 0) < WAITING_REQUESTS;
}

/** A response that knows when its turn has come: once each answer before it has been given to the system as a whole. */
export class InTurnResponse<
  Request extends IncomingMessage = IncomingMessage,
> extends OneWriteResponse<Request> {
  #begin: (() => void) | undefined;

  /** Waits for its turn, and counts as waiting until then. `begin` is never called where its connection ends before. */
  waitOn(socket: Socket, begin: () => void): void {
    if (!waitingOn.has(socket)) socket.once("close", () => countWaiting(socket, 0));
    countWaiting(socket, (waitingOn.get(socket) ?? 0) + 1);
    this.#begin = begin;
  }

  /** Node calls it when the answers before have left. */
  override assignSocket(socket: Socket): void {
    super.assignSocket(socket);
    answering.add(socket);
    if (this.#begin === undefined || socket.destroyed) return;
    countWaiting(socket, (waitingOn.get(socket) ?? 1) - 1);
    queueTurn({ socket, begin: this.#begin });
  }

  /** Node calls it once the answer has left. */
  override detachSocket(socket: Socket): void {
    answering.delete(socket);
    super.detachSocket(socket);
  }
}

function countWaiting(socket: Socket, count: number): void {
  waitingInAll += count - (waitingOn.get(socket) ?? 0);
  waitingOn.set(socket, count);
}

interface Turn {
  readonly socket: Socket;
  begin(): void;
}

/** One at most for each connection, so that they take turns. */
const turns: Turn[] = [];

/**
 * Begins one of them in each turn of the event loop. If each began as soon as it could, all that a
 * connection has sent ahead would be handled before the next connection is accepted: of 400 connections with 17
 * requests each, the next client waited for 6,800 requests.
 */
function queueTurn(turn: Turn): void {
  if (turns.push(turn) === 1) setImmediate(beginNext);
}

function beginNext(): void {
  const turn = turns.shift();
  if (turns.length > 0) setImmediate(beginNext);
  if (turn?.socket.destroyed === false) turn.begin();
}

/** True while a request of the connection waits for its answer. Its responses are `InTurnResponse`s. */
export function isAnswering(socket: Socket): boolean {
  return answering.has(socket);
}

/** Answers a request, and rejects never. */
type Handle = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

/** Handles each request when its turn has come, and counts those that wait, also those that are refused below the app. Its responses are `InTurnResponse`s. */
export function handleInTurn(server: Server, handle: Handle): void {
  server.on("request", (request, response) => {
    if (isAhead(response)) response.waitOn(request.socket, () => void handle(request, response));
    else void handle(request, response);
  });
  server.prependListener(
    "checkExpectation",
    ({ socket }: IncomingMessage, response: ServerResponse) => {
      if (isAhead(response)) response.waitOn(socket, () => undefined);
    },
  );
}

function isAhead(response: ServerResponse): response is InTurnResponse {
  return response.socket === null && response instanceof InTurnResponse;
}
