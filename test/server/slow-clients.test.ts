/** IV-08: whoever takes their time over a request, or over its answer, is cut, and nobody else waits for them. */
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTarget, type Target } from "../attack/target.ts";

/** What src/listener.ts allows: 15 s, and a second until it looks. The rest is a noisy machine's. */
const CUT_WITHIN_MS = 16_000 + 6_000;
const CLIENTS_OF_A_KIND = 25;
const BITE_EVERY_MS = 500;
/** A client that reads nothing sees only by reading that it was cut: it looks late, and finds the answer unfinished. */
const LOOKS_AFTER_MS = CUT_WITHIN_MS - 2_000;

let target: Target;
beforeAll(async () => {
  target = await startTarget({ DOCS: "on" });
});
afterAll(() => target.stop());

const bundle = "GET /docs/swagger-ui-bundle.js HTTP/1.1\r\nHost: localhost\r\n\r\n";
const kinds: Readonly<Record<string, (socket: Socket) => void>> = {
  "says nothing": () => undefined,
  "sends its headers byte by byte": (socket) =>
    drip(socket, "GET /healthz HTTP/1.1\r\n", `X-Slow: ${"a".repeat(200)}`),
  "sends its body byte by byte": (socket) =>
    drip(
      socket,
      "POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n",
      " ".repeat(200),
    ),
  "never reads the answer": (socket) => {
    socket.pause();
    socket.write(bundle.repeat(20)); // more than the system keeps for a reader
    setTimeout(() => socket.resume(), LOOKS_AFTER_MS);
  },
};

function drip(socket: Socket, begin: string, rest: string): void {
  let sent = 0;
  socket.write(begin);
  const biting = setInterval(() => socket.write(rest[sent++] ?? "a"), BITE_EVERY_MS);
  socket.on("close", () => clearInterval(biting));
}

/** How long it lived until the server cut it; undefined where it never did. */
async function untilCut(behave: (socket: Socket) => void): Promise<number | undefined> {
  const socket = connect(target.port, "127.0.0.1");
  const startedAt = performance.now();
  const cut = new Promise<number>((resolve) => {
    socket.on("error", () => undefined); // cut in the middle of a write
    socket.on("close", () => resolve(performance.now() - startedAt));
  });
  socket.on("connect", () => behave(socket));
  if (!socket.isPaused()) socket.resume();
  const patience = new AbortController();
  const outcome = await Promise.race([
    cut,
    sleep(CUT_WITHIN_MS, undefined, { signal: patience.signal }),
  ]);
  patience.abort();
  socket.destroy();
  return outcome;
}

test("IV-08 slow clients of every kind are cut in time, and others are served all the while", async () => {
  const ending = new AbortController();
  const others = (async () => {
    const statuses = new Set<number>();
    while (!ending.signal.aborted) {
      statuses.add((await target.send("GET", "/healthz")).status);
      await sleep(200);
    }
    return statuses;
  })();
  const slow = Object.entries(kinds).flatMap(([kind, behave]) =>
    Array.from({ length: CLIENTS_OF_A_KIND }, async () => [kind, await untilCut(behave)] as const),
  );
  const outcomes = await Promise.all(slow);
  ending.abort();
  expect(outcomes.filter(([, cutAfterMs]) => cutAfterMs === undefined)).toEqual([]);
  expect(await others).toEqual(new Set([200]));
});
