/** IV-01, IV-11: no query gives a 5xx, and none reaches the database as SQL. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { ignoresQuery, type OperationDescription } from "../../src/contract/operation.ts";
import { operations } from "../../src/contract/operations.ts";
import { ADMIN } from "../support/credentials.ts";
import {
  type InProcessServer,
  type Login,
  startInProcessServer,
} from "../support/in-process-server.ts";
import { codeOf, expectSoundAnswer } from "../support/sound-answer.ts";

let server: InProcessServer;
let admin: Login;
beforeAll(async () => {
  server = await startInProcessServer();
  admin = await server.login(ADMIN);
});
afterAll(() => server.stop());

test.each([
  "/me?x=1",
  "/me?__proto__=1",
  "/users?limit=0",
  "/users?limit=101",
  "/users?limit=1&limit=2",
  "/users?limit=1e1",
  "/users?limit=%31%30%00",
  "/users?cursor=AAAA",
  "/users?cursor=%00",
  "/users?role=root",
  "/users?role[]=admin",
  "/users?disabled=1",
  "/users?email=",
  "/users?email=%00",
  `/users?email=${"a".repeat(255)}`,
  "/users?email=a&email=b",
  "/users?%zz=%zz",
  "/users?&&=&",
])("the query of %s fails validation", async (path) => {
  const answer = await server.send("GET", path, { cookie: admin.cookie });
  expectSoundAnswer(answer);
  expect(codeOf(answer)).toBe("400 validation_failed");
});

test.each(["%25", "_", "a%25", "%27%20or%20%27%27=%27", "%ff", "%F0%9F%8C%8A", "[a-z]", "\\"])(
  "IV-11 the prefix %s is taken literally, and finds nobody",
  async (prefix) => {
    const answer = await server.send("GET", `/users?email=${prefix}`, { cookie: admin.cookie });
    expectSoundAnswer(answer);
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body)).toMatchObject({ items: [] });
  },
);

test.each([
  "/healthz",
  "/readyz",
  "/password-policy",
  "/.well-known/jwks.json",
  "/metrics",
  "/openapi.json",
  "/",
  "/problems",
])("%s answers whatever query a monitor or a cache adds, as without one", async (path) => {
  const plain = await server.send("GET", path);
  expect(plain.status).toBe(200);
  for (const query of [
    "",
    "cb=1",
    "x",
    "%zz=%zz",
    "__proto__=1",
    "a=1&a=2",
    `x=${"x".repeat(4_000)}`,
  ]) {
    const answer = await server.send("GET", `${path}?${query}`);
    expect([query, answer.status, answer.headers["cache-control"]]).toEqual([
      query,
      200,
      plain.headers["cache-control"],
    ]);
    if (path !== "/metrics") expect(answer.body).toBe(plain.body);
  }
});

test("no operation that knows a caller or takes something ignores a query", () => {
  const all: readonly OperationDescription[] = Object.values(operations);
  const ignoring = all.filter(ignoresQuery).map(({ operationId }) => operationId);
  expect(ignoring.sort()).toEqual(
    [
      "getJwks",
      "getHealth",
      "getReadiness",
      "getMetrics",
      "getPasswordPolicy",
      "listProviders",
      "getRelatedOrigins",
    ].sort(),
  );
});
