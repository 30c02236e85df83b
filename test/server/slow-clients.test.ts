/** IV-08: whoever takes their time over a request, or over its answer, is cut, and nobody else waits for them. */
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { listen, type Listener, type Patience, usualPatience } from "../../src/process/listener.ts";

/** A tenth of the usual: `npm run soak:overload` waits for the usual. */
const patience: Patience = {
  headersMs: usualPatience.headersMs / 10,
  requestMs: usualPatience.requestMs / 10,
  answerMs: usualPatience.answerMs / 10,
  lookEveryMs: usualPatience.lookEveryMs / 10,
};
/** Time that a noisy machine may add to it. */
const NOISE_MS = 8_000;
/** Tolerance below it, for no machine is faster: the clocks of two ends round differently. */
const ROUNDING_MS = 20;
const CLIENTS_OF_A_KIND = 5;
const BITE_EVERY_MS = 100;
/** More than the system keeps for a reader. */
const bigAnswer = new Uint8Array(8 * 1024 * 1024);

let listener: Listener;
let port: number;
beforeAll(async () => {
  const fetch = async (request: Request) => {
    await request.text();
    return new Response(request.url.endsWith("/big") ? bigAnswer : "ok");
  };
  listener = await listen(
    { HOST: "127.0.0.1", PORT: 0 },
    { fetch, commonHeaders: () => ({}) },
    patience,
  );
  port = Number(new URL(listener.address).port);
});
afterAll(() => listener.close(true));

interface Kind {
  readonly cutAfterMs: number;
  behave(socket: Socket): void;
}

/** Between requests it means nothing (RFC 9112 §2.2). Who reads nothing sees by sending that it was cut. */
const LINE_BREAK = "\r\n";
const big = "GET /big HTTP/1.1\r\nHost: localhost\r\n\r\n";
const kinds: Readonly<Record<string, Kind>> = {
  "says nothing": { cutAfterMs: patience.headersMs, behave: () => undefined },
  "sends its headers byte by byte": {
    cutAfterMs: patience.headersMs,
    behave: (socket) => drip(socket, "GET / HTTP/1.1\r\nX-Slow: ", "a"),
  },
  "sends its body byte by byte": {
    cutAfterMs: patience.requestMs,
    behave: (socket) =>
      drip(socket, "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 500\r\n\r\n", " "),
  },
  "never reads the answer": {
    cutAfterMs: patience.answerMs,
    behave: (socket) => {
      socket.pause().write(big);
      setTimeout(() => drip(socket, "", LINE_BREAK), 2 * patience.answerMs);
    },
  },
  "never reads the answer, and looks alive": {
    cutAfterMs: patience.answerMs,
    behave: (socket) => drip(socket.pause(), big, LINE_BREAK),
  },
  "never reads any of its many answers": {
    cutAfterMs: patience.answerMs,
    behave: (socket) => drip(socket.pause(), big.repeat(3), LINE_BREAK),
  },
};

function drip(socket: Socket, begin: string, bite: string): void {
  socket.write(begin);
  const biting = setInterval(() => socket.write(bite), BITE_EVERY_MS);
  socket.on("close", () => clearInterval(biting));
}

/** How long it lived until the server cut it; undefined where it lived too long. */
async function lifeOf({ cutAfterMs, behave }: Kind): Promise<number | undefined> {
  const socket = connect(port, "127.0.0.1");
  const startedAt = performance.now();
  const tooLong = cutAfterMs + patience.lookEveryMs + NOISE_MS;
  const impatience = setTimeout(() => socket.destroy(), tooLong);
  socket.on("error", () => undefined); // cut in the middle of a write
  socket.on("connect", () => behave(socket));
  socket.resume();
  await new Promise((resolve) => socket.on("close", resolve));
  clearTimeout(impatience);
  const lifeMs = performance.now() - startedAt;
  return lifeMs < tooLong ? lifeMs : undefined;
}

/** 0 where there was no answer. */
async function statusOf(url: string): Promise<number> {
  try {
    const answer = await fetch(url);
    await answer.text();
    return answer.status;
  } catch {
    return 0;
  }
}

test("IV-08 slow clients of every kind are cut in time, and others are served all the while", async () => {
  const ending = new AbortController();
  const others = (async () => {
    const statuses = new Set<number>();
    while (!ending.signal.aborted) {
      statuses.add(await statusOf(listener.address));
      await sleep(100);
    }
    return statuses;
  })();
  const slow = Object.entries(kinds).flatMap(([name, kind]) =>
    Array.from({ length: CLIENTS_OF_A_KIND }, async () => {
      const lifeMs = await lifeOf(kind);
      const isCutInTime = lifeMs !== undefined && lifeMs >= kind.cutAfterMs - ROUNDING_MS;
      return isCutInTime ? [] : [`${name}: ${lifeMs?.toFixed() ?? "never"}`];
    }),
  );
  const outsideOfTheirTime = (await Promise.all(slow)).flat();
  ending.abort();
  expect(outsideOfTheirTime).toEqual([]);
  expect(await others).toEqual(new Set([200]));
});

test("IV-08 a slow client has 10 s for headers, 14 s for a request and 12 s for its answer, looked at every second: none stays past 15 s", () => {
  expect(usualPatience).toEqual({
    headersMs: 10_000,
    requestMs: 14_000,
    answerMs: 12_000,
    lookEveryMs: 1_000,
  });
});
