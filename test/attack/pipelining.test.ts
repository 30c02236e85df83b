/** IV-21: what one connection has under way is bounded, in requests and in bytes, and so is what waits on all of them. */
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { listen, type Listener } from "../../src/process/listener.ts";
import { WAITING_IN_ALL, WAITING_REQUESTS } from "../../src/process/pipelining.ts";
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

test("IV-21 those that wait take turns: nobody waits for all that another connection has sent ahead", async () => {
  const order: string[] = [];
  await withListener(
    ({ url }) => {
      order.push(new URL(url).pathname);
      return new Response("");
    },
    async (open) => {
      const sockets = await Promise.all([open(), open()]);
      for (const [at, socket] of sockets.entries())
        socket.write(ask(`/${at}`).repeat(WAITING_REQUESTS) + ask(`/${at}`, "Connection: close"));
      await Promise.all(sockets.map((socket) => closeOf(socket.resume())));
      expect(order).toHaveLength(2 * MOST);
      expect(order.indexOf("/1")).toBeLessThan(order.lastIndexOf("/0"));
      expect(order.indexOf("/0")).toBeLessThan(order.lastIndexOf("/1"));
    },
  );
});

test.each(["closed", "answered"])(
  "IV-21 where too many wait on all connections together, one that sends ahead is closed, until those are %s",
  async (end) => {
    const { promise: held, resolve: release } = Promise.withResolvers<undefined>();
    let begunHere = 0;
    const answer = async ({ url }: Request) => {
      begunHere += 1;
      if (url.endsWith("/held")) await held;
      return new Response("well");
    };
    await withListener(answer, async (open) => {
      const all = Array.from({ length: WAITING_IN_ALL / WAITING_REQUESTS }, open);
      const full = await Promise.all(all);
      for (const socket of full) socket.write(ask("/held").repeat(MOST));
      await expect.poll(() => begunHere).toBe(full.length);

      const modest = await open();
      modest.write(ask("/"));
      expect(String((await once(modest, "data"))[0])).toContain("well");
      const ahead = await open();
      ahead.write(ask("/held").repeat(2));
      await closeOf(ahead.resume());
      expect(full.filter(({ closed }) => closed)).toEqual([]);

      if (end === "closed") for (const socket of full) socket.destroy();
      else release(undefined);
      const sendAhead = async () => {
        const socket = await open();
        socket.write(ask("/").repeat(MOST - 1) + ask("/", "Connection: close"));
        let text = "";
        socket.on("data", (chunk) => (text += String(chunk)));
        await closeOf(socket);
        return text.match(/well/g)?.length;
      };
      await expect.poll(sendAhead).toBe(MOST);
      release(undefined);
    });
  },
);

/** Runs with a listener of its own, which answers so, and with what opens connections to it. */
async function withListener(
  answer: (request: Request) => Response | Promise<Response>,
  run: (open: () => Promise<Socket>) => Promise<void>,
): Promise<void> {
  const own = await listen(
    { HOST: "127.0.0.1", PORT: 0 },
    { fetch: answer, commonHeaders: () => ({}) },
  );
  const open = async () => {
    const socket = connect(Number(new URL(own.address).port), "127.0.0.1");
    socket.on("error", () => undefined); // it was cut
    await once(socket, "connect");
    return socket;
  };
  try {
    await run(open);
  } finally {
    await own.close(true);
  }
}

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
      await Promise.all(sockets.filter((socket) => !socket.closed).map(closeOf));
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
