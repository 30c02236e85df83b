/** Exit codes: a failure must not end like a success, for CI reads nothing else. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

test("a process that starts PostgreSQL for its tests keeps its exit code", () => {
  const module = new URL("../support/embedded-postgres.ts", import.meta.url).href;
  const program = `await import(${JSON.stringify(module)}); process.exitCode = 3;`;
  const ended = spawnSync(process.execPath, ["--input-type=module", "--eval", program]);
  expect(ended.status).toBe(3);
});

test("vitest ends with 1 where a test fails", () => {
  const folder = mkdtempSync(join(root, "test", "failing-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(
    join(folder, "failing.test.ts"),
    `import { expect, test } from "vitest"; test("fails", () => expect(1).toBe(2));`,
  );
  const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
  const args = ["run", folder];
  const ended = spawnSync(process.execPath, [vitest, ...args], {
    cwd: root,
    // Nobody's PostgreSQL is asked: the one of this run would do.
    env: { PATH: process.env["PATH"] },
    encoding: "utf8",
  });
  expect(ended.stdout).toContain("1 failed");
  expect(ended.status).toBe(1);
});
