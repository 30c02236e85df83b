/** Connections as no well-behaved client opens them. */
import { connect, type Socket } from "node:net";

export interface SlowKind {
  readonly name: string;
  /** When the server cuts it; undefined for what it may keep: an idle connection between two requests. */
  readonly mayLive: { readonly leastMs: number; readonly mostMs: number } | undefined;
  behave(socket: Socket): void;
}

const BITE_EVERY_MS = 500;
/** How late a cut may be seen: the client bites twice until it is told. Milliseconds. */
export const LATE_MS = 2 * BITE_EVERY_MS;
/** Longer than any may live, also where the machine is slow. Milliseconds. */
const PATIENCE_MS = 30_000;
/** Between requests it means nothing (RFC 9112 §2.2). Who reads nothing sees by sending that it was cut. */
const LINE_BREAK = "\r\n";
const ask = (method: string, path: string, ...headers: string[]) =>
  [`${method} ${path} HTTP/1.1`, "Host: localhost", ...headers, "", ""].join("\r\n");

/** The times of `src/listener.ts`, and the second until it looks. */
const headersTime = { leastMs: 10_000, mostMs: 11_000 };
const requestTime = { leastMs: 14_000, mostMs: 15_000 };
/** Found waiting at one look, cut at another. */
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
      // More than the system keeps for a reader.
      drip(socket.pause(), ask("GET", "/docs/swagger-ui-bundle.js").repeat(8), LINE_BREAK),
  },
  {
    name: "idle keep-alive",
    mayLive: undefined,
    behave: (socket) => void socket.write(ask("GET", "/healthz")),
  },
];

function drip(socket: Socket, begin: string, bite: string): void {
  socket.write(begin);
  const biting = setInterval(() => socket.write(bite), BITE_EVERY_MS);
  socket.on("close", () => clearInterval(biting));
}

/** How long the server kept the connection, in milliseconds; undefined where it still does. */
export function lifeOf(port: number, kind: SlowKind): Promise<number | undefined> {
  return new Promise((resolve) => {
    const startedAt = performance.now();
    const socket = connect(port, "127.0.0.1", () => kind.behave(socket));
    const patience = setTimeout(() => {
      resolve(undefined);
      socket.destroy();
    }, PATIENCE_MS);
    socket.on("error", () => undefined); // cut in the middle of a write
    socket.on("close", () => {
      clearTimeout(patience);
      resolve(performance.now() - startedAt);
    });
    socket.resume();
  });
}
