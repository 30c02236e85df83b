/** Whatever is sent to whichever operation, by whomever: a declared answer, and nothing changed by what is refused. */
import { createHash } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { z } from "zod";
import {
  ignoresQuery,
  type OperationDescription,
  problemsOf,
} from "../../src/contract/operation.ts";
import { operationIds, operations } from "../../src/contract/operations.ts";
import { combinationsOf, samplesOf, validOf } from "../support/generated-values.ts";
import { ADMIN, PASSWORD } from "../support/credentials.ts";
import {
  type InProcessServer,
  type Login,
  startInProcessServer,
} from "../support/in-process-server.ts";
import { expectSoundAnswer } from "../support/sound-answer.ts";

const SEED = 20_261_123;
const RUNS_PER_OPERATION = 40;

const callers = ["nobody", "user", "admin"] as const;
type CallerName = (typeof callers)[number];
interface Attack {
  readonly caller: CallerName;
  readonly withProof: boolean;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string | undefined;
}

/** Nothing listens there: what gets as far as to it is answered, and no stranger is asked. */
const deadProvider = {
  PROVIDERS: "acme",
  PROVIDER_ACME_ISSUER: "http://127.0.0.1:1",
  PROVIDER_ACME_CLIENT_ID: "portcullis",
  PROVIDER_ACME_CLIENT_SECRET: "quiet-river-of-glass-41",
};

let server: InProcessServer;
let user: { email: string; password: string };
let adminId: string;
/** The callers' passwords, which an attack may change: it has a proof, and may guess the right one. */
let hashes: Record<string, unknown>[];
/** Of an account that is there to be changed, disabled and deleted. */
let targetId: string;
interface Access extends Login {
  readonly accessToken: string;
}
const logins = new Map<CallerName, Access>();

beforeAll(async () => {
  server = await startInProcessServer({ MAIL_LOGIN: "on", ...deadProvider });
  user = { email: server.freshEmail(), password: PASSWORD };
  await server.post("/signup", user);
  adminId = (await loginOf("admin")).userId;
  hashes = server.sql("SELECT id, password_hash FROM users");
});
afterAll(() => server.stop());

test.each(operationIds)(
  "IV-01 IV-02 IV-03 whatever is sent to %s, the answer is declared, and a refusal changes nothing",
  async (id) => {
    const operation: OperationDescription = operations[id];
    targetId = (await server.newLogin()).userId;
    const met: string[] = [];
    await fc.assert(
      fc.asyncProperty(attackOn(operation), async (attack) => {
        met.push(await withstand(operation, attack));
      }),
      { seed: SEED, numRuns: RUNS_PER_OPERATION, endOnFailure: true },
    );
    // Some were refused at the gate, and some came through to the operation itself.
    const own = ["success", ...operation.problems];
    expect(met.filter((outcome) => own.includes(outcome)).length).toBeGreaterThan(1);
    // Nothing of a request is read where even the query is ignored: there is one answer.
    if (!ignoresQuery(operation)) expect(new Set(met).size).toBeGreaterThan(1);
  },
);

/** Makes the attack, and answers what it met: `success`, or the problem's code. */
async function withstand(operation: OperationDescription, attack: Attack): Promise<string> {
  const { method, security } = operation;
  const onlyBearer = security.accepts.every((credential) => credential === "bearer");
  const login = attack.caller === "nobody" ? undefined : await loginOf(attack.caller);
  const headers = {
    ...(login && { cookie: login.cookie }),
    ...(login && onlyBearer && { authorization: `Bearer ${login.accessToken}` }),
    ...(login && attack.withProof && { "x-csrf-token": login.csrfToken }),
    ...(attack.body !== undefined && {
      "content-type": "application/json",
      "content-length": String(Buffer.byteLength(attack.body)),
    }),
    ...attack.headers,
  };
  const before = state();
  const answer = await server.send(method, attack.path, headers, attack.body);
  // An answer may be kept where the contract says so, and only if it is no refusal.
  const isCacheable = "cache-control" in (operation.responses[answer.status]?.headers ?? {});
  const { "access-control-allow-origin": shared, ...rest } = answer.headers;
  const isForAll = ["getJwks", "listProviders"].includes(operation.operationId);
  expect(shared).toBe(isForAll ? "*" : undefined); // HD-10
  expectSoundAnswer({
    ...answer,
    headers: isCacheable ? { ...rest, "cache-control": "no-store" } : rest,
  });
  if (answer.status >= 400) {
    const { code } = JSON.parse(answer.body) as { code: string };
    // A parameter such as "" or "a/b" makes a path that nothing is served at.
    const ofServer = operation.request.params ? ["not_found", "method_not_allowed"] : [];
    expect([...problemsOf(operation), ...ofServer]).toContain(code);
    expect(state()).toBe(before);
    return code;
  }
  expect(Object.keys(operation.responses).map(Number)).toContain(answer.status);
  // The administrator stays the last one, whom no success can demote, disable or delete.
  if (method !== "GET") server.sql("UPDATE users SET role = 'user' WHERE id <> ?", adminId);
  // A logout that succeeds, for one, ends the login; a change of password, the next one.
  if (method !== "GET" && security.accepts.length > 0) {
    logins.clear();
    for (const { id, password_hash } of hashes)
      server.sql(
        "UPDATE users SET password_hash = ? WHERE id = ?",
        String(password_hash),
        String(id),
      );
  }
  return "success";
}

async function loginOf(caller: "user" | "admin"): Promise<Access> {
  const known = logins.get(caller);
  if (known) return known;
  const credentials = caller === "admin" ? ADMIN : user;
  const login = {
    ...(await server.login(credentials)),
    accessToken: await server.bearer(credentials),
  };
  logins.set(caller, login);
  return login;
}

/** A digest of what there is, without what a refusal may raise: wrong passwords, limits, events. */
function state(): string {
  const rows = [
    "SELECT id, email, password_hash, role, disabled, created_at FROM users ORDER BY id",
    "SELECT id, user_id, refresh_counter, expires_at FROM sessions ORDER BY id",
    "SELECT user_id, expires_at FROM devices ORDER BY id",
    "SELECT user_id, purpose, subject, expires_at FROM challenges ORDER BY id",
    "SELECT kid, retired_at FROM signing_keys ORDER BY kid",
  ].map((statement) => server.sql(statement));
  return createHash("sha256").update(JSON.stringify(rows)).digest("hex");
}

function attackOn(operation: OperationDescription): fc.Arbitrary<Attack> {
  const { params, query, body } = operation.request;
  const path = fc
    .record(
      Object.fromEntries(Object.keys(params?.shape ?? {}).map((name) => [name, oddSegment(name)])),
    )
    .map((values) =>
      operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name] ?? ""),
    );
  return fc.record({
    caller: operation.security.role
      ? mostly(fc.constant("admin" as const), fc.constantFrom(...callers))
      : fc.constantFrom(...callers),
    withProof: mostly(fc.constant(true), fc.constant(false)),
    path: fc
      .tuple(path, query ? oddQuery(query) : mostly(fc.constant(""), oddQuery(query)))
      .map(([before, after]) => before + after),
    headers: mostly(fc.constant({}), oddHeaders),
    body: body ? oddBody(body) : mostly(fc.constant(undefined), oddBody(undefined)),
  });
}

function mostly<A, B>(usual: fc.Arbitrary<A>, odd: fc.Arbitrary<B>): fc.Arbitrary<A | B> {
  return fc.oneof({ weight: 3, arbitrary: usual }, { weight: 1, arbitrary: odd });
}

const oddText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 60 }),
  fc.string({ unit: "grapheme", maxLength: 60 }),
  fc.constantFrom("__proto__", "constructor", "' OR 1=1 --", "\0", "\u202e", "${7*7}", "../../etc"),
);

/** One segment of a path, escaped: an id of somebody, of a provider, of nobody, or anything else. */
function oddSegment(name: string): fc.Arbitrary<string> {
  return mostly(
    name === "providerId"
      ? fc.constantFrom("acme", "acme", "google")
      : fc.oneof(
          fc.constant("admin").map(() => adminId),
          fc.constant("target").map(() => targetId),
          fc.uuid({ version: 7 }),
        ),
    fc.oneof(
      fc.uuid({ version: 4 }),
      oddText.map(encodeURIComponent),
      fc.constantFrom("%", "%ff", "%00", "..%2f", "%2e%2e", "a%2Fb", "*", "a".repeat(2000)),
    ),
  );
}

function oddQuery(query: OperationDescription["request"]["query"]): fc.Arbitrary<string> {
  const known = Object.entries<z.core.$ZodType>(query?.shape ?? {});
  const pairsOf = (values: (schema: z.core.$ZodType) => readonly unknown[]) =>
    known.map(([name, schema]) =>
      fc.constantFrom(...values(schema)).map((value) => [name, String(value)] as const),
    );
  // Each name once, as the list would have it; or whatever comes.
  const fair = fc
    .tuple(...pairsOf(validOf).map((pair) => fc.option(pair, { nil: undefined, freq: 2 })))
    .map((list) => list.filter((pair) => pair !== undefined));
  const odd = fc.array(fc.oneof(...pairsOf(samplesOf), fc.tuple(oddText, oddText)), {
    maxLength: 4,
  });
  const pairs = mostly(fair, odd).map(
    (list) => `?${list.map(([name, value]) => `${escaped(name)}=${escaped(value)}`).join("&")}`,
  );
  return mostly(
    pairs,
    fc.constantFrom("?", "?&&=", "?%", "?limit=%ff", "?limit=1&limit=2", "?a[b]=1"),
  );
}

/** Half a character has no escape; what stands for it does. */
function escaped(text: string): string {
  return encodeURIComponent(text.toWellFormed()).slice(0, 2000);
}

/** Those that a handler or the pipeline reads; what frames a message is for `wire.test.ts`. */
const oddHeaders = fc.dictionary(
  fc.constantFrom(
    ...["accept", "accept-language", "authorization", "content-type", "cookie", "if-none-match"],
    ...["origin", "range", "referer", "sec-fetch-site", "user-agent", "x-csrf-token"],
    ...["forwarded", "x-forwarded-for", "x-http-method-override", "x-request-id", "x-unknown"],
  ),
  fc.oneof(
    fc.string({ unit: "grapheme-ascii", maxLength: 60 }),
    fc.constantFrom(
      "",
      "null",
      "Bearer",
      "Bearer a.b.c",
      "Basic Og==",
      "cross-site",
      "\u00e9\u00ff",
    ),
    fc.constantFrom("__Host-session=a.b", "__Host-device=%00", "text/plain", "application/json;"),
  ),
  { minKeys: 1, maxKeys: 3 },
);

function oddBody(schema: OperationDescription["request"]["body"]): fc.Arbitrary<string> {
  const json = fc.jsonValue({ maxDepth: 4 }).map((value) => JSON.stringify(value));
  const noJson = fc.constantFrom("", "{", "[[", "nul", "{'a':1}", '{"a":1}}', "\ufeff{}", "\0");
  if (!schema) return fc.oneof(json, noJson);
  const asJson = (values: readonly unknown[]) =>
    fc.constantFrom(...values).map((value) => JSON.stringify(value));
  return fc.oneof(
    { weight: 5, arbitrary: asJson(combinationsOf(schema)) },
    { weight: 3, arbitrary: asJson(samplesOf(schema)) },
    { weight: 2, arbitrary: json },
    { weight: 1, arbitrary: noJson },
  );
}
