/** Prism in front of a server: it knows the published document alone, and says what an answer has against it. */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { documentFile, installedTool } from "./gate.ts";

export interface PrismProxy {
  /** Where requests for the server go. */
  readonly address: string;
  /** Its owner ends it. */
  readonly child: ChildProcess;
}

/** Starts Prism in front of a server, and waits until it listens. */
export async function startProxy(upstream: string): Promise<PrismProxy> {
  const cli = await installedTool("@stoplight/prism-cli/dist/index.js");
  const child = spawn(process.execPath, [cli, "proxy", documentFile, upstream, "--port", "0"], {
    env: { ...process.env, NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const listens = Promise.withResolvers<string>();
  // Every line is read to the end, or Prism would wait for somebody to do so.
  createInterface({ input: child.stdout }).on("line", (line) => {
    const address = /listening on (http:\S+)/.exec(line)?.[1];
    if (address !== undefined) listens.resolve(address.replace("127.0.0.1", "localhost"));
  });
  child.once("exit", () => {
    listens.reject(new Error("Prism ended before it listened"));
  });
  return { address: await listens.promise, child };
}

interface Violation {
  readonly location: readonly string[];
  readonly severity: string;
  readonly message: string;
}

/** Prism's complaints about the answer. Those about the request a test may cause on purpose. */
export function violationsOf(response: Response): string[] {
  const violations = JSON.parse(response.headers.get("sl-violations") ?? "[]") as Violation[]; // Prism's own
  return violations
    .filter(({ location }) => location[0] !== "request")
    .map(({ location, message }) => `${location.join(".")} ${message}`);
}
