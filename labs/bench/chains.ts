/**
 * Rotates refresh tokens, each chain of them on a connection of its own. Runs as a process: takes a `Load` as
 * JSON, prints a `LoadResult`. autocannon was tried and spends more CPU time on a rotation than the server.
 */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { readCpuMs } from "./cpu.ts";
import type { Load, LoadResult } from "./load.ts";

/** A connection without an answer for so long ends the run. Milliseconds. */
const ANSWER_LIMIT_MS = 10_000;

const load = JSON.parse(process.argv[2] ?? "") as Load; // written by ./load.ts
/** Token that each chain presents next. */
const refreshTokens = [...(load.refreshTokens ?? [])];
let answers = 0;
let failures = 0;
let isOver = false;

const chains = await Promise.all(
  Array.from({ length: load.connections }, (_, index) => follow(index)),
);
await sleep(load.warmUpSeconds);
const [before, cpuBefore, startedAt] = [answers, readCpuMs(load.pids), performance.now()];
await sleep(load.seconds);
const measured = answers - before;
const seconds = (performance.now() - startedAt) / 1000;
const cpuMs = readCpuMs(load.pids) - cpuBefore;
isOver = true;
await Promise.all(chains.map(({ ended }) => ended));
const result: LoadResult = {
  answersPerSecond: measured / seconds,
  cpuMicrosPerAnswer: (cpuMs * 1000) / measured,
  failures,
  refreshTokens,
};
console.log(JSON.stringify(result));

/** Rotates until the run is over. Waits for the last answer, so that the chain can go on in the next load. */
async function follow(index: number): Promise<{ readonly ended: Promise<unknown> }> {
  if (index >= refreshTokens.length) throw new Error("Every connection needs a chain of its own");
  const url = new URL(load.baseUrls[index % load.baseUrls.length] ?? "");
  const socket = connect(Number(url.port), url.hostname);
  socket
    .setNoDelay()
    .setTimeout(ANSWER_LIMIT_MS, () => socket.destroy(new Error("No answer came")));
  await once(socket, "connect");
  let received = "";
  socket.setEncoding("latin1").on("data", (chunk: string) => {
    received += chunk;
    const answer = readAnswer(received);
    if (answer === undefined) return;
    received = "";
    const next = answer.status === 200 ? readNext(answer.body, refreshTokens[index]) : undefined;
    if (next === undefined) failures += 1;
    else answers += 1;
    refreshTokens[index] = next ?? refreshTokens[index] ?? "";
    if (isOver || next === undefined) socket.end();
    else present(socket, url.host, index);
  });
  // A connection that the server closes before the end is a failure too; an error ends the run.
  const ended = once(socket, "close").then(() => (failures += isOver ? 0 : 1));
  present(socket, url.host, index);
  return { ended };
}

function present(socket: Socket, host: string, index: number): void {
  const body = JSON.stringify({ refreshToken: refreshTokens[index] });
  socket.write(
    `POST ${load.path} HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${body.length}\r\n\r\n${body}`,
  );
}

/** Undefined until the whole answer has arrived. No second one can follow it: requests are sent one by one. */
function readAnswer(received: string): { status: number; body: string } | undefined {
  const headEnd = received.indexOf("\r\n\r\n");
  if (headEnd < 0) return undefined;
  const length = /\r\ncontent-length: (\d+)\r\n/i.exec(received)?.[1];
  if (length === undefined) throw new Error(`An answer without a length:\n${received}`);
  const body = received.slice(headEnd + 4);
  if (body.length < Number(length)) return undefined;
  if (body.length > Number(length)) throw new Error(`An answer longer than it says:\n${received}`);
  return { status: Number(received.slice(9, 12)), body };
}

/** Next token of the chain. Undefined if it is the presented one again, or if the access token is missing. */
function readNext(body: string, presented: string | undefined): string | undefined {
  const pair = JSON.parse(body) as { refreshToken?: unknown; accessToken?: unknown }; // checked below
  if (typeof pair.accessToken !== "string" || typeof pair.refreshToken !== "string")
    return undefined;
  return pair.refreshToken === presented ? undefined : pair.refreshToken;
}

function sleep(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}
