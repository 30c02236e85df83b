/** Installs packages that have a lockfile of their own when they are first needed, so that `npm ci` need not. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Installs what the folder's lockfile names, unless it is installed already. No package may run an install script. */
export async function installLocked(folder: URL, whatFor: string): Promise<void> {
  if (isInstalled(folder)) return;
  const path = fileURLToPath(folder);
  console.error(`Installing ${whatFor} (npm ci in ${path}) …`);
  const npm = spawn("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], {
    cwd: path,
    stdio: ["ignore", "ignore", "inherit"],
  });
  await once(npm, "close");
  if (npm.exitCode !== 0) throw new Error(`npm ci failed in ${path}`);
}

interface Lockfile {
  readonly packages: Readonly<
    Record<string, { readonly version?: string; readonly optional?: boolean }>
  >;
}

/** Compares the lockfile with npm's record of the installed packages, which has the same format. */
function isInstalled(folder: URL): boolean {
  const wanted = read(new URL("package-lock.json", folder));
  const present = read(new URL("node_modules/.package-lock.json", folder));
  if (wanted === undefined || present === undefined) return false;
  return Object.entries(wanted.packages).every(
    ([path, { version, optional }]) =>
      // An optional package may be for another system.
      path === "" || optional || present.packages[path]?.version === version,
  );
}

function read(file: URL): Lockfile | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Lockfile; // npm's own format
  } catch {
    return undefined; // not there yet
  }
}
