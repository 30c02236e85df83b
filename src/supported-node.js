// Plain JavaScript, loaded before any TypeScript: an older Node cannot even read the rest.
import { existsSync, readFileSync } from "node:fs";

const ROOT = new URL("../", import.meta.url);
const [major, minor] = process.versions.node.split(".").map(Number);

if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `Portcullis needs Node 22.18 or newer, and this is ${process.versions.node}: ${remedy()}`,
  );
  process.exit(1);
}
if (major === 22) hideSqliteWarning();

/** The repository has Node itself as an optional dependency, for the platforms that have such a package; the published package has not. */
function remedy() {
  const system = process.platform === "win32" ? "win" : process.platform;
  const name = `node-${system}-${process.arch}`;
  const { optionalDependencies } = JSON.parse(readFileSync(new URL("package.json", ROOT), "utf8"));
  const elsewhere = "install one, from https://nodejs.org or as your system does";
  if (optionalDependencies === undefined) return `${elsewhere}.`;
  const version = optionalDependencies[name];
  if (version === undefined) return `${elsewhere} (npm has none for ${system}-${process.arch}).`;
  return existsSync(new URL(`node_modules/${name}`, ROOT))
    ? `run it with \`npm start\`, which runs the ${version} that npm has installed.`
    : `install one, or let npm do it: \`npm ci --include=optional\`, then \`npm start\`, which runs ${version}.`;
}

/** Node 22 calls node:sqlite experimental, in a line at each start. Here each of its answers is tested, on 22.18 too. */
function hideSqliteWarning() {
  const { emitWarning } = process;
  process.emitWarning = (warning, ...rest) => {
    if (!String(warning).startsWith("SQLite is an experimental feature"))
      emitWarning.call(process, warning, ...rest);
  };
}
