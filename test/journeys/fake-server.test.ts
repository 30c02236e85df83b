/**
 * The client's fake server is no second truth: all it answers is held to the document, and a journey
 * through it comes to the same statuses, codes and shapes as through the real server.
 */
import { join } from "node:path";
import { createClient, memoryTokens, type Result } from "@portcullis/client";
import { cookieJar } from "@portcullis/client/node";
import { createFakeServer, type ProblemCode } from "@portcullis/client/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { problemsOf, type OperationDescription } from "../../src/contract/operation.ts";
import { operationIds, operations, type OperationId } from "../../src/contract/operations.ts";
import { problem } from "../../src/contract/problems.ts";
import { answerFaults } from "../support/documented-answers.ts";
import { cookieClient, freshEmail } from "../support/clients.ts";
import { NEW_PASSWORD, PASSWORD } from "../support/credentials.ts";
import { waitFor } from "../support/wait-for.ts";
import { mailsTo, tokenIn } from "../support/mailbox.ts";
import { type ServerProcess, startServerProcess } from "../support/server-process.ts";

type Fetch = (request: Request) => Promise<Response>;
interface Step {
  readonly step: string;
  readonly status: number;
  readonly headers: readonly string[];
  readonly cookies: readonly string[];
  readonly body: unknown;
}
interface Target {
  readonly baseUrl: string;
  readonly fetch: Fetch;
  /** The token that was mailed to the address. */
  readonly resetToken: (email: string) => Promise<string>;
}

const described: Readonly<Record<OperationId, OperationDescription>> = operations;
/** The headers that both send because the document says so; the rest is the real server's defence of browsers. */
const DOCUMENTED_HEADERS = ["cache-control", "content-type", "retry-after", "www-authenticate"];

let server: ServerProcess;
beforeAll(async () => {
  server = await startServerProcess();
});
afterAll(() => server.dispose());

it("the fake server answers a whole journey as the real one does", async () => {
  const real = await journey({
    baseUrl: server.baseUrl,
    fetch: (request) => fetch(request),
    resetToken: (email) =>
      waitFor(async () => {
        const mails = await mailsTo(join(server.folder, "outbox"), email);
        return mails.map(tokenIn).find((token) => token !== "");
      }),
  });
  const fake = createFakeServer();
  const faked = await journey({
    baseUrl: "http://localhost",
    fetch: fake.fetch,
    resetToken: async (email) => fake.resetToken(email) ?? "",
  });
  expect(faked.map(({ step }) => step)).toEqual(real.map(({ step }) => step));
  for (const [index, step] of faked.entries()) expect(step).toEqual(real[index]);
  expect(new Set(real.map(({ status }) => status)).size).toBeGreaterThan(7);
}, 60_000);

describe("every documented problem can be provoked on the fake server, and is what the document says:", () => {
  it.each(operationIds)("%s", async (id) => {
    const fake = createFakeServer();
    const { method, path } = described[id];
    for (const code of problemsOf(described[id])) {
      fake.fail(id, code as ProblemCode<typeof id>); // of this very operation
      const url = `http://localhost${path.replaceAll(/\{\w+\}/g, crypto.randomUUID())}`;
      const response = await fake.fetch(new Request(url, { method }));
      expect(response.status).toBe(problem(code).status);
      expect(await response.clone().json()).toMatchObject({ code });
      await expectDocumented(id, response);
    }
  });
});

/** Signs up, logs in, changes, forgets and resets, rightly and wrongly, and tells what came of each step. */
async function journey({ baseUrl, fetch: send, resetToken }: Target): Promise<Step[]> {
  const steps: Step[] = [];
  const email = freshEmail();
  const jar = cookieJar();
  const recorded: Fetch = async (request) => {
    const response = await send(request);
    const [id] = operationIds.filter((each) => isOperation(each, request));
    if (id !== undefined) await expectDocumented(id, response);
    steps.push(await stepOf(`${request.method} ${id}`, response));
    return response;
  };
  const options = { baseUrl, fetch: recorded };
  const browser = createClient({ ...options, cookies: jar });
  const program = createClient({ ...options, tokens: memoryTokens() });
  const stranger = cookieClient(baseUrl, { fetch: recorded });

  await stranger.getPasswordPolicy();
  await stranger.getMe();
  await stranger.logout();
  await stranger.signup({ email: "no address", password: "short" });
  await stranger.signup({ email, password: PASSWORD, role: "admin" } as never);
  await stranger.signup({ email } as never);
  await stranger.signup({ email, password: 7 } as never);
  await stranger.signup({ email, password: "x".repeat(257) });
  await stranger.signup({ email, password: "too short" });
  await stranger.signup({ email: ` ${email.toUpperCase()} `, password: PASSWORD });
  await stranger.signup({ email, password: PASSWORD });
  await stranger.login({ email, password: "not the password at all" });
  await stranger.login({ email: freshEmail(), password: PASSWORD });

  await browser.login({ email, password: PASSWORD });
  await browser.login({ email: email.toUpperCase(), password: PASSWORD });
  await browser.getMe();
  await browser.listUsers();
  await browser.deleteUser({ userId: crypto.randomUUID() });
  const cookie = await jar.cookieHeader(baseUrl);
  await stranger.logout({}, { headers: { cookie } });
  await stranger.logout({}, { headers: { cookie, "x-csrf-token": "x".repeat(43) } });
  await stranger.getTokenMe({}, { headers: { cookie } });
  await recorded(new Request(`${baseUrl}/me`, { headers: { cookie, authorization: "Bearer x" } }));
  await stranger.login(
    { email, password: PASSWORD },
    { headers: { "sec-fetch-site": "cross-site" } },
  );

  const first = await program.tokenLogin({ email, password: PASSWORD });
  await program.getTokenMe();
  await program.getMe();
  await program.tokenRefresh({ refreshToken: "nonsense" });
  const second = await program.tokenRefresh({ refreshToken: refreshTokenOf(first) });
  await program.tokenRefresh({ refreshToken: refreshTokenOf(first) });
  await program.tokenRefresh({ refreshToken: refreshTokenOf(second) });
  await program.tokenRefresh({ refreshToken: refreshTokenOf(first) });
  await program.getTokenMe();
  await program.tokenRevoke({ token: "nonsense" });
  await program.tokenRevoke({
    token: refreshTokenOf(await program.tokenLogin({ email, password: PASSWORD })),
  });
  await program.getTokenMe();

  await browser.listMyEvents();
  await browser.listMyEvents({ limit: 2 });
  await browser.listMyEvents({ limit: 101 });
  await browser.listMyEvents({ cursor: "nonsense" });
  await stranger.listMyEvents();

  await stranger.login({ email, password: PASSWORD });
  const sessions = await browser.listMySessions();
  await browser.listMySessions({ limit: 1 });
  await browser.listMySessions({ limit: 0 });
  await browser.listMySessions({ limit: 101 });
  const items = sessions.ok ? sessions.data.items : [];
  const other = items.find(({ current }) => !current);
  await browser.revokeMySession({ sessionId: other?.id ?? "" });
  await browser.revokeMySession({ sessionId: other?.id ?? "" });
  await browser.revokeMySession({ sessionId: "nonsense" });
  await browser.revokeMyOtherSessions();
  await stranger.getMe();

  await program.tokenLogin({ email, password: PASSWORD });
  await browser.changePassword({
    currentPassword: "not the password at all",
    newPassword: NEW_PASSWORD,
  });
  await browser.changePassword({ currentPassword: PASSWORD, newPassword: "too short" });
  await browser.changePassword({ currentPassword: PASSWORD, newPassword: NEW_PASSWORD });
  await browser.getMe();
  await program.getMe();
  await browser.login({ email, password: PASSWORD });

  await stranger.forgotPassword({ email: freshEmail() });
  await stranger.forgotPassword({ email });
  const token = await resetToken(email);
  await stranger.resetPassword({ token: "nonsense", newPassword: NEW_PASSWORD });
  await stranger.resetPassword({ token, newPassword: "too short" });
  await stranger.resetPassword({ token, newPassword: PASSWORD });
  await stranger.resetPassword({ token, newPassword: NEW_PASSWORD });
  await browser.getMe();
  await browser.login({ email, password: PASSWORD });
  const events = await browser.listMyEvents({ limit: 5 });
  const cursor = events.ok ? events.data.nextCursor : null;
  await browser.listMyEvents({ cursor: cursor ?? "", limit: 100 });
  await browser.deleteMe({ password: NEW_PASSWORD });
  await browser.deleteMe({ password: PASSWORD });
  await browser.getMe();
  await browser.login({ email, password: PASSWORD });
  for (const open of ["getHealth", "getReadiness"] as const) await stranger[open]();

  const login = (body: string, type: string) =>
    recorded(
      new Request(`${baseUrl}/login`, { method: "POST", body, headers: { "content-type": type } }),
    );
  await login("{", "application/json");
  await login("[]", "application/json");
  await login(JSON.stringify({ email, password: PASSWORD }), "text/plain");
  return steps;
}

function refreshTokenOf(result: Result<"tokenLogin"> | Result<"tokenRefresh">): string {
  return result.ok ? result.data.refreshToken : "";
}

function isOperation(id: OperationId, { method, url }: Request): boolean {
  const pattern = described[id].path.replaceAll(/\{\w+\}/g, "[^/]+");
  return described[id].method === method && new RegExp(`^${pattern}$`).test(new URL(url).pathname);
}

/** Its status, headers, media type and body are those of the document. */
async function expectDocumented(id: OperationId, response: Response): Promise<void> {
  expect(await answerFaults(id, response)).toEqual([]);
}

async function stepOf(step: string, response: Response): Promise<Step> {
  const { status, headers } = response;
  const text = await response.clone().text();
  return {
    step,
    status,
    headers: DOCUMENTED_HEADERS.filter((name) => headers.has(name)),
    // The cookies and their attributes; their values and lifetimes are each server's own.
    cookies: headers
      .getSetCookie()
      .filter((cookie) => !cookie.startsWith("__Host-device="))
      .map((cookie) =>
        cookie
          .replace(/=[\w-]{43};/, "=…;")
          .split("; ")
          .sort()
          .join("; "),
      ),
    body: text === "" ? undefined : shapeOf(JSON.parse(text)),
  };
}

/** A body with its values left out, but for the words that are the contract's own. */
function shapeOf(value: unknown, key = ""): unknown {
  if (["code", "title", "status", "detail", "type", "part", "path", "reasons"].includes(key))
    return value;
  if (["event", "by", "method", "kind", "current", "role", "disabled", "tokenType"].includes(key))
    return value;
  // The network's `fetch` names itself; without a network nobody does.
  if (key === "userAgent") return "text or null";
  if (Array.isArray(value)) return value.map((item) => shapeOf(item));
  if (typeof value !== "object" || value === null) return value === null ? null : typeof value;
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [name, shapeOf(field, name)]),
  );
}
