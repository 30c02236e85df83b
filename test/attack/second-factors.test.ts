/** Accounts with a second factor over HTTP: what nobody can tell of it, skip, or do to somebody else's. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { OperationDescription } from "../../src/contract/operation.ts";
import { operationIds, operations } from "../../src/contract/operations.ts";
import { comparable } from "../support/address-oracle.ts";
import {
  adminClient,
  cookieClient,
  dataOf,
  pendingOf,
  signedInClient,
  tokenClient,
} from "../support/clients.ts";
import { PASSWORD } from "../support/credentials.ts";
import { type InProcessServer, startInProcessServer } from "../support/in-process-server.ts";
import { addPasskeyOver, addTotpOver, passkeySettings } from "../support/second-factors.ts";

const WRONG = "not the password at all";

let server: InProcessServer;
beforeAll(async () => {
  server = await startInProcessServer({ ...passkeySettings, LIMIT_SECOND_FACTOR: "2/60" });
});
afterAll(() => server.stop());

async function withTotp() {
  const person = await signedInClient(server.address);
  return { ...person, ...(await addTotpOver(person.api)) };
}
const sessionsOf = (userId: string) =>
  server.sql("SELECT id FROM sessions WHERE user_id = ?", userId).length;

describe("MF-13 a wrong password", () => {
  test.each(["/login", "/token/login"])(
    "at %s is answered by the same bytes, whether or not the account has a second factor",
    async (path) => {
      const plain = await signedInClient(server.address);
      const withApp = await withTotp();
      const withPasskey = await signedInClient(server.address);
      await addPasskeyOver(withPasskey.api);
      const answers = [];
      for (const email of [plain.email, withApp.email, withPasskey.email, server.freshEmail()])
        answers.push(comparable(await server.post(path, { email, password: WRONG })));
      expect(new Set(answers).size).toBe(1);
      expect(answers[0]).toContain("invalid_credentials");
      expect(answers[0]).not.toMatch(/factor|loginToken|set-cookie/i);
    },
  );
});

describe("MF-16 a known device", () => {
  test("brings its owner past a lock, and past no second factor", async () => {
    const { email, user, api, app } = await withTotp();
    const login = async (headers: Record<string, string> = {}) =>
      server.post("/login", { email, password: PASSWORD }, headers);
    const half = JSON.parse((await login()).body) as { loginToken: string };
    const step = { method: "totp", code: app.codeAt(Date.now()) };
    const finished = await server.post("/login/finish", { loginToken: half.loginToken, ...step });
    const device = (finished.headers["set-cookie"] ?? []).find((line) =>
      line.startsWith("__Host-device="),
    );
    const headers = { cookie: device?.split(";")[0] ?? "" };
    expect(headers.cookie).toMatch(/^__Host-device=.{43}/);
    const before = sessionsOf(user.id);

    const lockedUntil = String(Date.now() + 3_600_000);
    server.sql("UPDATE users SET locked_until = ? WHERE id = ?", lockedUntil, user.id);
    expect((await login()).status).toBe(401);
    const known = await login(headers);
    expect([known.status, known.headers["set-cookie"]]).toEqual([202, undefined]);
    const { loginToken } = JSON.parse(known.body) as { loginToken: string };
    for (const path of ["/login/finish", "/token/login/finish"]) {
      const skipped = await server.post(path, { loginToken, method: "none" }, headers);
      expect([skipped.status, skipped.headers["set-cookie"]]).toEqual([401, undefined]);
    }
    expect(sessionsOf(user.id)).toBe(before);
    const next = { method: "totp", code: app.codeAt(Date.now() + 30_000) };
    const passed = await server.post("/login/finish", { loginToken, ...next }, headers);
    expect(passed.status).toBe(200);
    expect(dataOf(await api.getMe()).id).toBe(user.id);
  });
});

describe("MF-12 an administrator", () => {
  test("has operations on the factors of others that remove or list them, and none that adds or shows a secret", () => {
    const described = (id: (typeof operationIds)[number]): OperationDescription => operations[id];
    const onFactors = operationIds.filter(
      (id) => described(id).security.role === "admin" && /factor|passkey/i.test(described(id).path),
    );
    expect(onFactors.map((id) => [id, described(id).method])).toEqual([
      ["listUserFactors", "GET"],
      ["resetUserFactors", "DELETE"],
      ["listUserPasskeys", "GET"],
      ["removeUserPasskey", "DELETE"],
    ]);
  });

  test("removes them, which ends every session, tells the owner, and leaves the password as the way in", async () => {
    const { email, user, api, recoveryCodes } = await withTotp();
    const admin = await adminClient(server.address);
    const read = [
      await admin.getUser({ userId: user.id }),
      await admin.listUsers(),
      await admin.listUserPasskeys({ userId: user.id }),
    ];
    const shown = JSON.stringify(read.map((result) => dataOf(result)));
    for (const code of recoveryCodes) expect(shown).not.toContain(code);
    expect(shown).not.toMatch(/secret|otpauth|recovery/i);

    const pending = pendingOf(await cookieClient(server.address).login({ email, password: PASSWORD })); // prettier-ignore
    expect(await admin.resetUserFactors({ userId: user.id })).toMatchObject({ status: 204 });
    expect(await api.getMe()).toMatchObject({ ok: false, status: 401 });
    expect(sessionsOf(user.id)).toBe(0);
    for (const method of ["none", "recovery_code"] as const) {
      const step = method === "none" ? { method } : { method, code: recoveryCodes[0] ?? "" };
      const finished = await api.finishLogin({ ...step, loginToken: pending.loginToken });
      expect(finished).toMatchObject({ problem: { code: "invalid_login_token" } });
    }
    const told = server.sql(
      "SELECT body FROM events WHERE user_id = ? AND event = 'second_factors_reset'",
      user.id,
    );
    const adminId = dataOf(await admin.getMe()).id;
    expect(JSON.parse(String(told[0]?.["body"]))).toMatchObject({ actorId: adminId });
    expect(await api.login({ email, password: PASSWORD })).toMatchObject({ status: 200 });
  });

  test("cannot reset them with a session that is not theirs, and a user cannot at all", async () => {
    const { user } = await withTotp();
    const { api } = await signedInClient(server.address);
    expect(await api.resetUserFactors({ userId: user.id })).toMatchObject({ status: 403 });
    expect(server.sql("SELECT user_id FROM totp_factors WHERE user_id = ?", user.id)).toHaveLength(
      1,
    );
  });
});

test("MF-06 LIMIT_SECOND_FACTOR says after how many wrong codes none is looked at, and for how long", async () => {
  const { email, user, app } = await withTotp();
  const program = tokenClient(server.address);
  const { loginToken } = pendingOf(await program.tokenLogin({ email, password: PASSWORD }));
  const attempt = (code: string) => program.finishTokenLogin({ method: "totp", loginToken, code });
  for (let times = 0; times < 2; times += 1)
    expect(await attempt(app.wrongAt(Date.now()))).toMatchObject({ status: 401 });
  expect(await attempt(app.codeAt(Date.now()))).toMatchObject({
    problem: { code: "invalid_second_factor" },
  });
  const [row] = server.sql(
    "SELECT factor_locked_until - factor_failed_at AS ms FROM users WHERE id = ?",
    user.id,
  );
  expect(row?.["ms"]).toBe(60_000);
  server.sql("UPDATE users SET factor_locked_until = 1 WHERE id = ?", user.id);
  expect(await attempt(app.codeAt(Date.now()))).toMatchObject({ status: 200 });
});
