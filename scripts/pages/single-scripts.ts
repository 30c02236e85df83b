/** Scripts of pages that are no application: one module each. */
import { readdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const root = fileURLToPath(new URL("../../", import.meta.url));
const sources = new URL("../../src/pages/browser/", import.meta.url);

/** The built files by their names. */
export async function buildSingleScripts(): Promise<ReadonlyMap<string, string>> {
  const built = new Map<string, string>();
  for (const name of await namesOfPageScripts()) built.set(`${name}.js`, await build(name));
  return built;
}

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
