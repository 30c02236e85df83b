/** Our own code as JavaScript: one flat folder, with an entry for the command, for importers, and for each worker thread. */
import { glob } from "node:fs/promises";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const root = fileURLToPath(new URL("../../", import.meta.url));
/** Ours, with TypeScript in its package, which Node refuses beneath `node_modules`. */
const OURS = "@hectoday/http";
/**
 * Bundled, because of 350 files of theirs we run a third: it takes 8 MB and a quarter of the start away. They stay
 * dependencies, of this very version, so that their advisories reach those who have installed us
 * (docs/decisions/0020-the-package.md).
 */
export const BUNDLED = ["kysely", "zod"];

/**
 * Writes the code into `folder`, and resolves to the packages that it needs. What is imported lazily stays in files
 * of its own. Other dependencies stay outside: they have few files, or native parts.
 */
export async function bundleCode(folder: URL): Promise<ReadonlySet<string>> {
  const bundle = await rolldown({
    cwd: root,
    input: await entries(),
    platform: "node",
    external: (id) => isPackage(id) && ![OURS, ...BUNDLED].includes(packageOf(id)),
    resolve: { conditionNames: ["source", "node", "import"] },
  });
  const { output } = await bundle.write({
    dir: fileURLToPath(folder),
    format: "esm",
    entryFileNames: "[name].js",
    chunkFileNames: "[name]-[hash].js",
    sourcemap: true,
    // As in the repository: nothing of the machine that built it.
    sourcemapPathTransform: (path) => path.replace(/^(?:\.\.\/)+/, ""),
    // Two thirds of a file may be comments, and one character beyond Latin-1 doubles what V8 keeps of it.
    charset: "ascii",
    comments: { legal: true, annotation: false, jsdoc: false },
  });
  await bundle.close();
  const imports = output.flatMap((file) =>
    file.type === "chunk" ? [...file.imports, ...file.dynamicImports] : [],
  );
  return new Set([...imports.filter(isPackage).map(packageOf), ...BUNDLED]);
}

/** Names of files in the package, without `.js`, and the sources that they begin with. */
async function entries(): Promise<Record<string, string>> {
  const found: Record<string, string> = { command: "src/command.js", index: "src/index.ts" };
  for await (const worker of glob("src/platform/*-worker.ts", { cwd: root }))
    found[basename(worker, ".ts")] = worker;
  return found;
}

function isPackage(id: string): boolean {
  return /^[@a-z]/.test(id) && !id.startsWith("node:") && !id.endsWith(".js");
}

/** `nodemailer/lib/smtp-connection` belongs to `nodemailer`. */
function packageOf(id: string): string {
  return id
    .split("/")
    .slice(0, id.startsWith("@") ? 2 : 1)
    .join("/");
}
