/** buildah and podman on a storage of our own: nothing of theirs on this machine is touched. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import packageJson from "../../package.json" with { type: "json" };

export const IMAGE = `localhost/portcullis:${packageJson.version}`;
/** The exit code of a check that could not be tried, as automake has it. */
export const NOT_TRIED = 77;

/** An absolute folder, beneath `build/`. */
export const storage = fileURLToPath(new URL("../../build/image/storage", import.meta.url));
const storageOptions = [
  "--storage-driver",
  "vfs",
  "--root",
  storage,
  "--runroot",
  `${storage}-run`,
];
export const buildahOptions: readonly string[] = storageOptions;
/** runc, because crun refuses machines that have cgroups of both versions. */
export const podmanOptions: readonly string[] = [
  ...storageOptions,
  ...["--runtime", "runc", "--cgroup-manager", "cgroupfs", "--events-backend", "file"],
];

/** Says why this machine builds no image; undefined where it does. */
export function cannotBuild(): string | undefined {
  if (process.platform !== "linux") return "buildah needs Linux";
  if (process.geteuid?.() !== 0) return "buildah needs root here: its chroots are root's";
  return refusal("buildah", [...buildahOptions, "from", "scratch"]);
}

/** Says why this machine runs none. */
export function cannotRun(): string | undefined {
  return refusal("podman", [...podmanOptions, "info"]) ?? refusal("runc", ["--version"]);
}

function refusal(program: string, args: readonly string[]): string | undefined {
  const { error, status, stderr } = spawnSync(program, args, { encoding: "utf8" });
  if (error !== undefined) return `${program} is not there (apt-get install buildah podman runc)`;
  const last = stderr.trim().split("\n").at(-1) ?? "";
  return status === 0 ? undefined : `${program} cannot work here: ${last}`;
}
