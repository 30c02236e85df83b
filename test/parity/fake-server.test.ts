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
import { cookieClient, freshEmail } from "../support/clients.ts";
import { NEW_PASSWORD, PASSWORD } from "../support/credentials.ts";
import { waitFor } from "../support/wait-for.ts";
import { mailsTo, tokenIn } from "../support/mailbox.ts";
import { type ServerProcess, startServerProcess } from "../support/server-process.ts";
import {
  expectDocumented,
  expectSameSteps,
  type Fetch,
  recordSteps,
  type Step,
} from "../support/steps.ts";

interface Target {
  readonly baseUrl: string;
  readonly fetch: Fetch;
  /** The token that was mailed to the address. */
  readonly resetToken: (email: string) => Promise<string>;
}

const described: Readonly<Record<OperationId, OperationDescription>> = operations;

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
  expectSameSteps(faked, real);
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
  const { steps, recorded } = recordSteps(send);
  const email = freshEmail();
  const jar = cookieJar();
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
  return result.status === 200 ? result.data.refreshToken : "";
}
