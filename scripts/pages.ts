/**
 * `npm run pages`: builds the script of each page into `src/pages/built/`. With `--check` it writes
 * nothing, and fails where a built file is stale.
 */
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const root = fileURLToPath(new URL("../", import.meta.url));
const sources = new URL("../src/pages/browser/", import.meta.url);
const built = new URL("../src/pages/built/", import.meta.url);
const check = process.argv.includes("--check");

const wanted = new Map<string, string>();
for (const name of await namesOfPageScripts()) wanted.set(`${name}.js`, await build(name));

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
  console.error("The pages' scripts and their sources disagree: run `npm run pages` and commit.");
  process.exitCode = 1;
}
if (stale.length === 0) console.error("The pages' scripts are built from their sources.");

/** A page has an HTML file. Its script, if it has one, is the TypeScript file of the same name. */
async function namesOfPageScripts(): Promise<string[]> {
  const files = await readdir(sources);
  return files
    .filter((file) => file.endsWith(".html"))
    .map((file) => file.slice(0, -".html".length))
    .filter((name) => files.includes(`${name}.ts`));
}

/** One module of the page's script and all it imports. Not minified: it is small, and people read it. */
async function build(name: string): Promise<string> {
  const bundle = await rolldown({
    input: fileURLToPath(new URL(`${name}.ts`, sources)),
    cwd: root,
    platform: "browser",
    tsconfig: fileURLToPath(new URL("tsconfig.json", sources)),
  });
  const { output } = await bundle.generate({ format: "esm" });
  await bundle.close();
  const [chunk, ...others] = output;
  if (others.length > 0) throw new Error(`${name}.ts builds into more than one file`);
  return `// Built by \`npm run pages\` from src/pages/browser/${name}.ts. Do not edit.\n${chunk.code.trimEnd()}\n`;
}
