/** Runs autocannon as a process: takes a `Load` as JSON, prints a `LoadResult`. */
import autocannon from "autocannon";
import { readCpuMs } from "../cpu.ts";
import type { Load, LoadResult } from "../load.ts";

const load = JSON.parse(process.argv[2] ?? "") as Load; // written by ../load.ts

if (load.warmUpSeconds > 0) await cannonade(load.warmUpSeconds);
const cpuBefore = readCpuMs(load.pids);
const { answers, failures, seconds } = await cannonade(load.seconds);
const cpuMs = readCpuMs(load.pids) - cpuBefore;
const result: LoadResult = {
  answersPerSecond: answers / seconds,
  cpuMicrosPerAnswer: (cpuMs * 1000) / answers,
  failures,
};
console.log(JSON.stringify(result));

async function cannonade(duration: number) {
  let turn = 0;
  const done = await autocannon({
    url: load.baseUrls.map((baseUrl) => baseUrl + load.path),
    connections: load.connections,
    duration,
    setupClient(client) {
      client.setHeaders(load.headers[turn++ % load.headers.length]);
    },
  });
  return {
    answers: done["2xx"],
    failures: done.non2xx + done.errors + done.timeouts,
    seconds: done.duration,
  };
}
