/**
 * `npm run gate:prism`: every operation's every answer, once more through a Prism proxy, which knows
 * the published document alone. The servers run as in production, where nothing of ours looks at what
 * is answered.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { createInterface } from "node:readline";
import { problemsOf } from "../../src/contract/operation.ts";
import { operationIds, operations } from "../../src/contract/operations.ts";
import { problem, type ProblemCode } from "../../src/contract/problems.ts";
import { documentedAnswers } from "../contract/documented-answers.ts";
import { provocations, type Servers } from "../journeys/provocations.ts";
import { startProvokedServers } from "../journeys/provoked-servers.ts";
import { successes } from "../journeys/successes.ts";
import { watchAnswers } from "../journeys/watched-answers.ts";
import { documentFile, gate, installedTool } from "./gate.ts";

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
    const cli = await installedTool("@stoplight/prism-cli/dist/index.js");
    const { servers, stop } = await startProvokedServers({
      environment: production,
      inFront: (address) => startProxy(cli, address),
    });
    try {
      return await faultsOf(servers);
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
    for (const [status, run] of Object.entries(successes[id]))
      expectStatus(`${id} succeeds`, await run(servers), Number(status), faults);
    for (const code of problemsOf(operations[id])) {
      if (code === "method_not_allowed") continue; // no operation can answer this
      if (unforwarded.includes(code)) continue;
      const result = await provocations[code](servers, id);
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

interface Violation {
  readonly location: readonly string[];
  readonly severity: string;
  readonly message: string;
}

/** What Prism has against the answer. What it has against the request, the provocations have on purpose. */
function violationsOf(response: Response): string[] {
  const violations = JSON.parse(response.headers.get("sl-violations") ?? "[]") as Violation[]; // Prism's own
  return violations
    .filter(({ location }) => location[0] !== "request")
    .map(({ location, message }) => `${location.join(".")} ${message}`);
}

/** Starts Prism in front of a server, and waits until it listens. */
async function startProxy(cli: string, upstream: string): Promise<string> {
  const child = spawn(process.execPath, [cli, "proxy", documentFile, upstream, "--port", "0"], {
    env: { ...process.env, NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  proxies.push(child);
  const listens = Promise.withResolvers<string>();
  // Every line is read to the end, or Prism would wait for somebody to do so.
  createInterface({ input: child.stdout }).on("line", (line) => {
    const address = /listening on (http:\S+)/.exec(line)?.[1];
    if (address !== undefined) listens.resolve(address.replace("127.0.0.1", "localhost"));
  });
  child.once("exit", () => {
    listens.reject(new Error("Prism ended before it listened"));
  });
  return listens.promise;
}
