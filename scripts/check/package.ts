/**
 * `node scripts/check/package.ts`: packs the client as for publishing, and has publint and "Are the types
 * wrong?" judge the package.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "portcullis-package-"));
try {
  run("npm", "run", "build", "--workspace", "client");
  run("npm", "pack", "--workspace", "client", "--ignore-scripts", "--pack-destination", folder);
  const [name = ""] = readdirSync(folder);
  const tarball = join(folder, name);
  run("publint", "run", tarball, "--strict");
  // The client is ES modules only, on purpose: CommonJS can load them by `import()`.
  run("attw", tarball, "--profile", "esm-only", "--format", "ascii");
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Runs a tool to its end. Throws if it fails, which ends the check. */
function run(tool: string, ...args: readonly string[]): void {
  const { status } = spawnSync(tool, args, { cwd: root, stdio: "inherit" });
  if (status === 0) return;
  process.exitCode = 1;
  throw new Error(`${tool} ${args.join(" ")} ended with ${String(status)}`);
}
