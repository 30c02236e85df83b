/** Our own code as JavaScript: one flat folder, with an entry for the command, for importers, and for each worker thread. */
import { glob } from "node:fs/promises";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const root = fileURLToPath(new URL("../../", import.meta.url));
/** Bundled: it is ours, and its package has TypeScript, which Node refuses beneath `node_modules`. */
const OURS = "@hectoday/http";

/**
 * Writes the code into `folder`, and resolves to the packages that it imports. What is imported lazily stays in files
 * of its own. Dependencies stay outside, so that their advisories reach those who have installed them.
 */
export async function bundleCode(folder: URL): Promise<ReadonlySet<string>> {
  const bundle = await rolldown({
    cwd: root,
    input: await entries(),
    platform: "node",
    external: (id) => isPackage(id) && id !== OURS,
    resolve: { conditionNames: ["source", "node", "import"] },
  });
  const { output } = await bundle.write({
    dir: fileURLToPath(folder),
    format: "esm",
    entryFileNames: "[name].js",
    chunkFileNames: "[name]-[hash].js",
    sourcemap: true,
  });
  await bundle.close();
  const imports = output.flatMap((file) =>
    file.type === "chunk" ? [...file.imports, ...file.dynamicImports] : [],
  );
  return new Set(imports.filter((id) => isPackage(id)).map(packageOf));
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
