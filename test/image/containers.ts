/** Containers of the image, as strict as a careful operator runs them: read-only, without capabilities, on the loopback address. */
import { spawnSync } from "node:child_process";
import { chmodSync, chownSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { IMAGE, podmanOptions } from "../../scripts/image/engine.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { waitFor } from "../support/wait-for.ts";

/** Is in this machine's environment and files while the image is built, and may be nowhere in it. */
export const CANARY = "canary-of-a-secret-that-was-near-a-build";
/** The user of the image. */
export const USER = 1000;

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export function podman(...args: readonly string[]): Ended {
  const { status, stdout, stderr } = spawnSync("podman", [...podmanOptions, ...args], {
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  return { code: status, stdout, stderr };
}

export function podmanOrThrow(...args: readonly string[]): string {
  const { code, stdout, stderr } = podman(...args);
  if (code !== 0) throw new Error(`podman ${args.join(" ")} ended with ${code}: ${stderr}`);
  return stdout.trim();
}

export interface Container {
  readonly id: string;
  readonly baseUrl: string;
  /** Standard output and standard error, together and so far. */
  logs(): string;
  /** The exit code of a command inside of it. */
  exec(...command: string[]): Ended;
  /** The exit code of the image's own health check. */
  health(): number | null;
  /** Ends it as `docker stop` does, and answers its exit code. */
  stop(): number;
}

export interface ContainerOptions {
  /** A folder of this machine, mounted at `/data`. */
  readonly data?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Secrets by name, mounted as files in `/run/secrets`. */
  readonly secrets?: Readonly<Record<string, string>>;
  readonly command?: readonly string[];
}

/** Options that are given to `podman run`, besides name and image. */
export function runOptions({ data, environment = {}, secrets = {} }: ContainerOptions): string[] {
  const mounted = temporaryFolder();
  chmodSync(mounted, 0o755);
  // As Docker and Kubernetes have them: root's, and readable by all.
  for (const [name, value] of Object.entries(secrets))
    writeFileSync(join(mounted, name), value, { mode: 0o444 });
  return [
    "--read-only",
    "--read-only-tmpfs=false",
    "--cap-drop=all",
    "--security-opt=no-new-privileges",
    "--network=host",
    "--health-interval=disable", // the tests ask for it
    // The usual limits are above what a machine in a sandbox may set.
    ...["--ulimit=nofile=4096:4096", "--ulimit=nproc=4096:4096"],
    ...["--volume", `${mounted}:/run/secrets:ro`],
    ...(data === undefined ? [] : ["--volume", `${data}:/data`]),
    ...Object.entries(environment).flatMap(([name, value]) => ["--env", `${name}=${value}`]),
  ];
}

/** Starts one and waits until it is healthy. It is gone after the test. */
export async function startContainer(options: ContainerOptions): Promise<Container> {
  const port = await freePort();
  const environment = { PORT: String(port), BCRYPT_COST: "10", ...options.environment };
  const { command = [] } = options;
  const id = podmanOrThrow(
    ...["run", "--detach", ...runOptions({ ...options, environment }), IMAGE, ...command],
  );
  onTestFinished(() => void podman("rm", "--force", "--volumes", id));
  const logs = (): string => {
    const { stdout, stderr } = podman("logs", id);
    return stdout + stderr;
  };
  const health = () => podman("healthcheck", "run", id).code;
  await waitFor(() => {
    if (podman("inspect", "--format", "{{.State.Running}}", id).stdout.trim() !== "true")
      throw new Error(`The container ended:\n${logs()}`);
    return health() === 0 ? true : undefined;
  });
  return {
    id,
    baseUrl: `http://localhost:${port}`,
    logs,
    health,
    exec: (...args) => podman("exec", id, ...args),
    stop() {
      podmanOrThrow("stop", "--time", "10", id);
      return Number(podmanOrThrow("inspect", "--format", "{{.State.ExitCode}}", id));
    },
  };
}

/** A folder of the image's user, as a volume is. */
export function ownedByUser(folder: string): string {
  chownSync(folder, USER, USER);
  return folder;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}
