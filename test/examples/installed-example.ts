/** An application of examples/, as whoever copies it has it: installed with the packed client, built, behind a proxy. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../support/free-port.ts";
import { type OddProxy, startOddProxy } from "../support/odd-proxy.ts";
import { type ServerProcess, startServerProcess } from "../support/server-process.ts";
import { waitFor } from "../support/wait-for.ts";

const root = new URL("../../", import.meta.url).pathname;
/** Nothing of this machine, and nothing to be counted by those who made the framework. */
const environment = {
  PATH: process.env["PATH"],
  HOME: process.env["HOME"],
  NEXT_TELEMETRY_DISABLED: "1",
  CI: "1",
};

/** The address of every visitor, as the proxy sees it. */
export const VISITOR = "203.0.113.9";

export interface RunningExample {
  /** The page, as its visitors have it. */
  readonly origin: string;
  readonly auth: ServerProcess;
  /** The API beneath it. */
  readonly authUrl: string;
  stop(): Promise<void>;
}

/** Installs, builds and starts it. `command` is the program of its packages that serves on that port. */
export async function startInstalledExample(
  name: string,
  command: (port: number) => readonly string[],
  variablesOf: (authUrl: string) => Readonly<Record<string, string>>,
): Promise<RunningExample> {
  const t0 = performance.now(); const lap = (w: string) => console.log(name, w, Math.round(performance.now() - t0));
  const folder = install(name); lap("installed");
  const proxy = await startOddProxy({
    // As proxies do: what the visitor wrote stays to the left of what they see.
    forwardedFor: (came) => (came === undefined ? VISITOR : `${came}, ${VISITOR}`),
  });
  const auth = await startServerProcess({
    environment: {
      PUBLIC_URL: `${proxy.url}/auth`,
      TRUST_PROXY: "loopback",
      SIGNUP: "open",
    },
  });
  const variables = { ...environment, ...variablesOf(auth.baseUrl) };
  run("npm", ["run", "build"], folder, variables); lap("built");
  const app = await serve(folder, command, variables, proxy); lap('served');
  return {
    origin: proxy.url,
    auth,
    authUrl: `${auth.baseUrl}/auth`,
    async stop() {
      const closed = once(app, "close");
      app.kill();
      await closed;
      proxy.close();
      await auth.dispose();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function install(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `portcullis-${name}-`));
  const ignored = ["node_modules", "dist", ".next"];
  cpSync(join(root, "examples", name), folder, {
    recursive: true,
    filter: (path) => !ignored.includes(path.split("/").at(-1) ?? ""),
  });
  run("npm", ["run", "build", "--workspace", "client"], root);
  const pack = ["pack", "--workspace", "client", "--ignore-scripts", "--pack-destination", folder];
  run("npm", pack, root); console.log("packed", new Date().toISOString());
  const tarball =
    readdirSync(folder).find((file) => /^portcullis-client-.*\.tgz$/.test(file)) ?? "";
  renameSync(join(folder, tarball), join(folder, "portcullis-client.tgz"));
  // By its lock file: these versions, with these checksums, and none of their scripts.
  run("npm", ["ci", "--prefer-offline", "--ignore-scripts", "--no-audit", "--no-fund"], folder);
  return folder;
}

async function serve(
  folder: string,
  command: (port: number) => readonly string[],
  variables: Readonly<Record<string, string | undefined>>,
  proxy: OddProxy,
): Promise<ChildProcess> {
  const port = await freePort();
  proxy.target = `http://127.0.0.1:${port}`;
  const [program = "", ...options] = command(port);
  const file = join(folder, "node_modules", program);
  const app = spawn(process.execPath, [file, ...options], {
    cwd: folder,
    env: variables,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [app.stdout, app.stderr])
    stream.on("data", (chunk: Buffer) => (said += chunk.toString()));
  await waitFor(async () => {
    if (app.exitCode !== null) throw new Error(`${program} ended:\n${said}`);
    const answer = await fetch(proxy.target).catch(() => undefined);
    return answer?.ok === true ? true : undefined;
  });
  return app;
}

/** Runs a tool to its end; what it said is in the error. */
function run(
  tool: string,
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): void {
  try {
    execFileSync(tool, args, { cwd, env, encoding: "utf8", stdio: "pipe", timeout: 240_000 });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string }; // of `execFileSync`
    throw new Error(`${tool} ${args.join(" ")} failed:\n${stdout}${stderr}`, { cause: error });
  }
}
