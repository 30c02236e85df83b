/**
 * `SECOND_FACTOR`: which operations an account without its second factor may ask for is read off the contract. Each is
 * met by cookie and by token, under each value of the setting, with the factor and without.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Credential, signingIn } from "../../src/contract/credentials.ts";
import type { OperationDescription } from "../../src/contract/operation.ts";
import { type OperationId, operationIds, operations } from "../../src/contract/operations.ts";
import { CSRF_HEADER } from "../../src/contract/security.ts";
import { PASSWORD } from "../support/credentials.ts";
import { exampleOf } from "../support/example-inputs.ts";
import { type InProcessServer, startInProcessServer } from "../support/in-process-server.ts";
import { appOf, STEP_MS } from "../support/second-factors.ts";

const REFUSAL = "second_factor_enrolment_required";
const described = (id: OperationId): OperationDescription => operations[id];
const signedIn = operationIds.filter((id) => described(id).security.accepts.length > 0);

/** Whom the setting asks for a second factor, by role. */
const policies = {
  optional: { user: false, admin: false },
  admins: { user: false, admin: true },
  required: { user: true, admin: true },
} as const;
type Role = keyof (typeof policies)["optional"];

/** Those that an account without its factor may ask for, as it was decided. */
const OPEN: readonly OperationId[] = [
  // Ends a session, and asks nobody who it is.
  "logout",
  "getMe",
  "getTokenMe",
  "listMyFactors",
  "startReauthentication",
  "reauthenticate",
  "startTotp",
  "confirmTotp",
  "startPasskey",
  "addPasskey",
  "listMyPasskeys",
];

describe.each(Object.entries(policies))("MF-15 with SECOND_FACTOR=%s", (setting, asks) => {
  let server: InProcessServer;
  beforeAll(async () => {
    server = await startInProcessServer({ SECOND_FACTOR: setting });
  });
  afterAll(() => server.stop());

  const kept = new Map<string, Caller>();

  describe.each(["user", "admin"] as const)("of role %s", (role) => {
    describe.each(signingIn)("by %s", (way) => {
      const ids = signedIn.filter((id) => {
        const { accepts, role: needed } = described(id).security;
        return accepts.includes(way) && (needed === undefined || needed === role);
      });
      test.each(ids)("%s", async (id) => {
        const isOpen = OPEN.includes(id);
        const without = await callerOf(role, way);
        const before = everything(server);
        const answer = await call(server, id, without);
        const isRefused = asks[role] && !isOpen;
        expect([answer.status === 403, answer.body.includes(REFUSAL)]).toEqual(
          isRefused ? [true, true] : [expect.any(Boolean), false],
        );
        if (isRefused) expect(everything(server)).toBe(before);
        const having = await callerOf(role, way);
        server.sql("INSERT INTO totp_factors VALUES (?, x'00', 0, 0, NULL)", having.userId);
        expect((await call(server, id, having)).body).not.toContain(REFUSAL);
      });
    });

    test("adding an app is the way in, and removing it the way out", async () => {
      const { headers } = await callerOf(role, "session");
      const post = async (path: string, body?: object) =>
        server.send(
          "POST",
          path,
          { ...headers, ...(body && { "content-type": "application/json" }) },
          body && JSON.stringify(body),
        );
      const status = async () => (await server.send("GET", "/me/sessions", headers)).status;
      expect(await status()).toBe(asks[role] ? 403 : 200);
      const started = await post("/me/factors/totp/start");
      expect(started.status).toBe(200);
      const { setupToken, secret } = JSON.parse(started.body) as Record<string, string>;
      const code = appOf(secret ?? "").codeAt(Date.now() - STEP_MS);
      expect((await post("/me/factors/totp", { setupToken, code })).status).toBe(200);
      expect(await status()).toBe(200);
      expect((await server.send("DELETE", "/me/factors/totp", headers)).status).toBe(204);
      expect(await status()).toBe(asks[role] ? 403 : 200);
    });
  });

  /** A caller without a second factor: the one of before, unless what was asked for has ended it. */
  async function callerOf(role: Role, way: Credential): Promise<Caller> {
    const name = `${role} ${way}`;
    const known = kept.get(name);
    if (known !== undefined) {
      server.sql("DELETE FROM totp_factors WHERE user_id = ?", known.userId);
      server.sql(`UPDATE users SET role = '${role}' WHERE id = ?`, known.userId);
      if ((await server.send("GET", "/me", known.headers)).status === 200) return known;
    }
    const caller = await newCaller(server, role, way);
    kept.set(name, caller);
    return caller;
  }
});

test("MF-15 the contract leaves open what was decided, which the matrix alone would not notice", () => {
  const open = signedIn.filter(
    (id) => described(id).whileUnenrolled || described(id).security.optional,
  );
  expect([...open].sort()).toEqual([...OPEN].sort());
});

interface Caller {
  readonly userId: string;
  readonly headers: Record<string, string>;
}

async function newCaller(server: InProcessServer, role: Role, way: Credential): Promise<Caller> {
  const credentials = { email: server.freshEmail(), password: PASSWORD };
  const signedUp = await server.post("/signup", credentials);
  const { id: userId } = JSON.parse(signedUp.body) as { id: string };
  server.sql(`UPDATE users SET role = '${role}' WHERE id = ?`, userId);
  if (way === "bearer") {
    const accessToken = await server.bearer(credentials);
    return { userId, headers: { authorization: `Bearer ${accessToken}` } };
  }
  const { cookie, csrfToken } = await server.login(credentials);
  return { userId, headers: { cookie, [CSRF_HEADER]: csrfToken } };
}

/** The operation, with the input of its own example. */
function call(server: InProcessServer, id: OperationId, { headers }: Caller) {
  const { method, path, request } = described(id);
  const params = exampleOf(request.params);
  const url = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => String(params[name]));
  if (request.body === undefined) return server.send(method, url, headers);
  const body = JSON.stringify(exampleOf(request.body));
  return server.send(method, url, { ...headers, "content-type": "application/json" }, body);
}

/** Accounts, what they have, and what has begun: what a refusal must leave as it is. */
function everything(server: InProcessServer): string {
  const tables = ["users", "totp_factors", "recovery_codes", "passkeys", "challenges"];
  const rows = tables.map((table) => server.sql(`SELECT * FROM ${table}`));
  const sessions = server.sql("SELECT id, secret_hash FROM sessions");
  return JSON.stringify([rows, sessions, server.sql("SELECT id FROM mails")]);
}
