/** IV-21: what one connection has under way is bounded, in requests and in bytes. */
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { listen, type Listener } from "../../src/process/listener.ts";
import { WAITING_REQUESTS } from "../../src/process/pipelining.ts";
import { type ServerProcess, startServerProcess } from "../support/server-process.ts";

/** One is under way, and the others wait for it. */
const MOST = WAITING_REQUESTS + 1;
const ask = (target: string, ...headers: string[]) =>
  [`GET ${target} HTTP/1.1`, "Host: localhost", ...headers, "", ""].join("\r\n");

let listener: Listener;
let running = 0;
let most = 0;
let begun: string[] = [];
beforeAll(async () => {
  const fetch = async ({ url }: Request) => {
    begun.push(url.slice(url.lastIndexOf("/")));
    running += 1;
    most = Math.max(most, running);
    await sleep(5);
    running -= 1;
    return new Response(url);
  };
  listener = await listen({ HOST: "127.0.0.1", PORT: 0 }, { fetch, commonHeaders: () => ({}) });
});
afterAll(() => listener.close(true));

/** Sends the bytes at once, and reads until the server closes the connection. */
async function wire(bytes: string): Promise<string> {
  begun = [];
  const socket = connect(Number(new URL(listener.address).port), "127.0.0.1");
  let answer = "";
  socket.on("data", (chunk) => (answer += String(chunk)));
  socket.on("error", () => undefined); // it was cut
  socket.write(bytes);
  await closeOf(socket);
  return answer;
}

test("IV-21 as many as may wait are answered one after another, in their order", async () => {
  const targets = Array.from({ length: MOST }, (_, at) => `/${at}`);
  const [last = "", ...others] = targets.toReversed();
  const requests = [
    ...others.reverse().map((target) => ask(target)),
    ask(last, "Connection: close"),
  ];
  const answer = await wire(requests.join(""));
  expect([...answer.matchAll(/localhost(\/\d+)/g)].map(([, target]) => target)).toEqual(targets);
  expect(begun).toEqual(targets);
  expect(most).toBe(1);
});

test.each([
  { kind: "good", request: ask("/"), answers: MOST },
  { kind: "no target of ours", request: ask("ftp://localhost/"), answers: MOST },
  // Such an answer is the last of its connection.
  { kind: "an expectation", request: ask("/", "Expect: the unexpected"), answers: 2 },
])("IV-21 one more that waits closes the connection: $kind", async ({ request, answers }) => {
  const kept = await wire(
    ask("/").concat(request.repeat(WAITING_REQUESTS - 1), ask("/", "Connection: close")),
  );
  expect(kept.match(/^HTTP\/1\.1 /gm)).toHaveLength(answers);
  expect(await wire(ask("/").concat(request.repeat(WAITING_REQUESTS + 1)))).toBe("");
  expect(begun).toEqual(["/"]);
});

const HEAP_MB = 128;
const CONNECTIONS = 100;
const GROWTH_MB = 100;

test("IV-21 thousands of requests on each connection, whose answers nobody reads, take no memory, and others are answered", async () => {
  const server = await startServerProcess({
    launcher: ([node = "", ...rest]) => [node, `--max-old-space-size=${HEAP_MB}`, ...rest],
  });
  const port = Number(new URL(server.baseUrl).port);
  const isWell = async () => (await fetch(`${server.baseUrl}/healthz`)).status === 200;
  try {
    expect(await isWell()).toBe(true);
    const before = await residentMegabytes(server);
    for (const path of ["/openapi.json", "/nope"]) {
      const sockets = Array.from({ length: CONNECTIONS }, () => {
        const socket = connect(port, "127.0.0.1").pause();
        socket.on("error", () => undefined); // it was cut
        socket.write(ask(path).repeat(2_000));
        return socket;
      });
      await Promise.all(sockets.map((socket) => once(socket, "connect")));
      for (let times = 0; times < 20; times += 1) expect(await isWell()).toBe(true);
      expect((await residentMegabytes(server)) - before).toBeLessThan(GROWTH_MB);
      for (const socket of sockets) socket.resume();
      await Promise.all(sockets.map((socket) => socket.closed || closeOf(socket)));
    }
  } finally {
    await server.dispose();
  }
});

/** Not `once`, which rejects where the connection is reset. */
function closeOf(socket: Socket): Promise<unknown> {
  return new Promise((resolve) => socket.on("close", resolve));
}

/** Linux only; 0 elsewhere. */
async function residentMegabytes({ pid }: ServerProcess): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) / 1024;
}
