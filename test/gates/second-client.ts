/**
 * `npm run gate:second-client`: a client that another generator makes of the document (@hey-api/openapi-ts)
 * type-checks strictly and works against the server. What only our own generator understands would not.
 */
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { PASSWORD } from "../support/credentials.ts";
import { startServerProcess } from "../support/server-process.ts";
import { documentFile, gate, installedTool, type Ran, runProgram } from "./gate.ts";

const modules = fileURLToPath(new URL("../../node_modules", import.meta.url));

/** Somebody's program. A code that no answer has does not compile; what the server answers, it asks at run time. */
const program = `
import { client } from "./client/client.gen.js";
import { confirmSignup, getMe, listUsers, login, signup, tokenLogin } from "./client/sdk.gen.js";

const [baseUrl = "", password = ""] = process.argv.slice(2);
client.setConfig({ baseUrl });
const body = { email: "second@example.com", password };

function must(isSo: boolean, what: string): asserts isSo {
  if (!isSo) throw new Error(what);
}

const made = await signup({ body });
must(made.data !== undefined && "email" in made.data, "gets an account, and no challenge");
must(made.data.email === body.email && made.response?.status === 201, "signs up");
const role: "user" | "admin" = made.data.role;
must(role === "user", "has the role of a user");
const again = await signup({ body });
must(again.error?.code === "email_taken", "is told that the address is taken");
// @ts-expect-error -- no answer of signup has this code
must(again.error.code !== "invalid_refresh_token", "knows the codes");
const byCode = await confirmSignup({ body: { challengeToken: "nobody's", code: "1234 5678" } });
const byLink = await confirmSignup({ body: { token: "nobody's", newPassword: password } });
for (const { error } of [byCode, byLink]) must(error?.code === "invalid_challenge", "proves");
// @ts-expect-error -- neither of the two forms
await confirmSignup({ body: { challengeToken: "nobody's" } });
const session = await login({ body });
must(session.data !== undefined && "user" in session.data, "is asked for no second factor");
must(session.data.user.id === made.data.id, "logs in by cookie");
const pair = await tokenLogin({ body });
must(pair.data !== undefined && "tokenType" in pair.data, "is asked for none by token either");
must(pair.data.tokenType === "Bearer", "logs in by token");
const { accessToken } = pair.data;
const auth = (scheme: { scheme?: string }) => scheme.scheme === "bearer" ? accessToken : undefined;
const me = await getMe({ auth });
must(me.data?.id === made.data.id, "reads itself");
const nobody = await getMe();
must(nobody.error?.code === "unauthenticated", "is nobody without a credential");
const users = await listUsers({ auth, query: { limit: 1 } });
must(users.error?.code === "forbidden", "may not see all accounts");
`;

const tsconfig = {
  compilerOptions: {
    strict: true,
    noUncheckedIndexedAccess: true,
    target: "ES2022",
    lib: ["ES2022", "DOM", "DOM.Iterable"],
    module: "NodeNext",
    types: ["node"],
    outDir: "dist",
  },
  include: ["client", "program.ts"],
};

await gate(
  "second-client",
  "a client made by another generator type-checks, signs up, logs in and reads itself",
  async () => {
    const generator = await installedTool("@hey-api/openapi-ts/bin/run.js");
    const folder = await mkdtemp(join(tmpdir(), "portcullis-second-client-"));
    const inFolder = (path: string) => join(folder, path);
    const server = await startServerProcess();
    try {
      await writeFile(inFolder("package.json"), JSON.stringify({ type: "module" }));
      await writeFile(inFolder("tsconfig.json"), JSON.stringify(tsconfig));
      await writeFile(inFolder("program.ts"), program);
      await symlink(modules, inFolder("node_modules"), "junction");
      const steps: readonly (readonly [string, () => Promise<Ran>])[] = [
        [
          "generates",
          () =>
            runProgram(
              generator,
              ...["-i", documentFile, "-o", inFolder("client")],
              ...["-c", "@hey-api/client-fetch", "--no-log-file"],
            ),
        ],
        [
          "type-checks",
          () => runProgram(join(modules, "typescript/bin/tsc"), "-p", inFolder("tsconfig.json")),
        ],
        ["works", () => runProgram(inFolder("dist/program.js"), server.baseUrl, PASSWORD)],
      ];
      for (const [what, run] of steps) {
        const { exitCode, output } = await run();
        console.log(`  ${what}: ${exitCode === 0 ? "yes" : "no"}`);
        if (exitCode !== 0) return output.trim().split("\n");
      }
      return [];
    } finally {
      await server.dispose();
      await rm(folder, { recursive: true });
    }
  },
);
