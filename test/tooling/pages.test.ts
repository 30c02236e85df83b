/** The scripts in `src/pages/built/` are what the sources say, and the check sees where they are not. */
import { spawnSync } from "node:child_process";
import { appendFileSync, cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

function check(folder: string) {
  const script = join(folder, "scripts", "pages.ts");
  return spawnSync(process.execPath, [script, "--check"], { encoding: "utf8" });
}

/** A copy of the pages and of what builds them, to be broken. */
function copyOfPages(): string {
  const folder = mkdtempSync(join(tmpdir(), "portcullis-pages-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const path of [
    "scripts/pages.ts",
    "scripts/pages",
    "src/pages",
    "src/contract",
    "client",
    "tsconfig.json",
    "package.json",
  ])
    cpSync(join(root, path), join(folder, path), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  return folder;
}

test("the built scripts are fresh", () => {
  const { status, stderr } = check(root);
  expect(stderr).toBe("The pages' files are built from their sources.\n");
  expect(status).toBe(0);
});

test("a copy elsewhere builds into the same bytes", () => {
  expect(check(copyOfPages()).status).toBe(0);
});

test.each([
  ["an application's script", "links/main.tsx", ["files.ts", "links.js"]],
  ["a module that all of them share", "kit/given.ts", ["base.js", "files.ts"]],
])("a change of %s makes what is built of it stale", (_, source, built) => {
  const folder = copyOfPages();
  appendFileSync(
    join(folder, "src/pages/browser", source),
    'document.documentElement.dataset["changed"] = "yes";\n',
  );
  const { status, stderr } = check(folder);
  expect(status).toBe(1);
  for (const file of built) expect(stderr).toContain(`src/pages/built/${file} is stale\n`);
  expect(stderr.match(/is stale/g)).toHaveLength(built.length);
});

test("a built script without a source is stale", () => {
  const folder = copyOfPages();
  writeFileSync(join(folder, "src/pages/built/gone.js"), "");
  const { status, stderr } = check(folder);
  expect(status).toBe(1);
  expect(stderr).toContain("src/pages/built/gone.js is stale\n");
});
