/**
 * Recent authentication: which operations ask for it, and for which bodies, is read off the contract. Each is met by
 * every age and kind of proof, carried by cookie and by token. A session that was stolen must not take the account over.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ReauthenticationMethod } from "../../src/contract/auth-methods.ts";
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
const FRESH_MS = RECENT_SECONDS * 1000 - LEEWAY_MS;

let server: InProcessServer;
beforeAll(async () => {
  server = await startInProcessServer({
    RECENT_AUTH_SECONDS: String(RECENT_SECONDS),
    MAIL_LOGIN: "on",
  });
});
afterAll(() => server.stop());

const described = (id: OperationId): OperationDescription => operations[id];
const asking = operationIds.filter((id) => described(id).recent !== undefined);
const signedIn = operationIds.filter((id) => described(id).security.accepts.length > 0);
const cases = signingIn.flatMap((way) =>
  asking.flatMap((id) => (described(id).security.accepts.includes(way) ? [{ way, id }] : [])),
);

/** The second factors of an account: their rows, and the ways to prove them. */
const factors = {
  nothing: { add: () => undefined, methods: ["password"] },
  "an unproved address no longer": { add: proveAddress, methods: ["password", "mail"] },
  "an app and recovery codes": {
    add(userId) {
      addTotp(userId);
      server.sql(`INSERT INTO recovery_codes VALUES (randomblob(32), ?, 0)`, userId);
    },
    methods: ["totp", "recovery_code"],
  },
  "an app, its codes used up, and a proved address": {
    add(userId) {
      addTotp(userId);
      proveAddress(userId);
    },
    methods: ["totp"],
  },
  "a passkey": { add: addPasskey, methods: ["passkey"] },
} satisfies Record<
  string,
  { add(userId: string): void; methods: readonly ReauthenticationMethod[] }
>;
type Factor = keyof typeof factors;
const factorNames = Object.keys(factors) as readonly Factor[]; // keys of a literal
const isSecond = (factor: Factor) => !factors[factor].methods.includes("password" as never);

/** When a session was proved, in milliseconds ago; null for never. */
interface Ages {
  readonly begun: number;
  readonly reauthenticated: number | null;
  readonly second: number | null;
}
const STALE: Ages = { begun: STALE_MS, reauthenticated: null, second: null };

interface Standing {
  readonly ages: Ages;
  /** Lets through an account without a second factor, and one that has some. */
  readonly isRecent: { readonly first: boolean; readonly second: boolean };
}
const standings: Readonly<Record<string, Standing>> = {
  "a fresh login": {
    ages: { begun: 0, reauthenticated: null, second: null },
    isRecent: { first: true, second: false },
  },
  "a stale login": {
    ages: STALE,
    isRecent: { first: false, second: false },
  },
  "a stale login that was proved again": {
    ages: { begun: 10 * STALE_MS, reauthenticated: FRESH_MS, second: null },
    isRecent: { first: true, second: false },
  },
  "a login that was proved again too long ago": {
    ages: { begun: 10 * STALE_MS, reauthenticated: STALE_MS, second: null },
    isRecent: { first: false, second: false },
  },
  "a fresh login by a second factor": {
    ages: { begun: 0, reauthenticated: null, second: 0 },
    isRecent: { first: true, second: true },
  },
  "a stale login by a second factor": {
    ages: { begun: STALE_MS, reauthenticated: null, second: STALE_MS },
    isRecent: { first: false, second: false },
  },
  "a stale second factor, and a first factor of now": {
    ages: { begun: 10 * STALE_MS, reauthenticated: 0, second: STALE_MS },
    isRecent: { first: true, second: false },
  },
  "a stale login with a second factor of now": {
    ages: { begun: 10 * STALE_MS, reauthenticated: 0, second: 0 },
    isRecent: { first: true, second: true },
  },
};

describe.each(cases)("SU-01 $id by $way", ({ id, way }) => {
  test.each(Object.entries(standings))("%s", async (_, { ages, isRecent }) => {
    for (const factor of factorNames) {
      const caller = await aged(await callerOf(way), ages);
      factors[factor].add(caller.userId);
      const before = everything();
      const answer = await call(id, caller, "asked");
      const isLetIn = isSecond(factor) ? isRecent.second : isRecent.first;
      expect([factor, isLetInBy(answer)]).toEqual([factor, isLetIn]);
      if (isLetIn) continue;
      expect(answer.status).toBe(403);
      expect(JSON.parse(answer.body)).toMatchObject({ methods: factors[factor].methods });
      expect(everything()).toBe(before);
    }
  });

  test("the proof is that of the very session", async () => {
    const stale = await aged(await newCaller(way), STALE);
    await newCaller(way, stale.email);
    expect((await call(id, stale, "asked")).body).toContain("reauthentication_required");
  });

  test.runIf(described(id).recent === true)("it is asked for before the body is read", async () => {
    const stale = await staleCaller(way);
    const { path, method } = described(id);
    const refused = await server.send(method, path, stale.headers);
    expect(refused.body).toContain("reauthentication_required");
  });
});

describe.each(signingIn)("SU-01 by %s", (way) => {
  // Those that have the problem of their own say it of the way that was asked for.
  const others = signedIn.filter((id) => {
    const { security, recent, problems } = described(id);
    const isOwn = problems.includes("reauthentication_required");
    return security.accepts.includes(way) && recent !== true && !isOwn;
  });
  test.each(others)("%s asks a stale login for nothing", async (id) => {
    const stale = await staleCaller(way);
    expect((await call(id, stale, "spared")).body).not.toContain('"reauthentication_required"');
  });

  test.each(signedIn.filter((id) => described(id).security.accepts.includes(way)))(
    "SU-02 %s makes nothing recent",
    async (id) => {
      for (const body of ["asked", "spared"] as const) {
        const stale = await staleCaller(way);
        const before = proofsOf(stale);
        await call(id, stale, body);
        // Gone with its session, or as it was; the example of `reauthenticate` has the right password.
        if (id === "reauthenticate") expect(proofsOf(stale)).not.toEqual(before);
        else expect([before, []]).toContainEqual(proofsOf(stale));
      }
    },
  );
});

test.each(asking)("SU-02 to %s, a refreshed token is as stale as its login", async (id) => {
  const answer = await call(id, await refreshed(await staleCaller("bearer")), "asked");
  expect(answer.status).toBe(403);
  expect(answer.body).toContain("reauthentication_required");
});

test("SU-03 an access token of before a proof is dead, and the next one is recent", async () => {
  const caller = await aged(await newCaller("bearer"), STALE);
  await new Promise((resolve) => setTimeout(resolve, 1_000)); // tokens count in seconds
  const json = { "content-type": "application/json" };
  const prove = () =>
    server.send(
      "POST",
      "/me/reauthentication",
      { ...caller.headers, ...json },
      JSON.stringify({ method: "password", password: PASSWORD }),
    );
  const proved = await prove();
  expect([proved.status, proved.headers["set-cookie"]]).toEqual([200, undefined]);
  for (const path of ["/me", "/token/me"])
    expect((await server.send("GET", path, caller.headers)).status).toBe(401);
  expect((await prove()).status).toBe(401);
  const next = await refreshed(caller);
  expect((await server.send("GET", "/token/me", next.headers)).status).toBe(200);
  expect(isLetInBy(await call("startTotp", next, "asked"))).toBe(true);
});

test("SU-03 by cookie, the answer has the next one, and the CSRF proof stays good", async () => {
  const caller = await aged(await newCaller("session"), STALE);
  const prove = (headers: Record<string, string>) =>
    server.send(
      "POST",
      "/me/reauthentication",
      { ...headers, "content-type": "application/json" },
      JSON.stringify({ method: "password", password: PASSWORD }),
    );
  const [one, other] = await Promise.all([prove(caller.headers), prove(caller.headers)]);
  const proved = one.status === 200 ? one : other;
  expect([one.status, other.status].sort()).toEqual([200, 401]);
  expect((await server.send("GET", "/me", caller.headers)).status).toBe(401);
  const lines = proved.headers["set-cookie"] ?? [];
  expect(lines.filter((line) => line.startsWith("__Host-session="))).toHaveLength(1);
  const cookie = lines.map((line) => line.split(";")[0]).join("; ");
  expect(
    isLetInBy(
      await call("startTotp", { ...caller, headers: { ...caller.headers, cookie } }, "asked"),
    ),
  ).toBe(true);
});

test("SU-01 the contract asks for a recent login where it was decided, which the matrix alone would not notice", () => {
  expect(Object.fromEntries(asking.map((id) => [id, described(id).recent]))).toEqual({
    startEmailChange: true,
    startProviderLink: true,
    completeProviderLink: true,
    claimIdentity: true,
    removeMyIdentity: true,
    startTotp: true,
    confirmTotp: true,
    removeTotp: true,
    renewRecoveryCodes: true,
    startPasskey: true,
    addPasskey: true,
    removePasskey: true,
    changePassword: { bodyLacks: "currentPassword" },
    deleteMe: { bodyLacks: "password" },
    inviteUser: true,
    updateUser: { bodyHas: "role" },
    resetUserFactors: true,
    removeUserPasskey: true,
    deleteUser: true,
  });
});

interface Caller {
  readonly email: string;
  readonly userId: string;
  readonly passwordHash: string;
  readonly headers: Record<string, string>;
  readonly sessionId: string;
  /** Empty where it has none. */
  readonly refreshToken: string;
  /** Of its access token, in milliseconds since the epoch. */
  readonly madeAt: number;
}

/** An administrator, so that every operation is allowed but for what is tested. */
async function newCaller(way: Credential, known?: string): Promise<Caller> {
  const email = known ?? server.freshEmail();
  const credentials = { email, password: PASSWORD };
  if (known === undefined) {
    await server.post("/signup", credentials);
    server.sql("UPDATE users SET role = 'admin' WHERE email = ?", email);
  }
  const [user] = server.sql("SELECT id, password_hash FROM users WHERE email = ?", email);
  const userId = String(user?.["id"]);
  const passwordHash = String(user?.["password_hash"]);
  const madeAt = Date.now();
  if (way === "bearer") {
    const answer = await server.post("/token/login", credentials);
    const { accessToken, refreshToken } = JSON.parse(answer.body) as Record<string, string>;
    const [sessionId = ""] = refreshToken?.split(".") ?? [];
    const headers = { authorization: `Bearer ${accessToken}` };
    return {
      email,
      userId,
      passwordHash,
      headers,
      sessionId,
      refreshToken: refreshToken ?? "",
      madeAt,
    };
  }
  const { cookie, csrfToken } = await server.login(credentials);
  const sessions = "SELECT id FROM sessions WHERE user_id = ? ORDER BY id DESC LIMIT 1";
  const sessionId = String(server.sql(sessions, userId)[0]?.["id"]);
  const headers = { cookie, [CSRF_HEADER]: csrfToken };
  return { email, userId, passwordHash, headers, sessionId, refreshToken: "", madeAt };
}

async function staleCaller(way: Credential): Promise<Caller> {
  return aged(await callerOf(way), STALE);
}

const kept = new Map<Credential, Caller>();

/** A caller without second factors: the one of before, unless what was asked for has ended it. */
async function callerOf(way: Credential): Promise<Caller> {
  const known = kept.get(way);
  if (known !== undefined) {
    await aged(known, { begun: 0, reauthenticated: null, second: null });
    for (const table of ["totp_factors", "recovery_codes", "passkeys"])
      server.sql(`DELETE FROM ${table} WHERE user_id = ?`, known.userId);
    server.sql(
      "UPDATE users SET email_verified = 0, role = 'admin', password_hash = ? WHERE id = ?",
      known.passwordHash,
      known.userId,
    );
    if ((await server.send("GET", "/me", known.headers)).status === 200) return known;
  }
  const caller = await newCaller(way);
  kept.set(way, caller);
  return caller;
}

/** The caller as if the session had been proved at these times. */
async function aged(caller: Caller, { begun, reauthenticated, second }: Ages): Promise<Caller> {
  const ago = (ms: number | null) => (ms === null ? "NULL" : String(Date.now() - ms));
  server.sql(
    `UPDATE sessions SET created_at = ${ago(begun)}, authenticated_at = ${ago(reauthenticated)},
      second_factor_at = ${ago(second)} WHERE id = ?`,
    caller.sessionId,
  );
  // A token of before the last proof is dead.
  const isDead = reauthenticated !== null && Date.now() - reauthenticated >= caller.madeAt;
  return isDead && caller.refreshToken !== "" ? refreshed(caller) : caller;
}

/** The caller with the next access token. */
async function refreshed(caller: Caller): Promise<Caller> {
  const answer = await server.post("/token/refresh", { refreshToken: caller.refreshToken });
  expect(answer.status).toBe(200);
  const pair = JSON.parse(answer.body) as { accessToken: string; refreshToken: string };
  const headers = { authorization: `Bearer ${pair.accessToken}` };
  const next = { ...caller, headers, refreshToken: pair.refreshToken, madeAt: Date.now() };
  if (kept.get("bearer")?.sessionId === caller.sessionId) kept.set("bearer", next);
  return next;
}

function proofsOf({ sessionId }: Caller) {
  const proofs = "SELECT created_at, authenticated_at, second_factor_at FROM sessions WHERE id = ?";
  return server.sql(proofs, sessionId);
}

function addTotp(userId: string): void {
  server.sql("INSERT INTO totp_factors VALUES (?, x'00', 0, 0, NULL)", userId);
}

function addPasskey(userId: string): void {
  server.sql(
    `INSERT INTO passkeys VALUES (lower(hex(randomblob(16))), ?, randomblob(16), x'00', -7, 0, 0, 0, 1,
      '', x'00', 'Phone', 0, NULL)`,
    userId,
  );
}

function proveAddress(userId: string): void {
  server.sql("UPDATE users SET email_verified = 1 WHERE id = ?", userId);
}

/** True where the answer is the handler's, whatever it says; throws for one that another check gives. */
function isLetInBy({ status, body }: { readonly status: number; readonly body: string }): boolean {
  const { code = "" } = (body === "" ? {} : JSON.parse(body)) as { code?: string };
  expect([
    "unauthenticated",
    "csrf_rejected",
    "forbidden",
    "validation_failed",
    "invalid_json",
  ]).not.toContain(code);
  expect(status).toBeLessThan(500);
  return code !== "reauthentication_required";
}

/** The operation, with an input of its own examples that asks for recent authentication, or is spared it. */
function call(id: OperationId, { headers }: Caller, kind: "asked" | "spared") {
  const { method, path, request } = described(id);
  const params = exampleOf(request.params);
  const url = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => String(params[name]));
  if (request.body === undefined) return server.send(method, url, headers);
  const fresh = Object.entries(bodyFor(id, kind)).map(([name, value]) =>
    /email$/i.test(name) ? [name, server.freshEmail()] : [name, value],
  );
  const body = JSON.stringify(Object.fromEntries(fresh));
  return server.send(method, url, { ...headers, "content-type": "application/json" }, body);
}

/** Values of fields that the example leaves out. */
const unshown: Record<string, unknown> = { role: "user" };

function bodyFor(id: OperationId, kind: "asked" | "spared"): Record<string, unknown> {
  const { recent, request } = described(id);
  const example = exampleOf(request.body);
  if (recent === undefined || recent === true) return example;
  const [name, isAskedWith] =
    "bodyHas" in recent ? [recent.bodyHas, true] : [recent.bodyLacks, false];
  const { [name]: value = unshown[name], ...others } = example;
  return (kind === "asked") === isAskedWith ? { ...others, [name]: value } : others;
}

/**
 * All that is stored, but for what may change without anybody's having asked for it: the journal, the limits that keep
 * in mind what it was told, and when a session was last used.
 */
function everything(): string {
  const tables = server.sql(
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT IN ('events', 'limits', 'jobs')",
  );
  return JSON.stringify(
    tables.map(({ name }) => [
      name,
      server
        .sql(`SELECT * FROM "${String(name)}"`)
        .map((row) => (name === "mails" ? row["id"] : { ...row, last_seen_at: undefined })),
    ]),
  );
}
