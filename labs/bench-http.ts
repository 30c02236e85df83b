/**
 * `npm run bench:http`: measures the cost of the framework, as requests per second of a constant JSON route
 * through `setup()` and through a bare fetch handler, each on a srvx server process of its own. Exits with 1
 * if the framework reaches less than MIN_RATIO of the bare handler.
 */
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { route, setup } from "@hectoday/http";
import { FastResponse, serve } from "srvx/node";

const MIN_RATIO = 0.9; // the promise in packages/http/README.md
const ROUNDS = 5;
const ROUND_SECONDS = 2;
const WARM_UP_SECONDS = 2;
const CONNECTIONS = 32;
const HOST = "127.0.0.1";
const PATH = "/health";

const servers = { bare: answer, setup: createApp().fetch };
type ServerName = keyof typeof servers;

const [, , role] = process.argv;
if (role === "bare" || role === "setup") await runServer(role);
else process.exitCode = (await measure()) < MIN_RATIO ? 1 : 0;

async function measure(): Promise<number> {
  const bare = await startServer("bare");
  const framework = await startServer("setup");
  try {
    await countPerSecond(bare.port, WARM_UP_SECONDS);
    await countPerSecond(framework.port, WARM_UP_SECONDS);
    const rates: Record<ServerName, number[]> = { bare: [], setup: [] };
    // Interleaved, so that a machine that slows down slows both.
    for (let round = 1; round <= ROUNDS; round++) {
      rates.bare.push(await countPerSecond(bare.port, ROUND_SECONDS));
      rates.setup.push(await countPerSecond(framework.port, ROUND_SECONDS));
      console.log(`round ${round}: bare ${rates.bare.at(-1)}/s, setup ${rates.setup.at(-1)}/s`);
    }
    const ratio = median(rates.setup) / median(rates.bare);
    console.log(`median: bare ${median(rates.bare)}/s, setup ${median(rates.setup)}/s`);
    console.log(`ratio: ${ratio.toFixed(3)} (at least ${MIN_RATIO})`);
    return ratio;
  } finally {
    bare.process.kill();
    framework.process.kill();
  }
}

function answer(): Response {
  return new FastResponse('{"status":"ok"}', { headers: { "content-type": "application/json" } });
}

function createApp() {
  return setup({ routes: [route.get(PATH, { resolve: answer })] });
}

async function runServer(name: ServerName): Promise<void> {
  const server = serve({ fetch: servers[name], hostname: HOST, port: 0, silent: true });
  await server.ready();
  process.send?.(Number(new URL(server.url ?? "").port));
}

async function startServer(name: ServerName): Promise<{ process: ChildProcess; port: number }> {
  const child = fork(import.meta.filename, [name]);
  const [port] = (await once(child, "message")) as unknown[]; // `once` types them as any
  if (typeof port !== "number") throw new Error(`${name} server reported no port`);
  return { process: child, port };
}

async function countPerSecond(port: number, seconds: number): Promise<number> {
  const deadline = performance.now() + seconds * 1000;
  const counts = await Promise.all(
    Array.from({ length: CONNECTIONS }, () => countAnswers(port, deadline)),
  );
  return Math.round(counts.reduce((sum, count) => sum + count, 0) / seconds);
}

/**
 * Counts the answers on one keep-alive connection with one request at a time. It is a raw socket, because
 * an HTTP client costs more than the servers it measures.
 */
function countAnswers(port: number, deadline: number): Promise<number> {
  const request = `GET ${PATH} HTTP/1.1\r\nHost: ${HOST}:${port}\r\n\r\n`;
  return new Promise((resolve, reject) => {
    let count = 0;
    let received = "";
    const socket = connect({ host: HOST, port, noDelay: true }, () => socket.write(request));
    socket.setEncoding("latin1");
    socket.on("error", reject);
    socket.on("close", () => resolve(count));
    socket.on("data", (chunk: string) => {
      received += chunk;
      if (!isWholeAnswer(received)) return;
      if (!received.startsWith("HTTP/1.1 200 ")) reject(new Error(received));
      received = "";
      count++;
      if (performance.now() < deadline) socket.write(request);
      else socket.end();
    });
  });
}

function isWholeAnswer(text: string): boolean {
  const headEnd = text.indexOf("\r\n\r\n");
  if (headEnd === -1) return false;
  const length = /\r\ncontent-length: (\d+)/i.exec(text)?.[1];
  if (length === undefined) throw new Error(`no content-length in the answer: ${text}`);
  return text.length - headEnd - 4 >= Number(length);
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
