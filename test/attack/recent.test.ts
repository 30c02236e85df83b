/**
 * Recent authentication: which operations ask for it is read off the contract, and each is met by a login that is fresh
 * and by one that is stale, carried by cookie and by token. A session that was stolen must not take the account over.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { OperationDescription } from "../../src/contract/operation.ts";
import { type OperationId, operationIds, operations } from "../../src/contract/operations.ts";
import { CSRF_HEADER } from "../../src/contract/security.ts";
import { type Credential, signingIn } from "../../src/contract/credentials.ts";
import { PASSWORD } from "../support/credentials.ts";
import { exampleOf } from "../support/example-inputs.ts";
import { type InProcessServer, startInProcessServer } from "../support/in-process-server.ts";

const RECENT_SECONDS = 300;
const STALE_MS = (RECENT_SECONDS + 1) * 1000;
/** More than this machine needs from one statement to the next. */
const LEEWAY_MS = 60_000;

let server: InProcessServer;
beforeAll(async () => {
  server = await startInProcessServer({ RECENT_AUTH_SECONDS: String(RECENT_SECONDS) });
});
afterAll(() => server.stop());

const described = (id: OperationId): OperationDescription => operations[id];
const recent = operationIds.filter((id) => described(id).recent === true);
const others = operationIds.filter(
  (id) => described(id).recent !== true && described(id).security.accepts.length > 0,
);

/** A login, and how it is sent. */
interface Caller {
  readonly headers: Record<string, string>;
  readonly sessionId: string;
  readonly refreshToken: string;
}

describe.each(signingIn)("SU-01 by %s", (way) => {
  const ways = recent.filter((id) => described(id).security.accepts.includes(way));

  test.each(ways)("%s is done by a fresh login, and refused to a stale one", async (id) => {
    const fresh = await newCaller(way);
    expect((await call(id, fresh)).status).toBe(202);
    const stale = await newCaller(way);
    age(stale, STALE_MS);
    const before = state();
    const refused = await call(id, stale);
    expect(refused.status).toBe(403);
    expect(JSON.parse(refused.body)).toMatchObject({
      code: "reauthentication_required",
      methods: ["password"],
    });
    expect(state()).toBe(before);
  });

  test.each(ways)("%s is refused before its body is looked at", async (id) => {
    const stale = await newCaller(way);
    age(stale, STALE_MS);
    const { path, method } = described(id);
    const refused = await server.send(method, path, stale.headers);
    expect(JSON.parse(refused.body)).toMatchObject({ code: "reauthentication_required" });
  });

  test.each(ways)("%s asks for the proof of the very session", async (id) => {
    const stale = await newCaller(way);
    age(stale, STALE_MS);
    await newCaller(way, stale.email);
    expect((await call(id, stale)).status).toBe(403);
  });

  test.each(ways)("%s goes by the last proof of the session, not by its beginning", async (id) => {
    const proved = await newCaller(way);
    age(proved, 10 * STALE_MS);
    provedAgo(proved, RECENT_SECONDS * 1000 - LEEWAY_MS);
    expect((await call(id, proved)).status).toBe(202);
    const longAgo = await newCaller(way);
    provedAgo(longAgo, STALE_MS);
    expect((await call(id, longAgo)).status).toBe(403);
  });

  test.each(ways)("SU-02 to %s, being active makes nothing recent", async (id) => {
    const stale = await newCaller(way);
    age(stale, STALE_MS);
    for (const path of ["/me", "/me/sessions", "/me/events"])
      expect((await server.send("GET", path, stale.headers)).status).toBe(200);
    const renamed = await server.send(
      "PATCH",
      "/me",
      { ...stale.headers, "content-type": "application/json" },
      JSON.stringify({ name: "Ada" }),
    );
    expect(renamed.status).toBe(200);
    expect((await call(id, stale)).status).toBe(403);
  });

  test.each(others.filter((id) => described(id).security.accepts.includes(way)))(
    "%s asks for no recent login",
    async (id) => {
      const stale = await newCaller(way);
      age(stale, STALE_MS);
      expect((await call(id, stale)).body).not.toContain("reauthentication_required");
    },
  );
});

test.each(recent)("SU-02 to %s, a refreshed token is as stale as its login", async (id) => {
  const stale = await newCaller("bearer");
  age(stale, STALE_MS);
  const refreshed = await server.post("/token/refresh", { refreshToken: stale.refreshToken });
  expect(refreshed.status).toBe(200);
  const { accessToken } = JSON.parse(refreshed.body) as { accessToken: string };
  const answer = await call(id, { ...stale, headers: { authorization: `Bearer ${accessToken}` } });
  expect(answer.status).toBe(403);
  expect(answer.body).toContain("reauthentication_required");
});

test("SU-01 the contract asks for a recent login where it was decided, which the matrix alone would not notice", () => {
  expect(recent).toEqual(["startEmailChange", "inviteUser"]);
});

/** An administrator, so that every operation is allowed but for what is tested. */
async function newCaller(
  way: Credential,
  known?: string,
): Promise<Caller & { readonly email: string }> {
  const email = known ?? server.freshEmail();
  const credentials = { email, password: PASSWORD };
  if (known === undefined) {
    await server.post("/signup", credentials);
    server.sql("UPDATE users SET role = 'admin' WHERE email = ?", email);
  }
  if (way === "bearer") {
    const answer = await server.post("/token/login", credentials);
    const pair = JSON.parse(answer.body) as { accessToken: string; refreshToken: string };
    const { accessToken, refreshToken } = pair;
    const [sessionId = ""] = refreshToken.split(".");
    return { email, headers: { authorization: `Bearer ${accessToken}` }, sessionId, refreshToken };
  }
  const { cookie, csrfToken, userId } = await server.login(credentials);
  const sessions = "SELECT id FROM sessions WHERE user_id = ? ORDER BY id DESC LIMIT 1";
  const sessionId = String(server.sql(sessions, userId)[0]?.["id"]);
  return { email, headers: { cookie, [CSRF_HEADER]: csrfToken }, sessionId, refreshToken: "" };
}

/** Makes the session older, as if it had begun so long ago. */
function age({ sessionId }: Caller, ms: number): void {
  server.sql("UPDATE sessions SET created_at = created_at - ? WHERE id = ?", String(ms), sessionId);
}

function provedAgo({ sessionId }: Caller, ms: number): void {
  const statement = "UPDATE sessions SET authenticated_at = ? WHERE id = ?";
  server.sql(statement, String(Date.now() - ms), sessionId);
}

/** The operation, with the input of its own example; an address in it is a fresh one. */
function call(id: OperationId, { headers }: Caller) {
  const { method, path, request } = described(id);
  const params = exampleOf(request.params);
  const url = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => String(params[name]));
  if (request.body === undefined) return server.send(method, url, headers);
  const fresh = Object.entries(exampleOf(request.body)).map(([name, value]) =>
    /email/i.test(name) ? [name, server.freshEmail()] : [name, value],
  );
  const body = JSON.stringify(Object.fromEntries(fresh));
  return server.send(method, url, { ...headers, "content-type": "application/json" }, body);
}

/** Accounts, challenges and mails: what a refusal must leave as it is. */
function state(): string {
  return JSON.stringify(
    ["users", "challenges", "mails"].map((table) =>
      server.sql(`SELECT id FROM ${table} ORDER BY id`),
    ),
  );
}
