/**
 * docs/contract.md, done as it says: its patches on a copy of the repository, and their result. Beside
 * them two operations that the page only describes: a body with optional properties, and a page.
 */
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

/** The whole server is compiled three times, by the faster compiler, beside other tests: slow is not the same as stuck. */
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
  node("node_modules/typescript7/bin/tsc", "-p", project).then(
    () => "compiles",
    (error: unknown) => String(Reflect.get(Object(error), "stdout")),
  );

test(
  "the patches of docs/contract.md apply, the promise asks for its keeping, and the operations answer in the end",
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
    await write("src/contract/notes.ts", notesPromised);
    await insert(
      "src/contract/operations.ts",
      "export const",
      `import * as notes from "./notes.ts";`,
    );
    await insert("src/contract/operations.ts", "  countMySessions:", "  ...notes.notes,");
    await node("scripts/openapi.ts");
    const document = await readFile(join(copy, "openapi/openapi.json"), "utf8");
    expect(document).toContain('"operationId": "countMySessions"');
    const unkept = await compile("server.json");
    for (const name of ["countMySessions", "addMyNote", "listMyNotes"])
      expect(unkept).toMatch(
        new RegExp(`src/app\\.ts.+ ${name}|src/app\\.ts.+'${name}' is missing`),
      );

    await apply(Infinity);
    await write("src/routes/notes.ts", notesKept);
    await insert(
      "src/app.ts",
      "export interface",
      `import { createNoteHandlers } from "./routes/notes.ts";`,
    );
    await insert("src/app.ts", "    ...createSessionHandlers", "    ...createNoteHandlers(deps),");
    await insert("client/src/testing/handlers.ts", "export const handlers", fakeNotes);
    await insert("client/src/testing/handlers.ts", "  countMySessions:", notesFaked);
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
        ...noted,
        ...noted,
      ]),
    );
  },
);

/** By the server, then by the fake. */
const noted = [
  [201, { text: "plain" }],
  [201, { text: "marked", pinned: true, colour: "red", priority: 3 }],
  [400, "validation_failed"],
  [400, "validation_failed"],
  [400, "validation_failed"],
  [400, "validation_failed"],
  [400, "validation_failed"],
  ["plain", "marked"],
  [400, "validation_failed"],
];

const write = (name: string, text: string) => writeFile(join(copy, name), text);

/** Adds lines before the first line that begins so. */
async function insert(name: string, before: string, lines: string): Promise<void> {
  const text = await readFile(join(copy, name), "utf8");
  const at = text.indexOf(`\n${before}`);
  if (at === -1) throw new Error(`${name} has no line that begins with ${before}`);
  await write(name, `${text.slice(0, at)}\n${lines}${text.slice(at)}`);
}

/** One optional property of each type that a body of the fake may have. */
const notesPromised = `
import { z } from "zod";
import { operation } from "./operation.ts";
import { csrfHeaders, sessionOrBearer } from "./security.ts";
import { page, pageQuery } from "./values.ts";

const Note = z
  .strictObject({
    text: z.string().min(1).max(64),
    pinned: z.boolean().optional(),
    colour: z.enum(["red", "green"]).optional(),
    priority: z.int().min(1).max(5).meta({ format: "int32" }).optional(),
  })
  .meta({ id: "Note", description: "A note.", examples: [{ text: "plain" }] });

export const notes = {
  addMyNote: operation({
    operationId: "addMyNote",
    method: "POST",
    path: "/me/notes",
    tags: ["Accounts"],
    summary: "Add a note",
    description: "Keeps it.",
    security: sessionOrBearer,
    request: { headers: csrfHeaders, body: Note },
    responses: { 201: { description: "It is kept.", body: Note } },
    problems: [],
    events: [],
  }),
  listMyNotes: operation({
    operationId: "listMyNotes",
    method: "GET",
    path: "/me/notes",
    tags: ["Accounts"],
    summary: "List your notes",
    description: "The oldest first.",
    security: sessionOrBearer,
    request: { query: z.strictObject(pageQuery) },
    responses: {
      200: { description: "A page.", body: page("NotePage", Note, { text: "plain" }) },
    },
    problems: [],
    events: [],
  }),
};
`;

/** In memory: storage is what the patches of the page are about. */
const notesKept = `
import type { Dependencies } from "../domain/ports/dependencies.ts";
import { type List, pageOf } from "../domain/paging.ts";
import { foreignCursor } from "./foreign-cursor.ts";
import type { Answer, Handlers } from "./handler.ts";
import type { Operations } from "../contract/operations.ts";

type Note = Extract<Answer<Operations["addMyNote"]>, { status: 201 }>["body"];

export function createNoteHandlers(
  deps: Dependencies,
): Pick<Handlers, "addMyNote" | "listMyNotes"> {
  const kept: { userId: string; note: Note }[] = [];
  return {
    addMyNote({ input, caller }) {
      const { text, pinned, colour, priority } = input.body;
      const note = { text, pinned, colour, priority };
      kept.push({ userId: caller.user.id, note });
      // @ts-expect-error an optional field is written out
      const forgotten: Note = { text };
      void forgotten;
      return { status: 201, body: note };
    },
    async listMyNotes({ input, caller }) {
      const { id } = caller.user;
      const own = kept.filter(({ userId }) => userId === id).map(({ note }, at) => ({ note, at }));
      const list: List<{ note: Note; at: number }> = {
        name: \`notes of \${id}\`,
        read: async (limit, position = "-1") =>
          own.filter(({ at }) => at > Number(position)).slice(0, limit),
        positionOf: ({ at }) => String(at),
      };
      const page = await pageOf(deps, list, input.query.limit, input.query.cursor);
      if (page === undefined) return foreignCursor;
      return {
        status: 200,
        body: { items: page.items.map(({ note }) => note), nextCursor: page.nextCursor },
      };
    },
  };
}
`;

const fakeNotes = `const fakeNotes: components["schemas"]["Note"][] = [];`;
/** Its cursor is a number, and without a table of its own every account has the same notes. */
const notesFaked = `
  addMyNote({ input }) {
    fakeNotes.push(input);
    return { data: input };
  },
  listMyNotes({ input: { limit = PAGE_LIMIT, cursor = "0" } }) {
    const next = Number(cursor) + limit;
    if (!(next > 0)) return foreignCursor;
    const nextCursor = next < fakeNotes.length ? String(next) : null;
    return { data: { items: fakeNotes.slice(Number(cursor), next), nextCursor } };
  },`;

/** Starts the patched server within itself and calls it with the patched client. */
const program = `
import { createClient } from "./client/src/index.ts";
import { cookieJar } from "./client/src/node.ts";
import { createFakeServer } from "./client/src/testing/index.ts";
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
answers.push(...(await note(first)));

const fake = createFakeServer();
const api = createClient({ baseUrl: "http://localhost", fetch: fake.fetch, cookies: cookieJar() });
await api.signup(credentials);
await api.login(credentials);
answers.push(...(await note(api)));
await server.stop("test");
console.log(JSON.stringify(answers.map((r) => Array.isArray(r) ? r : [r.status, r.ok ? r.data : r.problem?.code])));

async function note(api) {
  const results = [
    await api.addMyNote({ text: "plain" }),
    await api.addMyNote({ text: "marked", pinned: true, colour: "red", priority: 3 }),
  ];
  const wrong = [{ pinned: true }, { pinned: "yes" }, { colour: "blue" }, { priority: 9 }, { colour: null }];
  for (const body of wrong) results.push(await api.addMyNote("pinned" in body && body.pinned === true ? body : { text: "x", ...body }));
  const texts = [];
  for await (const { text } of api.listMyNotes.each({ limit: 1 })) texts.push(text);
  return [...results, texts, await api.listMyNotes({ cursor: "nonsense" })];
}
`;
