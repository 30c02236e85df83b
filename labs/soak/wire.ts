/** Opens slow connections on raw sockets, as an attacker does who wants to keep them busy (IV-08). */
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

export interface SlowKind {
  readonly name: string;
  /** Time after which the server closes it. Undefined if the server may keep it: idle between two requests. */
  readonly mayLive: { readonly leastMs: number; readonly mostMs: number } | undefined;
  behave(socket: Socket): void;
}

const DRIP_EVERY_MS = 500;
/** Delay with which a client may notice the close: it writes twice before the error comes. Milliseconds. */
export const NOTICE_DELAY_MS = 2 * DRIP_EVERY_MS;
/** Time to wait for the close: longer than any connection may live, also on a slow machine. Milliseconds. */
const WAIT_LIMIT_MS = 30_000;
/** Ignored between requests (RFC 9112 §2.2). A client that reads nothing notices the close only when it writes. */
const LINE_BREAK = "\r\n";
const ask = (method: string, path: string, ...headers: string[]) =>
  [`${method} ${path} HTTP/1.1`, "Host: localhost", ...headers, "", ""].join("\r\n");

/** Times of `src/process/listener.ts`, and the second until its next look. */
const headersTime = { leastMs: 10_000, mostMs: 11_000 };
const requestTime = { leastMs: 14_000, mostMs: 15_000 };
/** A client that reads nothing is found at one look and closed at another. */
const answerTime = { leastMs: 12_000, mostMs: 14_000 };

export const slowKinds: readonly SlowKind[] = [
  {
    name: "slow headers",
    mayLive: headersTime,
    behave: (socket) => drip(socket, "GET /healthz HTTP/1.1\r\nX-Slow: ", "a"),
  },
  {
    name: "slow body",
    mayLive: requestTime,
    behave: (socket) =>
      drip(
        socket,
        ask("POST", "/login", "Content-Type: application/json", "Content-Length: 900"),
        " ",
      ),
  },
  {
    name: "never reading",
    mayLive: answerTime,
    behave: (socket) =>
      // Answers larger than the system's buffers.
      drip(socket.pause(), ask("GET", "/docs/swagger-ui-bundle.js").repeat(8), LINE_BREAK),
  },
  {
    name: "idle keep-alive",
    mayLive: undefined,
    behave: (socket) => void socket.write(ask("GET", "/healthz")),
  },
];

/** Writes `begin`, then `drop` at a steady pace until the socket closes. */
function drip(socket: Socket, begin: string, drop: string): void {
  socket.write(begin);
  const dripping = setInterval(() => socket.write(drop), DRIP_EVERY_MS);
  socket.on("close", () => clearInterval(dripping));
}

export interface Flood {
  readonly name: string;
  readonly connections: number;
  /** What each connection sends, and reads no answer to. */
  readonly bytes: string;
}

/**
 * Requests without end on each connection, as an attacker sends who wants the answers to fill the memory (IV-21).
 * The first is the largest answer there is for a stranger, the second the one that costs least to ask for.
 */
export const floods: readonly Flood[] = [
  {
    name: "1,600 × /openapi.json on each of 50 connections",
    connections: 50,
    bytes: ask("GET", "/openapi.json").repeat(1_600),
  },
  {
    name: "4,000 × /nope on each of 400 connections",
    connections: 400,
    bytes: ask("GET", "/nope").repeat(4_000),
  },
];

/** How many connections are opened at a time. */
const FLOOD_STEP = 10;

/** Opens the connections, sends, and waits; answers how many the server has closed by then. */
export async function flood(
  port: number,
  { connections, bytes }: Flood,
  forMs: number,
): Promise<number> {
  const sockets: Socket[] = [];
  for (let opened = 0; opened < connections; opened += 1) {
    const socket = connect(port, "127.0.0.1").pause();
    socket.on("error", () => undefined); // the server closed it
    socket.write(bytes);
    sockets.push(socket);
    // Or this process would stand still for longer than the server does.
    if (opened % FLOOD_STEP === 0) await sleep(1);
  }
  await sleep(forMs);
  // Only who reads, or writes, is told of the end.
  for (const socket of sockets) socket.resume();
  await sleep(NOTICE_DELAY_MS);
  const closed = sockets.filter((socket) => socket.closed).length;
  for (const socket of sockets) socket.destroy();
  return closed;
}

/** Opens a connection and measures how long the server keeps it. Milliseconds; undefined if it does so to the end. */
export function lifeOf(port: number, kind: SlowKind): Promise<number | undefined> {
  return new Promise((resolve) => {
    const startedAt = performance.now();
    const socket = connect(port, "127.0.0.1", () => kind.behave(socket));
    const limit = setTimeout(() => {
      resolve(undefined);
      socket.destroy();
    }, WAIT_LIMIT_MS);
    socket.on("error", () => undefined); // the server closed it during a write
    socket.on("close", () => {
      clearTimeout(limit);
      resolve(performance.now() - startedAt);
    });
    socket.resume();
  });
}
