/** IV-01: no body gives a 5xx, and none that is refused changes anything. */
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bodyRoutes, goodBody, jsonType, refusalsOfBody } from "../support/body-refusals.ts";
import { examplesOf } from "../../src/contract/examples.ts";
import type { OperationDescription } from "../../src/contract/operation.ts";
import { operations } from "../../src/contract/operations.ts";
import { ADMIN, PASSWORD } from "../support/credentials.ts";
import { type InProcessServer, startInProcessServer } from "../support/in-process-server.ts";
import { codeOf, expectSoundAnswer } from "../support/sound-answer.ts";

let server: InProcessServer;
beforeAll(async () => {
  server = await startInProcessServer({ MAIL_LOGIN: "on" });
});
afterAll(() => server.stop());

test.each([
  ["null", "null"],
  ["a number", "7"],
  ["text", '"mallory@example.com"'],
  ["true", "true"],
  ["a list", "[]"],
  ["a list of what was asked for", `[${goodBody}]`],
  ["an empty object", "{}"],
  ["nothing at all", ""],
  ["an address that is null", `{"email":null,"password":"${PASSWORD}"}`],
  ["an address that is a list", `{"email":["a@example.com"],"password":"${PASSWORD}"}`],
  ["an address that is an object", `{"email":{"$ne":""},"password":{"$ne":""}}`],
  [
    "a password that is a number",
    `{"email":"mallory@example.com","password":12345678901234567890}`,
  ],
  [
    "half a surrogate pair in the password",
    goodBody.replace(PASSWORD, "correct \\ud800 horse battery staple"),
  ],
  ["the other half in the password", goodBody.replace(PASSWORD, "\\udfff horse battery staple")],
  ["half a surrogate pair in the address", goodBody.replace("mallory", "mallory\\ud800")],
  ["half a surrogate pair in a name", goodBody.replace("{", '{"\\ud800":1,')],
  ["a role", `{"email":"mallory@example.com","password":"${PASSWORD}","role":"admin"}`],
  [
    "an id",
    `{"email":"mallory@example.com","password":"${PASSWORD}","id":"01936f2e-8c00-7b3a-9d51-2f6f0a6c1e42"}`,
  ],
  ["__proto__", `{"__proto__":{"email":"mallory@example.com","password":"${PASSWORD}"}}`],
  [
    "__proto__ beside what was asked for",
    `{"email":"mallory@example.com","password":"${PASSWORD}","__proto__":{"role":"admin"}}`,
  ],
  [
    "constructor.prototype",
    `{"email":"mallory@example.com","password":"${PASSWORD}","constructor":{"prototype":{"role":"admin"}}}`,
  ],
  ["a name that is empty", `{"":1,"email":"mallory@example.com","password":"${PASSWORD}"}`],
  [
    "1000 unknown names",
    JSON.stringify(Object.fromEntries(Array.from({ length: 1000 }, (_, n) => [`name${n}`, n]))),
  ],
  ["one name of 16,000 characters", `{"${"n".repeat(16_000)}":1}`],
  ["lists nested 8000 deep", "[".repeat(8000) + "]".repeat(8000)],
  ["objects nested 3000 deep", '{"a":'.repeat(2700) + "1" + "}".repeat(2700)],
])("IV-02 IV-03 a body that is, or has, %s fails validation", async (_, body) => {
  expect(await refusalsOfBody(server, body)).toEqual(["400 validation_failed"]);
  expect(Object.hasOwn(Object.prototype, "role")).toBe(false);
});

test.each([
  ["no characters", ""],
  ["257 characters", "x".repeat(257)],
])(
  "PW-04 a password of %s is weak where it is chosen, and none where it is proof",
  async (_, password) => {
    expect(await refusalsOfBody(server, goodBody.replace(PASSWORD, password))).toEqual([
      "400 weak_password",
      "400 validation_failed",
    ]);
  },
);

describe("IV-15 half a surrogate pair", () => {
  const operationsWithBody = Object.values<OperationDescription>(operations).filter(
    ({ request }) => request.body !== undefined,
  );

  test.each(operationsWithBody.map((operation) => [operation.operationId, operation] as const))(
    "is refused in every string of a body of %s, with a pointer to it, and changes nothing",
    async (_, { method, path, request }) => {
      const login = await server.newLogin();
      const headers = { ...jsonType, cookie: login.cookie, "x-csrf-token": login.csrfToken };
      const asAdmin = await server.login(ADMIN);
      const adminHeaders = {
        ...jsonType,
        cookie: asAdmin.cookie,
        "x-csrf-token": asAdmin.csrfToken,
      };
      const [example] = request.body ? examplesOf(request.body) : [];
      const good: Record<string, unknown> = Object(example);
      for (const [name, value] of Object.entries(good)) {
        if (typeof value !== "string") continue;
        // Any id will do: the body is refused first.
        const target = path.replace("{providerId}", "google").replaceAll(/\{\w+\}/g, login.userId);
        const body = JSON.stringify({ ...good, [name]: `${value}\ud800` });
        const before = server.state();
        const sender = path.startsWith("/users") ? adminHeaders : headers;
        const answer = await server.send(method, target, sender, body);
        expectSoundAnswer(answer);
        expect(codeOf(answer)).toBe("400 validation_failed");
        expect(JSON.parse(answer.body)).toMatchObject({ issues: [{ part: "body", path: [name] }] });
        expect(server.state()).toBe(before);
      }
    },
  );

  test("makes no two passwords one: neither half is taken, and the whole pair is", async () => {
    const email = server.freshEmail();
    const signUp = (text: string) =>
      server.send("POST", "/signup", jsonType, `{"email":"${email}","password":"${text}"}`);
    expect(codeOf(await signUp("\\ud83d quiet words of mine"))).toBe("400 validation_failed");
    expect(codeOf(await signUp("\\ude00 quiet words of mine"))).toBe("400 validation_failed");
    expect((await signUp("\\ud83d\\ude00 quiet words of mine")).status).toBe(201);
    const login = await server.post("/login", { email, password: "😀 quiet words of mine" });
    expect(login.status).toBe(200);
  });
});

test.each([
  ["text that is no JSON", "email=mallory"],
  ["a list left open", "[".repeat(8000)],
  ["two documents", goodBody + goodBody],
  ["a comma too many", goodBody.replace("}", ",}")],
  ["single quotes", goodBody.replaceAll('"', "'")],
  ["NaN", "NaN"],
  ["two byte order marks", `\ufeff\ufeff${goodBody}`],
  ["a byte order mark behind JSON", `${goodBody}\ufeff`],
  ["UTF-16", Buffer.from(goodBody, "utf16le")],
  ["only NUL", "\0\0\0\0"],
  ["gzip", gzipSync(goodBody)],
  [
    "ISO 8859-1",
    Buffer.from(goodBody.replace(PASSWORD, "caf\u00e9 au lait, caf\u00e9 noir"), "latin1"),
  ],
  ["half a surrogate pair in UTF-8", asUtf8("eda080")],
  ["a character longer than it need be", asUtf8("c1a1")],
  ["a character that ends too soon", asUtf8("f09f98")],
  ["JSON and half a character", Buffer.concat([Buffer.from(goodBody), Buffer.from("c3", "hex")])],
])("IV-01 a body of %s is not JSON", async (_, body) => {
  expect(await refusalsOfBody(server, body)).toEqual(["400 invalid_json"]);
});

test("a body behind a byte order mark is taken, and one of nothing else is an empty body", async () => {
  const email = server.freshEmail();
  const body = `\ufeff${JSON.stringify({ email, password: PASSWORD })}`;
  const answer = await server.send("POST", "/signup", jsonType, body);
  expect(answer.status).toBe(201);
  expect(JSON.parse(answer.body)).toMatchObject({ email });
  expect(await refusalsOfBody(server, "\ufeff")).toEqual(["400 validation_failed"]);
});

/** The good body with these bytes in its password. */
function asUtf8(hex: string): Buffer {
  const [before = "", after = ""] = goodBody.split("quiet");
  return Buffer.concat([Buffer.from(before), Buffer.from(hex, "hex"), Buffer.from(after)]);
}

test("of two members of a body with one name, the last is the one that is checked and used", async () => {
  const email = server.freshEmail();
  const body = `{"email":"mallory@example.com","password":"short","email":"${email}","password":"${PASSWORD}"}`;
  const answer = await server.send("POST", "/signup", jsonType, body);
  expect(answer.status).toBe(201);
  expect(JSON.parse(answer.body)).toMatchObject({ email });
});

describe("what is refused is not repeated", () => {
  test("LA-03 no answer and no stored event holds the password, however it was sent", async () => {
    const secret = "hunter2-hunter2-hunter2";
    for (const body of [
      `{"password":"${secret}"}`,
      `{"email":"x","password":["${secret}"]}`,
      `{"${secret}":1}`,
      `"${secret}`,
    ]) {
      for (const route of bodyRoutes) {
        const answer = await server.send("POST", route, jsonType, body);
        if (!body.startsWith(`{"${secret}`)) expect(answer.body).not.toContain(secret);
      }
    }
    expect(JSON.stringify(server.sql("SELECT * FROM events"))).not.toContain("hunter2");
  });
});
