/**
 * `npm run gate:prism`: every operation's every answer, and then the journeys, once more through a Prism
 * proxy, which knows the published document alone. The servers that are asked for every answer run as in
 * production, where nothing of ours looks at what is answered.
 */
import type { ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import { problemsOf } from "../../src/contract/operation.ts";
import { operationIds, operations } from "../../src/contract/operations.ts";
import { problem, type ProblemCode } from "../../src/contract/problems.ts";
import { documentedAnswers } from "../support/documented-answers.ts";
import { type Servers, startServersInTrouble } from "../support/servers-in-trouble.ts";
import { waysToFail } from "../support/ways-to-fail.ts";
import { waysToSucceed } from "../support/ways-to-succeed.ts";
import { watchAnswers } from "../support/watched-answers.ts";
import { gate, runProgram } from "./gate.ts";
import { startProxy, violationsOf } from "./prism-proxy.ts";

const VITEST = fileURLToPath(new URL("../../node_modules/vitest/vitest.mjs", import.meta.url));
const JOURNEYS = fileURLToPath(new URL("through-prism/vitest.config.ts", import.meta.url));

/** As an operator would set them; a name of this machine, so that metrics are for whoever is here. */
const production = {
  NODE_ENV: "production",
  PUBLIC_URL: "http://localhost:3000",
  AUTH_SECRET: randomBytes(32).toString("base64"),
};

/** Prism parses a body before it forwards it, and never answers where that fails; answers.test.ts has these two. */
const unforwarded: readonly ProblemCode[] = ["invalid_json", "payload_too_large"];

const proxies: ChildProcess[] = [];

await gate(
  "prism",
  "every answer of every operation in production is what the document says, as Prism reads it",
  async () => {
    const { servers, stop } = await startServersInTrouble({
      environment: production,
      inFront: async (upstream) => {
        const { address, child } = await startProxy(upstream);
        proxies.push(child);
        return address;
      },
    });
    try {
      return [...(await faultsOf(servers)), ...(await journeyFaults())];
    } finally {
      await stop();
      for (const proxy of proxies) proxy.kill();
    }
  },
);

async function faultsOf(servers: Servers): Promise<string[]> {
  const faults = new Set<string>();
  const seen = new Set<string>();
  const stopWatching = watchAnswers(async (id, response) => {
    seen.add(`${id} ${response.status}`);
    for (const violation of violationsOf(response))
      faults.add(`${id} ${response.status}: ${violation}`);
  });
  for (const id of operationIds) {
    for (const [status, run] of Object.entries(waysToSucceed[id]))
      expectStatus(`${id} succeeds`, await run(servers), Number(status), faults);
    for (const code of problemsOf(operations[id])) {
      if (code === "method_not_allowed") continue; // no operation can answer this
      if (unforwarded.includes(code)) continue;
      const result = await waysToFail[code](servers, id);
      expectStatus(`${id} ${code}`, result, problem(code).status, faults);
    }
  }
  stopWatching();
  const unseen = documentedAnswers.filter(
    (answer) => !seen.has(answer) && !answer.endsWith(` ${problem("payload_too_large").status}`),
  );
  for (const answer of unseen) faults.add(`${answer} was not seen`);
  console.log(
    `${seen.size} kinds of answers of ${operationIds.length} operations went through Prism`,
  );
  return [...faults];
}

function expectStatus(what: string, result: unknown, wanted: number, faults: Set<string>): void {
  const { status, failure } = result as { status: number; failure?: string }; // every result of the SDK
  if (status !== wanted)
    faults.add(`${what}: answered ${status}${failure ? ` (${failure})` : ""} and not ${wanted}`);
}

/** The files of `test/journeys/` that go through the client, each request of theirs through Prism. */
async function journeyFaults(): Promise<string[]> {
  const { exitCode, output } = await runProgram(VITEST, "run", "--config", JOURNEYS);
  const summary = output.split("\n").filter((line) => /^ +Tests /.test(line));
  console.log(`  test/journeys: ${summary.join("").trim()}`);
  return exitCode === 0 ? [] : output.split("\n").filter((line) => line.trim() !== "");
}
