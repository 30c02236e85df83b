/** The peers' packages, installed when they are first needed: nobody else has to download them. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const folder = new URL("peers/", import.meta.url);

/** Installs what the lockfile says, unless just that is installed; no package runs a script of its own. */
export async function installPeers(): Promise<void> {
  if (isInstalled()) return;
  console.error("Installing what Portcullis is compared with (npm ci in scripts/bench/peers) …");
  const npm = spawn("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], {
    cwd: fileURLToPath(folder),
    stdio: ["ignore", "ignore", "inherit"],
  });
  await once(npm, "close");
  if (npm.exitCode !== 0) throw new Error("npm ci failed in scripts/bench/peers");
}

interface Lockfile {
  readonly packages: Readonly<Record<string, { readonly version?: string }>>;
}

/** npm leaves its own account of what it installed, in the shape of the lockfile. */
function isInstalled(): boolean {
  const wanted = read("package-lock.json");
  const present = read("node_modules/.package-lock.json");
  if (wanted === undefined || present === undefined) return false;
  return Object.entries(wanted.packages).every(
    ([path, { version }]) => path === "" || present.packages[path]?.version === version,
  );
}

function read(path: string): Lockfile | undefined {
  try {
    return JSON.parse(readFileSync(new URL(path, folder), "utf8")) as Lockfile; // npm's own format
  } catch {
    return undefined; // not there yet
  }
}
