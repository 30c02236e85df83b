/** Every operation met by every kind of caller. What must come of it is read off the contract's own security declarations. */
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Credential, signingIn } from "../../src/contract/credentials.ts";
import type { OperationDescription } from "../../src/contract/operation.ts";
import { type OperationId, operationIds, operations } from "../../src/contract/operations.ts";
import { CSRF_HEADER, isSafeMethod } from "../../src/contract/security.ts";
import { freshEmail } from "../support/clients.ts";
import { PASSWORD } from "../support/credentials.ts";
import { exampleOf } from "../support/example-inputs.ts";
import { type ServerProcess, startServerProcess } from "../support/server-process.ts";

/** A new kind of credential is met by every operation as well; `logIn` then asks how it is got. */
const ways = signingIn;
type Way = Credential;

/** The role in which a kind of caller is signed in; undefined where it is not. */
const kinds = {
  nobody: undefined,
  "a dead session": undefined,
  "a user": "user",
  "a disabled admin": undefined,
  "a demoted admin": "user",
  "an admin": "admin",
} as const;
type Kind = keyof typeof kinds;
const kindNames = Object.keys(kinds) as readonly Kind[]; // keys of a literal

type Outcome = "unauthenticated" | "forbidden" | "let in";

let server: ServerProcess;
let victim: { readonly userId: string; readonly sessionId: string };
const kept = new Map<string, Record<string, string>>();
beforeAll(async () => {
  server = await startServerProcess({ environment: { MAIL_LOGIN: "on" } });
  const { userId } = await newCredential("a user", "session");
  const [row] = sql("SELECT id FROM sessions WHERE user_id = ?", userId);
  victim = { userId, sessionId: String(row?.["id"]) };
});
afterAll(() => server.dispose());

describe.each(ways)("AZ-01 by %s", (way) => {
  test.each(operationIds)("%s answers each kind of caller as it declares", async (id) => {
    const outcomes: Record<string, Outcome> = {};
    for (const kind of kindNames) {
      const isLetIn = expected(id, way, kind) === "let in";
      const headers = await credentialFor(id, way, kind, isLetIn);
      const before = digest();
      outcomes[kind] = await outcomeOf(await call(id, headers, isLetIn));
      if (outcomes[kind] !== "let in") expect([kind, digest()]).toEqual([kind, before]);
    }
    expect(outcomes).toEqual(
      Object.fromEntries(kindNames.map((kind) => [kind, expected(id, way, kind)])),
    );
  });
});

test("AZ-01 the contract lets each kind of caller do what was decided, which the matrix alone would not notice", () => {
  // An operation that is missing here does not compile.
  const decided: Record<OperationId, string> = {
    signup: "nobody is asked",
    confirmSignup: "nobody is asked",
    getPasswordPolicy: "nobody is asked",
    login: "nobody is asked",
    startMailLogin: "nobody is asked",
    completeMailLogin: "nobody is asked",
    startPasskeyLogin: "nobody is asked",
    completePasskeyLogin: "nobody is asked",
    startSecondFactorPasskey: "nobody is asked",
    listProviders: "nobody is asked",
    startProviderLogin: "nobody is asked",
    completeProviderLogin: "nobody is asked",
    finishLogin: "nobody is asked",
    logout: "session, if any",
    getMe: "session or bearer, enrolled or not",
    updateMe: "session or bearer",
    requestEmailVerification: "session or bearer",
    confirmEmailVerification: "session or bearer",
    startEmailChange: "session or bearer, recently",
    confirmEmailChange: "session or bearer",
    undoEmailChange: "nobody is asked",
    startReauthentication: "session or bearer, enrolled or not",
    reauthenticate: "session or bearer, enrolled or not",
    listMyFactors: "session or bearer, enrolled or not",
    startTotp: "session or bearer, recently, enrolled or not",
    confirmTotp: "session or bearer, recently, enrolled or not",
    removeTotp: "session or bearer, recently",
    renewRecoveryCodes: "session or bearer, recently",
    startPasskey: "session or bearer, recently, enrolled or not",
    addPasskey: "session or bearer, recently, enrolled or not",
    listMyPasskeys: "session or bearer, enrolled or not",
    renamePasskey: "session or bearer",
    removePasskey: "session or bearer, recently",
    listMyIdentities: "session or bearer",
    startProviderLink: "session or bearer, recently",
    completeProviderLink: "session or bearer, recently",
    claimIdentity: "session or bearer, recently",
    removeMyIdentity: "session or bearer, recently",
    listMySessions: "session or bearer",
    revokeMySession: "session or bearer",
    revokeMyOtherSessions: "session or bearer",
    listMyEvents: "session or bearer",
    changePassword: "session or bearer, recently without currentPassword",
    deleteMe: "session or bearer, recently without password",
    tokenLogin: "nobody is asked",
    finishTokenLogin: "nobody is asked",
    tokenRefresh: "nobody is asked",
    tokenRevoke: "nobody is asked",
    getTokenMe: "bearer, enrolled or not",
    forgotPassword: "nobody is asked",
    resetPassword: "nobody is asked",
    listUsers: "session or bearer of an admin",
    inviteUser: "session or bearer of an admin, recently",
    getUser: "session or bearer of an admin",
    updateUser: "session or bearer of an admin, recently with role",
    unlockUser: "session or bearer of an admin",
    listUserSessions: "session or bearer of an admin",
    revokeUserSession: "session or bearer of an admin",
    revokeUserSessions: "session or bearer of an admin",
    resetUserFactors: "session or bearer of an admin, recently",
    listUserPasskeys: "session or bearer of an admin",
    removeUserPasskey: "session or bearer of an admin, recently",
    deleteUser: "session or bearer of an admin, recently",
    listUserFactors: "session or bearer of an admin",
    listUserIdentities: "session or bearer of an admin",
    listEvents: "session or bearer of an admin",
    getOverview: "session or bearer of an admin",
    listSigningKeys: "session or bearer of an admin",
    listSettings: "session or bearer of an admin",
    getDoctorReport: "session or bearer of an admin",
    getRelatedOrigins: "nobody is asked",
    getJwks: "nobody is asked",
    getHealth: "nobody is asked",
    getReadiness: "nobody is asked",
    getMetrics: "scrapers only",
  };
  const asks = ({ security, recent, whileUnenrolled }: OperationDescription) => {
    const { accepts, optional, role, scrapersOnly } = security;
    if (accepts.length === 0) return scrapersOnly ? "scrapers only" : "nobody is asked";
    const who = accepts.join(" or ") + (optional ? ", if any" : "");
    return [
      who + (role ? ` of an ${role}` : ""),
      ...(recent ? [`recently${bodyOf(recent)}`] : []),
      ...(whileUnenrolled ? ["enrolled or not"] : []),
    ].join(", ");
  };
  expect(Object.fromEntries(operationIds.map((id) => [id, asks(operations[id])]))).toEqual(decided);
});

test("AZ-01 the matrix has every outcome in it, for changes by each way", () => {
  for (const way of ways) {
    const changes = operationIds.filter((id) => !isSafeMethod(operations[id].method));
    const outcomes = changes.flatMap((id) => kindNames.map((kind) => expected(id, way, kind)));
    expect(new Set(outcomes)).toEqual(new Set(["unauthenticated", "forbidden", "let in"]));
  }
});

/** The bodies for which an operation asks for recent authentication, where not for all. */
function bodyOf(recent: NonNullable<OperationDescription["recent"]>): string {
  if (recent === true) return "";
  return "bodyHas" in recent ? ` with ${recent.bodyHas}` : ` without ${recent.bodyLacks}`;
}

function expected(id: OperationId, way: Way, kind: Kind): Outcome {
  const security: OperationDescription["security"] = operations[id].security;
  const role = security.accepts.includes(way) ? kinds[kind] : undefined;
  if (role === undefined) return security.optional ? "let in" : "unauthenticated";
  return security.role === undefined || security.role === role ? "let in" : "forbidden";
}

async function outcomeOf(response: Response): Promise<Outcome> {
  const body = await response.text();
  const code = response.ok || body === "" ? "" : (JSON.parse(body) as { code: string }).code;
  expect(response.status).toBeLessThan(500);
  // An answer that only another check gives: then this test would have asked nothing.
  expect(["csrf_rejected", "validation_failed", "invalid_json", "rate_limited"]).not.toContain(
    code,
  );
  if (code === "unauthenticated" || code === "forbidden") {
    expect(response.status).toBe(code === "forbidden" ? 403 : 401);
    return code;
  }
  return "let in";
}

/** A caller to be refused asks for a change that would leave a trace; one who is let in, for one that harms no other test. */
function call(id: OperationId, headers: Record<string, string>, isLetIn: boolean) {
  const { method, path, request }: OperationDescription = operations[id];
  const input = { ...exampleOf(request.params), ...exampleOf(request.body) };
  if (!isLetIn) Object.assign(input, victim);
  const url =
    server.baseUrl + path.replaceAll(/\{(\w+)\}/g, (_, name: string) => String(input[name]));
  const hasBody = request.body !== undefined;
  return fetch(url, {
    method,
    headers: { ...headers, ...(hasBody && { "content-type": "application/json" }) },
    body: hasBody ? JSON.stringify(exampleOf(request.body)) : null,
  });
}

/** A change that is let in may end its caller, so each has one of its own; all others share theirs. */
async function credentialFor(id: OperationId, way: Way, kind: Kind, isLetIn: boolean) {
  const shared = isLetIn && !isSafeMethod(operations[id].method) ? undefined : kept.get(way + kind);
  const headers = shared ?? (await newCredential(kind, way)).headers;
  if (!isLetIn || isSafeMethod(operations[id].method)) kept.set(way + kind, headers);
  return headers;
}

async function newCredential(kind: Kind, way: Way) {
  if (kind === "nobody") return { userId: "", headers: {} };
  const email = freshEmail();
  const { id: userId } = (await (await post("/signup", { email, password: PASSWORD })).json()) as {
    id: string;
  };
  if (kind.endsWith("admin")) sql("UPDATE users SET role = 'admin' WHERE id = ?", userId);
  const headers = await logIn(way, email);
  // In the database alone: the session itself is left as it was, and must not help.
  if (kind === "a disabled admin") sql("UPDATE users SET disabled = 1 WHERE id = ?", userId);
  if (kind === "a demoted admin") sql("UPDATE users SET role = 'user' WHERE id = ?", userId);
  if (kind === "a dead session")
    sql("UPDATE sessions SET expires_at = 1 WHERE user_id = ?", userId);
  return { userId, headers };
}

async function logIn(way: Way, email: string): Promise<Record<string, string>> {
  if (way === "bearer") {
    const answer = await post("/token/login", { email, password: PASSWORD });
    const { accessToken } = (await answer.json()) as { accessToken: string };
    return { authorization: `Bearer ${accessToken}` };
  }
  const answer = await post("/login", { email, password: PASSWORD });
  const cookies = answer.headers.getSetCookie().map((line) => line.split(";")[0]);
  const { csrfToken } = (await answer.json()) as { csrfToken: string };
  return { cookie: cookies.join("; "), [CSRF_HEADER]: csrfToken };
}

function post(path: string, body: object): Promise<Response> {
  const headers = { "content-type": "application/json" };
  return fetch(server.baseUrl + path, { method: "POST", headers, body: JSON.stringify(body) });
}

/**
 * All that is stored, but for what may change without anybody's having asked for it: the journal, which
 * tells of a refusal; the limits, which keep in mind that it was told; when a session was last used; how
 * far a mail has got; and what is past its life, which the cleaning takes away when its turn comes.
 */
function digest(): string {
  const tables = sql(
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT IN ('events', 'limits', 'jobs')",
  );
  return JSON.stringify(
    tables.map(({ name }) => {
      const rows = sql(`SELECT * FROM "${String(name)}" ORDER BY 1`);
      if (name === "mails") return [name, rows.map(({ id }) => id)];
      const living = rows.filter(({ expires_at: end }) => !(Number(end) < Date.now()));
      return [name, living.map((row) => ({ ...row, last_seen_at: undefined }))];
    }),
  );
}

function sql(statement: string, ...parameters: string[]): Record<string, unknown>[] {
  const database = new DatabaseSync(server.databaseFile, { timeout: 5_000 });
  try {
    return database.prepare(statement).all(...parameters);
  } finally {
    database.close();
  }
}
