/** Connections as no well-behaved client opens them. */
import { connect, type Socket } from "node:net";

export interface SlowKind {
  readonly name: string;
  /** False for what a server may keep: an idle connection between two requests. */
  readonly mustBeCut: boolean;
  behave(socket: Socket): void;
}

const BITE_EVERY_MS = 500;
/** A client that reads nothing sees only by reading that it was cut. Milliseconds. */
const LOOKS_AFTER_MS = 17_000;

export const slowKinds: readonly SlowKind[] = [
  {
    name: "slow headers",
    mustBeCut: true,
    behave: (socket) => drip(socket, "GET /healthz HTTP/1.1\r\nX-Slow: "),
  },
  {
    name: "slow body",
    mustBeCut: true,
    behave: (socket) =>
      drip(
        socket,
        "POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n",
      ),
  },
  {
    name: "never reading",
    mustBeCut: true,
    behave(socket) {
      socket.pause();
      socket.write(
        "GET /docs/swagger-ui-bundle.js HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(8), // more than the system keeps for a reader
      );
      setTimeout(() => socket.resume(), LOOKS_AFTER_MS);
    },
  },
  {
    name: "idle keep-alive",
    mustBeCut: false,
    behave: (socket) => void socket.write("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"),
  },
];

function drip(socket: Socket, begin: string): void {
  socket.write(begin);
  const biting = setInterval(() => socket.write("a"), BITE_EVERY_MS);
  socket.on("close", () => clearInterval(biting));
}

/** How long the server kept the connection; undefined where it still does after `patienceMs`. */
export function lifeOf(
  port: number,
  kind: SlowKind,
  patienceMs: number,
): Promise<number | undefined> {
  return new Promise((resolve) => {
    const startedAt = performance.now();
    const socket = connect(port, "127.0.0.1", () => kind.behave(socket));
    const patience = setTimeout(() => {
      resolve(undefined);
      socket.destroy();
    }, patienceMs);
    socket.on("error", () => undefined); // cut in the middle of a write
    socket.on("close", () => {
      clearTimeout(patience);
      resolve(performance.now() - startedAt);
    });
    if (!socket.isPaused()) socket.resume();
  });
}
