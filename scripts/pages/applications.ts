/**
 * The applications of `src/pages/entries.ts`, as ES modules: what they share once, and the words of each language in
 * files of their own, so that a page loads one language. Beside them `files.ts`, by which the server knows what a page loads.
 */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { type OutputChunk, rolldown } from "rolldown";
import { applicationNames } from "../../src/pages/entries.ts";
import { buildStyles } from "./styles.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const browser = new URL("../../src/pages/browser/", import.meta.url);
const WORDS = /\/src\/pages\/messages\/([a-z-]+)\/([a-z-]+)\.ts$/;
/** Must not be in a page: it is larger than all the rest together, and the server judges. */
const KEPT_OUT = /\/node_modules\/zod\//;

/** The built files by their names. */
export async function buildApplications(): Promise<ReadonlyMap<string, string>> {
  const chunks = await bundle();
  const files = new Map<string, string>([
    ...(await buildStyles()),
    ["logo.svg", await readFile(new URL("logo.svg", browser), "utf8")],
    ...chunks.map(({ fileName, code }) => [fileName, `${code.trimEnd()}\n`] as const),
  ]);
  return new Map([...files, ["files.ts", list(files, chunks)]]);
}

async function bundle(): Promise<readonly OutputChunk[]> {
  const build = await rolldown({
    input: Object.fromEntries(
      applicationNames.map((name) => [name, fileURLToPath(new URL(`${name}/main.tsx`, browser))]),
    ),
    cwd: root,
    platform: "browser",
    tsconfig: fileURLToPath(new URL("tsconfig.json", browser)),
    resolve: { conditionNames: ["source", "browser", "import"] },
  });
  const { output } = await build.generate({
    format: "esm",
    minify: true,
    // No hash: all files are served beneath a digest of them all, and a change in one renames none.
    entryFileNames: "[name].js",
    chunkFileNames: ({ name, facadeModuleId }) => `${wordsName(facadeModuleId ?? "") ?? name}.js`,
    codeSplitting: {
      groups: [{ name: "base", test: (id) => !WORDS.test(id), minShareCount: 3 }],
    },
  });
  await build.close();
  const chunks = output.filter((file) => file.type === "chunk");
  const strays = chunks.flatMap(({ moduleIds }) => moduleIds.filter((id) => KEPT_OUT.test(id)));
  if (strays.length > 0)
    throw new Error(`A page's script imports zod, by way of a file of src/contract/: ${strays[0]}`);
  return chunks;
}

/** `words-account-de`, of `messages/de/account.ts`. */
function wordsName(id: string): string | undefined {
  const [, language, name] = WORDS.exec(id) ?? [];
  return language === undefined ? undefined : `words-${name}-${language}`;
}

/** The source of `built/files.ts`. */
function list(files: ReadonlyMap<string, string>, chunks: readonly OutputChunk[]): string {
  const digest = createHash("sha256");
  for (const [name, text] of [...files].sort(([one], [other]) => (one < other ? -1 : 1)))
    digest.update(`${name}\0${text}\0`);
  const value = {
    digest: digest.digest("hex").slice(0, 16),
    names: [...files.keys()].sort(),
    applications: Object.fromEntries(
      applicationNames.map((name) => [name, loadedBy(`${name}.js`, chunks)]),
    ),
  };
  return `// Built by \`npm run pages\`. Do not edit.\nexport const builtFiles = ${JSON.stringify(value, null, 2)} as const;\n`;
}

/** Files that a page loads at once, the entry last, and its words by language. */
function loadedBy(entry: string, chunks: readonly OutputChunk[]) {
  const scripts = withImports([entry], chunks);
  const words = chunks.filter(
    ({ fileName }) =>
      fileName.startsWith("words-") &&
      !scripts.includes(fileName) &&
      scripts.some((name) => chunkOf(name, chunks).dynamicImports.includes(fileName)),
  );
  const byLanguage = Object.groupBy(words, ({ moduleIds }) => languageOf(moduleIds));
  return {
    scripts: scripts.toReversed(),
    words: Object.fromEntries(
      Object.entries(byLanguage)
        .sort(([one], [other]) => (one < other ? -1 : 1))
        .map(([language, found = []]) => [
          language,
          withImports(found.map(({ fileName }) => fileName).sort(), chunks).filter(
            (name) => !scripts.includes(name),
          ),
        ]),
    ),
  };
}

function languageOf(moduleIds: readonly string[]): string {
  const [language] = moduleIds.flatMap((id) => WORDS.exec(id)?.[1] ?? []);
  if (language === undefined) throw new Error("A file of words has no language");
  return language;
}

/** The files, and all that they import. */
function withImports(names: readonly string[], chunks: readonly OutputChunk[]): readonly string[] {
  const found = new Set(names);
  // The loop reads on in what it adds.
  for (const name of found) for (const each of chunkOf(name, chunks).imports) found.add(each);
  return [...found];
}

function chunkOf(name: string, chunks: readonly OutputChunk[]): OutputChunk {
  const chunk = chunks.find(({ fileName }) => fileName === name);
  if (chunk === undefined) throw new Error(`${name} was not built`);
  return chunk;
}
