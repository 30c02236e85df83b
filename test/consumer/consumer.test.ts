/**
 * The client as its users get it: built, packed, installed into an empty project with its dependencies
 * from the registry, compiled against its published types, and run on every runtime that is to be had.
 */
import { execFileSync } from "node:child_process";
import {
  accessSync,
  constants,
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { createClient } from "@portcullis/client";
import { afterAll, beforeAll, expect, it } from "vitest";
import { dataOf } from "../journeys/clients.ts";
import {
  adminCredentials,
  type ServerProcess,
  startServerProcess,
} from "../journeys/server-process.ts";

const root = new URL("../../", import.meta.url).pathname;
/** Not our dependency: a runtime that our users may have. Its binary is all there is in the package. */
const BUN = {
  name: "@oven/bun-linux-x64",
  version: "1.4.5",
  integrity:
    "sha512-IWX9BELoGHAUtMonkeSaNaZwXzRk+oDw6Mk+HBFXd3KHYIBNBsIGRupMZPcgNoDbJpLu6gAJjIoIVPZtt1aJ1g==",
};
const hasBun = process.platform === "linux" && process.arch === "x64";
const EXPECTED = "201 200 200 204 verified invalid known unknown 409 201";

let folder: string;
let server: ServerProcess;
let issuer: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "portcullis-consumer-"));
  server = await startServerProcess();
  const api = createClient({ baseUrl: server.baseUrl });
  const { accessToken } = dataOf(await api.tokenLogin(adminCredentials));
  issuer = JSON.parse(Buffer.from(accessToken.split(".")[1] ?? "", "base64url").toString()).iss;

  run("npm", ["run", "build", "--workspace", "client"], root);
  const pack = ["pack", "--workspace", "client", "--ignore-scripts", "--pack-destination", folder];
  run("npm", pack, root);
  const [tarball = ""] = readdirSync(folder);
  const types = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).devDependencies;
  const project = {
    name: "consumer",
    private: true,
    type: "module",
    dependencies: {
      "@portcullis/client": `file:${tarball}`,
      "@types/node": types["@types/node"],
      ...(hasBun && { [BUN.name]: BUN.version }),
    },
  };
  writeFileSync(join(folder, "package.json"), JSON.stringify(project));
  run("npm", ["install", "--prefer-offline", "--ignore-scripts", "--no-audit", "--no-fund"]);
  copyFileSync(join(import.meta.dirname, "program.ts"), join(folder, "program.ts"));
});
afterAll(async () => {
  await server.dispose();
  rmSync(folder, { recursive: true, force: true });
});

it.each([
  ["nodenext", "nodenext"],
  ["bundler", "esnext"],
])("its types hold under strict and moduleResolution %s", (moduleResolution, module) => {
  const compilerOptions = {
    target: "es2022",
    lib: ["es2022", "dom", "dom.iterable"],
    module,
    moduleResolution,
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    // The declarations of the client and all it needs are judged as well.
    skipLibCheck: false,
    types: ["node"],
    outDir: "built",
  };
  writeFileSync(
    join(folder, "tsconfig.json"),
    JSON.stringify({ compilerOptions, files: ["program.ts"] }),
  );
  run(join(root, "node_modules/.bin/tsc"), ["-p", "."]);
});

it.each(nodes())("it runs on %s (%s)", (_version, node) => {
  expect(runProgram(node)).toBe(EXPECTED);
});

it.runIf(hasBun)("it runs on Bun", () => {
  const lock = JSON.parse(readFileSync(join(folder, "package-lock.json"), "utf8"));
  expect(lock.packages[`node_modules/${BUN.name}`].integrity).toBe(BUN.integrity);
  expect(runProgram(join(folder, "node_modules", BUN.name, "bin", "bun"))).toBe(EXPECTED);
});

function runProgram(runtime: string): string {
  return run(runtime, [join("built", "program.js"), server.baseUrl, issuer]).trim();
}

/** Every Node on the PATH that the client supports, one of each version: the one that runs this, and the machine's own. */
function nodes(): [version: string, path: string][] {
  const paths = (process.env["PATH"] ?? "").split(delimiter).map((each) => join(each, "node"));
  const found = [process.execPath, ...paths.filter(isExecutable)].map((path): [string, string] => [
    execFileSync(path, ["--version"], { encoding: "utf8" }).trim(),
    path,
  ]);
  const supported = found.filter(([version]) => Number(/^v(\d+)/.exec(version)?.[1]) >= 20);
  return [...new Map(supported)];
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Runs a tool to its end and answers its stdout; what it complained of is in the error. */
function run(tool: string, args: readonly string[], cwd = folder): string {
  try {
    return execFileSync(tool, args, { cwd, encoding: "utf8", stdio: "pipe" });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${tool} ${args.join(" ")} failed:\n${stdout}${stderr}`, { cause: error });
  }
}
