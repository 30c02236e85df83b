/**
 * How often an operation goes to a PostgreSQL database and back. Each statement is one round trip, because
 * each is awaited before the next is sent. Whoever adds one states it here.
 */
import pg from "pg";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { type Login, PASSWORD, startTarget, type Target } from "../attack/target.ts";
import { createPostgres, type TestDatabase } from "../storage/databases.ts";

let database: TestDatabase;
let target: Target;
let owner: Login & { readonly email: string };
beforeAll(async () => {
  database = await createPostgres();
  target = await startTarget({ DATABASE_URL: database.url });
  const email = target.freshEmail();
  await target.post("/signup", { email, password: PASSWORD });
  owner = { email, ...(await target.login({ email, password: PASSWORD })) };
});
afterAll(async () => {
  await target.stop();
  await database.remove();
});
afterEach(() => void vi.restoreAllMocks());

/** The fewest of a few: what the outbox and the cleaning ask meanwhile only adds. */
async function countStatements(ask: () => Promise<{ readonly status: number }>, status: number) {
  const sent = vi.spyOn(pg.Client.prototype, "query");
  let fewest: string[] | undefined;
  for (let turn = 0; turn < 4; turn += 1) {
    sent.mockClear();
    expect((await ask()).status).toBe(status);
    const texts = sent.mock.calls.map(([query]) => textOf(query));
    if (fewest === undefined || texts.length < fewest.length) fewest = texts;
  }
  return fewest ?? [];
}

function textOf(query: unknown): string {
  if (typeof query === "object" && query !== null && "text" in query) return String(query.text);
  return String(query);
}

/** What each statement does, and to which table first. */
function outline(texts: readonly string[]): string[] {
  const does = /^(select|insert|update|delete).*?(?:from|into|update) "?(\w+)|^update "(\w+)/s;
  return texts.map((text) => {
    const [, verb = "update", table, updated] = does.exec(text) ?? [text, text];
    return [verb, updated ?? table].filter(Boolean).join(" ");
  });
}

test("getMe asks once", async () => {
  const ask = () => target.send("GET", "/me", { cookie: owner.cookie });
  expect(outline(await countStatements(ask, 200))).toEqual(["select sessions"]);
});

test("getTokenMe asks once", async () => {
  const authorization = `Bearer ${await target.bearer({ email: owner.email, password: PASSWORD })}`;
  const ask = () => target.send("GET", "/token/me", { authorization });
  expect(outline(await countStatements(ask, 200))).toEqual(["select sessions"]);
});

test("getHealth asks nothing", async () => {
  expect(await countStatements(() => target.send("GET", "/healthz"), 200)).toEqual([]);
});

test("tokenRefresh goes there nine times: its limit, what the token stands for, and the exchange", async () => {
  const credentials = { email: owner.email, password: PASSWORD };
  const login = await target.post("/token/login", credentials);
  let { refreshToken } = JSON.parse(login.body) as { refreshToken: string };
  const ask = async () => {
    const answer = await target.post("/token/refresh", { refreshToken });
    ({ refreshToken } = JSON.parse(answer.body) as { refreshToken: string });
    return answer;
  };
  expect(outline(await countStatements(ask, 200))).toEqual([
    ...["select limits", "begin", "insert limits", "commit"],
    "select sessions",
    ...["begin", "update sessions", "insert events", "commit"],
  ]);
});

test("login goes there fourteen times, and holds no connection while it hashes", async () => {
  const ask = () => target.post("/login", { email: owner.email, password: PASSWORD });
  expect(outline(await countStatements(ask, 200))).toEqual([
    ...["select limits", "begin", "insert limits", "insert limits", "commit"],
    "select users",
    ...["begin", "insert sessions", "update users", "insert devices", "delete devices"],
    ...["delete limits", "insert events", "commit"],
  ]);
});
