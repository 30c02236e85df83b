/** Part of `npm run check`: the client as it would be published, judged by publint and Are the types wrong? */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "portcullis-package-"));
try {
  run("npm", "run", "build", "--workspace", "client");
  run("npm", "pack", "--workspace", "client", "--ignore-scripts", "--pack-destination", folder);
  const [name = ""] = readdirSync(folder);
  const tarball = join(folder, name);
  run("publint", "run", tarball, "--strict");
  // ES modules only, said on purpose: CommonJS reaches them by `import()`.
  run("attw", tarball, "--profile", "esm-only", "--format", "ascii");
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Runs a tool to its end; the first that complains ends the check. */
function run(tool: string, ...args: readonly string[]): void {
  const { status } = spawnSync(tool, args, { cwd: root, stdio: "inherit" });
  if (status === 0) return;
  process.exitCode = 1;
  throw new Error(`${tool} ${args.join(" ")} ended with ${String(status)}`);
}
