/** Secrecy of answers: other columns, passwords, our files, why it is down; and what nobody may keep. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { User } from "../../src/contract/accounts.ts";
import { examplesOf } from "../../src/contract/examples.ts";
import { operations } from "../../src/contract/operations.ts";
import type { OperationDescription } from "../../src/contract/operation.ts";
import { problem } from "../../src/contract/problems.ts";
import { walk } from "../../src/contract/walk.ts";
import { ADMIN, PASSWORD } from "../support/credentials.ts";
import {
  type InProcessServer,
  type Login,
  startInProcessServer,
} from "../support/in-process-server.ts";
import { startServerProcess } from "../support/server-process.ts";

let server: InProcessServer;
let admin: Login;
beforeAll(async () => {
  server = await startInProcessServer();
  admin = await server.login(ADMIN);
});
afterAll(() => server.stop());

const all: readonly OperationDescription[] = Object.values(operations);
const headersOf = ({ cookie, csrfToken }: Login) => ({ cookie, "x-csrf-token": csrfToken });

test("AZ-03 every answer with an account holds exactly the contract's fields, whatever columns there are", async () => {
  server.sql("ALTER TABLE users ADD COLUMN shoe_size TEXT NOT NULL DEFAULT 'forty-two'");
  const email = server.freshEmail();
  const json = { "content-type": "application/json" };
  const signup = await server.post("/signup", { email, password: PASSWORD });
  const login = await server.post("/login", { email, password: PASSWORD });
  const user = await server.login({ email, password: PASSWORD });
  const authorization = `Bearer ${await server.bearer({ email, password: PASSWORD })}`;
  const path = `/users/${user.userId}`;
  const get = (where: string, as: Login) => server.send("GET", where, headersOf(as));
  const change = { ...headersOf(admin), ...json };
  const patched = await server.send("PATCH", path, change, JSON.stringify({ disabled: false }));
  const answers = {
    signup,
    getMe: await get("/me", user),
    getTokenMe: await server.send("GET", "/token/me", { authorization }),
    getUser: await get(path, admin),
    updateUser: patched,
  };
  const fields = Object.keys(User.shape).sort();
  const details = [...fields, "lastLoginAt", "lockedUntil"].sort(); // for administrators alone
  const bodyOf = ({ body }: { readonly body: string }) =>
    JSON.parse(body) as Record<string, unknown>;
  for (const [name, answer] of Object.entries(answers)) {
    const expected = name === "getUser" || name === "updateUser" ? details : fields;
    expect([name, Object.keys(bodyOf(answer)).sort()]).toEqual([name, expected]);
  }

  const page = bodyOf(await get("/users", admin));
  const inPage = z.array(z.record(z.string(), z.unknown())).parse(page["items"]);
  expect(inPage.length).toBeGreaterThan(1);
  const shown = z.record(z.string(), z.unknown()).parse(bodyOf(login)["user"]);
  for (const item of inPage) expect(Object.keys(item).sort()).toEqual(details);
  expect(Object.keys(shown).sort()).toEqual(fields);
  expect([...Object.values(answers), login].map(({ body }) => body).join()).not.toMatch(
    /forty-two|\$pc1|\$2b\$/,
  );
});

describe("AZ-06 an administrator and passwords", () => {
  const administration = all.filter(({ security }) => security.role === "admin");

  test("AZ-06 no admin operation takes or answers a password, or anything else that is secret", () => {
    expect(administration.map(({ operationId }) => operationId)).toContain("updateUser");
    for (const { operationId, request, responses } of administration) {
      const { params, query, body } = request;
      const said = Object.values(responses).map((response) => response.body);
      for (const schema of [params, query, body, ...said]) {
        if (schema === undefined) continue;
        for (const part of walk(schema)) {
          expect([operationId, part.meta()?.["x-secret"]]).toEqual([operationId, undefined]);
          if (!(part instanceof z.ZodObject)) continue;
          // That there is one is told, and nothing else of it.
          const named = Object.entries(part.shape)
            .filter(([, field]) => !(field instanceof z.ZodBoolean))
            .map(([name]) => name)
            .filter((name) => /passw|hash|secret/i.test(name));
          expect([operationId, named]).toEqual([operationId, []]);
        }
      }
    }
  });

  test("AZ-06 a password in a change by an administrator is refused, and the owner's stays", async () => {
    const { email, userId } = await server.newLogin();
    for (const field of ["password", "newPassword", "passwordHash", "password_hash"]) {
      const body = JSON.stringify({ disabled: false, [field]: "a password of their choice" });
      const headers = { ...headersOf(admin), "content-type": "application/json" };
      expect((await server.send("PATCH", `/users/${userId}`, headers, body)).status).toBe(400);
    }
    expect((await server.post("/login", { email, password: PASSWORD })).status).toBe(200);
  });
});

describe("HD-02 nothing private is kept", () => {
  /** Alike for everybody, so that anybody may keep it. */
  const published = ["getJwks", "getPasswordPolicy", "getRelatedOrigins"];
  const noStore = all.filter(({ operationId }) => !published.includes(operationId));

  test.each(noStore.map((operation) => [operation.operationId, operation] as const))(
    "HD-02 no answer of %s may be stored, with and without a login",
    async (_, { method, path, security, request }) => {
      const owner = await server.newLogin();
      const caller = security.role === "admin" ? admin : owner;
      const where = path.replaceAll(/\{\w+\}/g, owner.userId);
      const [example] = request.body ? examplesOf(request.body) : [];
      const body = example === undefined ? undefined : JSON.stringify(example);
      const type = body === undefined ? {} : { "content-type": "application/json" };
      for (const headers of [type, { ...type, ...headersOf(caller) }]) {
        const answer = await server.send(method, where, headers, body);
        expect(answer.headers["cache-control"]).toBe("no-store");
        expect(answer.status).toBeLessThan(500);
        // A success that is none would test the same refusal twice.
        if (method === "GET" && (headers !== type || security.accepts.length === 0))
          expect(answer.status).toBe(
            security.accepts.includes("session") || security.optional ? 200 : 401,
          );
      }
    },
  );

  test("HD-02 the public keys, which anybody may keep, are the one exception", async () => {
    const { headers } = await server.send("GET", operations.getJwks.path);
    expect(headers["cache-control"]).toMatch(/^public, max-age=\d+/);
  });
});

describe("CF-04 no file of ours is served", () => {
  const files = execFileSync("git", ["ls-files"], { encoding: "utf8" }).trim().split("\n");
  const dotfiles = [".env", ".git/config", ".git/HEAD", ".npmrc", ".prettierrc", "auth-secret"];
  const data = ["data/portcullis.db", "portcullis.db", "test.db", "test.db-wal", "data/"];
  const ways = ["/", "/docs/", "/docs/../", "/docs/..%2f", "/%2e%2e/", "//", "/problems/"];

  test("CF-04 no source file, dotfile or database is served, whichever way it is asked for", async () => {
    expect(files).toContain("src/process/server.ts");
    const wanted = [
      ...dotfiles,
      ...data,
      ...files.filter((name) => !/^(test|client)\//.test(name)),
    ];
    const served: string[] = [];
    for (const name of wanted) {
      for (const way of ways) {
        const { status } = await server.send("GET", way + encodeURI(name));
        if (status !== 404 && status !== 400) served.push(`${status} ${way}${name}`);
      }
    }
    expect(served).toEqual([]);
  });

  test.skipIf(process.platform !== "linux")(
    "CF-04 the process's title and arguments, which every account of the machine can read, hold no secret",
    async () => {
      const secret = "correct-battery-0123456789-staple-horse";
      const environment = { AUTH_SECRET: secret, BCRYPT_COST: "10" };
      const started = await startServerProcess({ environment });
      onTestFinished(() => started.dispose());
      const visible = ["cmdline", "comm"].map((name) =>
        readFileSync(`/proc/${started.pid}/${name}`, "utf8").replaceAll("\0", " "),
      );
      expect(visible.join()).toContain("start.js");
      for (const value of [secret, ADMIN.password]) expect(visible.join()).not.toContain(value);
    },
  );
});

describe("CF-07 health and readiness", () => {
  test.each(["/healthz", "/readyz"])(
    "CF-07 %s says that it is up, and nothing else",
    async (path) => {
      const { status, body } = await server.send("GET", path);
      expect([status, body]).toEqual([200, '{"status":"ok"}']);
    },
  );

  test("CF-07 a process that cannot write says that it is not ready, and not why", async () => {
    const server = await startServerProcess();
    onTestFinished(() => server.dispose());
    const other = new DatabaseSync(server.databaseFile);
    onTestFinished(() => other.close());
    other.exec("begin immediate");
    const readiness = await fetch(`${server.baseUrl}/readyz`);
    const { requestId, ...said } = (await readiness.json()) as Record<string, unknown>;
    expect(readiness.status).toBe(503);
    const { type, title, status, detail, code } = problem("overloaded");
    expect(requestId).toBe(readiness.headers.get("x-request-id"));
    expect(said).toEqual({
      type,
      title,
      status,
      detail,
      code,
      retryAfterSeconds: expect.any(Number),
    });
    expect(await (await fetch(`${server.baseUrl}/healthz`)).text()).toBe('{"status":"ok"}');
  });
});
