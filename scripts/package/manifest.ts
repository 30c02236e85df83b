/** The published package.json, made from the repository's: versions are written once. */
import { readFile, writeFile } from "node:fs/promises";

const root = new URL("../../", import.meta.url);
/** The oldest Node that `src/supported-node.js` lets through. The repository itself also starts on an older one, with a Node from npm. */
const OLDEST_NODE = ">=22.18";
/** The package has copies of its files. */
const COPIED = "swagger-ui-dist";

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly dependencies: Readonly<Record<string, string>>;
}

/** Writes it into `folder`. `imported` are the packages that the code imports: they must be the dependencies, no more and no less. */
export async function writeManifest(folder: URL, imported: ReadonlySet<string>): Promise<void> {
  const { name, version, description, license, ...ours } = await read("package.json");
  const { [COPIED]: _copied, ...own } = ours.dependencies;
  const dependencies = { ...own, ...(await read("packages/http/package.json")).dependencies };
  const missing = [...imported].filter((each) => dependencies[each] === undefined);
  const idle = Object.keys(dependencies).filter((each) => !imported.has(each));
  if (missing.length > 0 || idle.length > 0)
    throw new Error(
      `Imported and no dependency: ${missing.join(", ") || "none"}. A dependency and never imported: ${idle.join(", ") || "none"}`,
    );
  const manifest = {
    name,
    version,
    description,
    license,
    type: "module",
    engines: { node: OLDEST_NODE },
    bin: { portcullis: "dist/command.js" },
    exports: {
      ".": { types: "./dist/index.d.ts", default: "./dist/index.js" },
      "./package.json": "./package.json",
    },
    files: ["dist", "docs", "openapi", "CHANGELOG.md"],
    dependencies: Object.fromEntries(
      Object.entries(dependencies).sort(([one], [other]) => (one < other ? -1 : 1)),
    ),
  };
  await writeFile(new URL("package.json", folder), `${JSON.stringify(manifest, null, 2)}\n`);
}

async function read(path: string): Promise<Manifest> {
  return JSON.parse(await readFile(new URL(path, root), "utf8")) as Manifest; // ours
}
