/** Builds the package as `npm run package` does, for the contender that runs from it. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

export async function buildPackage(): Promise<void> {
  const cwd = fileURLToPath(new URL("../../", import.meta.url));
  const npm = spawn("npm", ["run", "package"], { cwd, stdio: ["ignore", "ignore", "inherit"] });
  await once(npm, "close");
  if (npm.exitCode !== 0) throw new Error("npm run package failed");
}
