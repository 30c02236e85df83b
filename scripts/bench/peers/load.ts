/** autocannon in a process of its own: takes a `Load` as JSON, prints a `LoadResult`. */
import autocannon from "autocannon";
import { readCpuMs } from "../cpu.ts";
import type { Load, LoadResult } from "../load.ts";

const load = JSON.parse(process.argv[2] ?? "") as Load; // written by ../load.ts
/** One chain per connection: what it will present next. */
const refreshTokens = [...(load.refreshTokens ?? [])];

if (load.warmUpSeconds > 0) await cannonade(load.warmUpSeconds);
const cpuBefore = readCpuMs(load.pids);
const { answers, failures, seconds } = await cannonade(load.seconds);
const cpuMs = readCpuMs(load.pids) - cpuBefore;
const result: LoadResult = {
  answersPerSecond: answers / seconds,
  cpuMicrosPerAnswer: (cpuMs * 1000) / answers,
  failures,
  ...(load.refreshTokens && { refreshTokens }),
};
console.log(JSON.stringify(result));

async function cannonade(duration: number) {
  let turn = 0;
  const done = await autocannon({
    url: load.baseUrls.map((baseUrl) => baseUrl + load.path),
    connections: load.connections,
    duration,
    setupClient(client) {
      const index = turn++;
      if (load.refreshTokens) client.setRequests([exchangeOf(index % refreshTokens.length)]);
      else client.setHeaders(load.headers[index % load.headers.length]);
    },
  });
  await settle();
  return {
    answers: done["2xx"],
    failures: done.non2xx + done.errors + done.timeouts,
    seconds: done.duration,
  };
}

function exchangeOf(chain: number): autocannon.Request {
  return {
    method: "POST",
    path: load.path,
    setupRequest: (request) => ({ ...request, ...postOf(chain) }),
    onResponse(status, body) {
      if (status === 200) keepNext(chain, body);
    },
  };
}

/** Of what was cut off, nobody knows whether it was exchanged; within the grace, asking again is safe. */
async function settle(): Promise<void> {
  for (const chain of refreshTokens.keys()) {
    const url = (load.baseUrls[0] ?? "") + load.path;
    const response = await fetch(url, { method: "POST", ...postOf(chain) });
    if (!response.ok) throw new Error(`A chain of refresh tokens broke: ${response.status}`);
    keepNext(chain, await response.text());
  }
}

function postOf(chain: number) {
  const body = JSON.stringify({ refreshToken: refreshTokens[chain] });
  return { headers: { "content-type": "application/json" }, body };
}

function keepNext(chain: number, body: string): void {
  refreshTokens[chain] = (JSON.parse(body) as { refreshToken: string }).refreshToken; // a 200 of the contract
}
