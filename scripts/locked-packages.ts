/** Packages with a lockfile of their own, installed when they are first needed: nobody else has to download them. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Installs what the folder's lockfile says, unless just that is installed; no package runs a script of its own. */
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

/** npm leaves its own account of what it installed, in the shape of the lockfile. */
function isInstalled(folder: URL): boolean {
  const wanted = read(new URL("package-lock.json", folder));
  const present = read(new URL("node_modules/.package-lock.json", folder));
  if (wanted === undefined || present === undefined) return false;
  return Object.entries(wanted.packages).every(
    ([path, { version, optional }]) =>
      // What is optional may be for another machine.
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
