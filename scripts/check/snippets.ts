/**
 * `node scripts/check/snippets.ts`: type-checks every ```ts and ```tsx block of the READMEs, of examples/ and of docs/ against
 * the client, and every ```js block that imports it: what is shown to one is typed in by the other. Each block is a
 * module of its own. A block that uses `api` and does not define it gets one: a client in cookie mode.
 */
import { glob, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const root = fileURLToPath(new URL("../../", import.meta.url));
const pages = ["*.md", "client/*.md", "packages/*/*.md", "examples/*/*.md", "docs/**/*.md"];
const preamble = 'import { createClient as makeClient } from "@portcullis/client";\n';
const anApi = 'const api = makeClient({ baseUrl: "https://auth.example.com" });\n';

/** Lies inside the client, so that `@portcullis/client` resolves to its sources. */
const folder = await mkdtemp(join(root, "client/.snippets-"));
try {
  const places = await writeSnippets();
  const faults = check([...places.keys()]);
  for (const fault of faults) console.error(describe(fault, places));
  console.log(`${places.size} snippets, ${faults.length} faults.`);
  if (faults.length > 0 || places.size === 0) process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true });
}

/** Writes one file per block. Answers the page of each file, and the line there of its first line. */
async function writeSnippets(): Promise<Map<string, { page: string; line: number }>> {
  const places = new Map<string, { page: string; line: number }>();
  for await (const page of glob(pages, { cwd: root })) {
    const text = await readFile(join(root, page), "utf8");
    for (const match of text.matchAll(/^```(js|tsx?)\n(.*?)^```/gms)) {
      const [, language, code = ""] = match;
      if (language === "js" && !code.includes('"@portcullis/client"')) continue;
      const file = join(folder, `snippet-${places.size + 1}.${language === "tsx" ? "tsx" : "ts"}`);
      const needsApi = /\bapi\b/.test(code) && !/\b(const|let) api\b/.test(code);
      const given = needsApi ? preamble + anApi : "";
      const linesBefore = text.slice(0, match.index).split("\n").length;
      const line = linesBefore - (given.split("\n").length - 1);
      places.set(file, { page, line });
      await writeFile(file, `${given}${code}export {};\n`);
    }
  }
  return places;
}

function check(files: readonly string[]): readonly ts.Diagnostic[] {
  const configFile = join(root, "client/tsconfig.json");
  const { config } = ts.readConfigFile(configFile, ts.sys.readFile) as { config: unknown }; // as `any` JSON
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, dirname(configFile));
  const program = ts.createProgram(files, {
    ...options,
    types: ["node"],
    customConditions: ["source"],
    jsx: ts.JsxEmit.ReactJSX,
    baseUrl: root,
    paths: { portcullis: ["src/index.ts"] },
    // A snippet may define something only to show how.
    noUnusedLocals: false,
    noUnusedParameters: false,
  });
  // Files that a snippet imports are checked by other steps, with options of their own.
  return files.flatMap((file) => ts.getPreEmitDiagnostics(program, program.getSourceFile(file)));
}

function describe(
  { file, start = 0, messageText }: ts.Diagnostic,
  places: ReadonlyMap<string, { page: string; line: number }>,
): string {
  const message = ts.flattenDiagnosticMessageText(messageText, "\n");
  if (!file) return message;
  const line = file.getLineAndCharacterOfPosition(start).line + 1;
  const place = places.get(file.fileName);
  return place
    ? `${place.page}:${place.line + line}: ${message}`
    : `${relative(root, file.fileName)}:${line}: ${message}`;
}
