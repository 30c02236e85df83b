/** docs/contract.md, done as it says: its patches on a copy of the repository, and what comes of them. */
import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../../", import.meta.url));
/** All that is needed to compile the server and the client, and to run them. */
const needed = ["src", "scripts", "client", "packages", "openapi", "package.json", "tsconfig.json"];

/** The whole server is compiled three times, beside other tests: slow is not the same as stuck. */
const COMPILING_MS = 240_000;

let copy: string;
beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), "portcullis-operation-"));
  for (const name of needed)
    await cp(join(root, name), join(copy, name), {
      recursive: true,
      filter: (path) =>
        !/\/(?:node_modules|dist|\.snippets-[^/]*)(?:\/|$)/.test(path.slice(root.length)),
    });
  await symlink(join(root, "node_modules"), join(copy, "node_modules"));
  // The tests are not copied.
  const project = { extends: "./tsconfig.json", include: ["src"] };
  await writeFile(join(copy, "server.json"), JSON.stringify(project));
});
afterAll(() => rm(copy, { recursive: true }));

/** Runs a tool of ours in the copy; rejects, with all it said, where it fails. */
const node = (...args: string[]) => run(process.execPath, args, { cwd: copy });
const compile = (project: string) =>
  node("node_modules/typescript/bin/tsc", "-p", project).then(
    () => "compiles",
    (error: unknown) => String(Reflect.get(Object(error), "stdout")),
  );

test(
  "the patches of docs/contract.md apply, the promise asks for its keeping, and the operation answers in the end",
  { timeout: COMPILING_MS },
  async () => {
    const page = await readFile(join(root, "docs/contract.md"), "utf8");
    const patches = [...page.matchAll(/^```diff\n(.*?)^```/gms)].map(([, patch = ""]) => patch);
    const apply = async (count: number) => {
      const file = join(copy, "step.patch");
      await writeFile(file, patches.splice(0, count).join(""));
      await run("git", ["apply", "--verbose", file], { cwd: copy });
    };

    await apply(2);
    await node("scripts/openapi.ts");
    const document = await readFile(join(copy, "openapi/openapi.json"), "utf8");
    expect(document).toContain('"operationId": "countMySessions"');
    expect(await compile("server.json")).toMatch(/src\/app\.ts.+'countMySessions' is missing/);

    await apply(Infinity);
    expect(await Promise.all([compile("server.json"), compile("client")])).toEqual([
      "compiles",
      "compiles",
    ]);
    await node("scripts/openapi.ts", "--check");

    await writeFile(join(copy, "call.ts"), program);
    const { stdout } = await node("--conditions=source", "call.ts");
    expect(stdout.trim().split("\n").at(-1)).toBe(
      JSON.stringify([
        [401, "unauthenticated"],
        [200, { count: 1 }],
        [200, { count: 2 }],
      ]),
    );
  },
);

/** Starts the patched server within itself and calls it with the patched client. */
const program = `
import { createClient } from "./client/src/index.ts";
import { cookieJar } from "./client/src/node.ts";
import { readSettings } from "./src/process/settings.ts";
import { startServer } from "./src/process/server.ts";

const read = readSettings({ PORT: "0", BCRYPT_COST: "10", LOG_LEVEL: "silent", DATABASE_URL: "sqlite:data/test.db" });
if ("faults" in read) throw new Error(read.faults.join("\\n"));
const server = await startServer(read.settings);
const newClient = () => createClient({ baseUrl: server.address, cookies: cookieJar() });
const credentials = { email: "ada@example.com", password: "correct horse battery staple" };
const answers = [];
const [first, second] = [newClient(), newClient()];
answers.push(await first.countMySessions());
await first.signup(credentials);
await first.login(credentials);
answers.push(await first.countMySessions());
await second.login(credentials);
answers.push(await first.countMySessions());
await server.stop("test");
console.log(JSON.stringify(answers.map((r) => [r.status, r.ok ? r.data : r.problem?.code])));
`;
