/**
 * `npm run pages`: builds what the pages load into `src/pages/built/`. With `--check` it writes
 * nothing, and fails where a built file is stale.
 */
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { buildApplications } from "./pages/applications.ts";
import { buildSingleScripts } from "./pages/single-scripts.ts";

const built = new URL("../src/pages/built/", import.meta.url);
const check = process.argv.includes("--check");

const wanted = new Map([...(await buildSingleScripts()), ...(await buildApplications())]);

await mkdir(built, { recursive: true });
const stale: string[] = [];
for (const [file, text] of wanted) {
  if ((await readFile(new URL(file, built), "utf8").catch(() => "")) === text) continue;
  stale.push(`src/pages/built/${file}`);
  if (!check) await writeFile(new URL(file, built), text);
}
for (const file of await readdir(built)) {
  if (wanted.has(file)) continue;
  stale.push(`src/pages/built/${file}`);
  if (!check) await rm(new URL(file, built));
}
for (const path of stale) console.error(check ? `${path} is stale` : `wrote ${path}`);
if (check && stale.length > 0) {
  console.error("The pages' files and their sources disagree: run `npm run pages` and commit.");
  process.exitCode = 1;
}
if (stale.length === 0) console.error("The pages' files are built from their sources.");
