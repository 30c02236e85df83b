/** The client's refresh against the real server: what its log says happened. */
import { createClient, memoryTokens, type SignedOut } from "@portcullis/client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { accountOf, cookieClient, dataOf, freshEmail, tokenClient } from "../support/clients.ts";
import { PASSWORD } from "../support/credentials.ts";
import { waitFor } from "../support/wait-for.ts";
import { type ServerProcess, startServerProcess } from "../support/server-process.ts";

let server: ServerProcess;
beforeAll(async () => {
  server = await startServerProcess();
});
afterAll(() => server.dispose());

/** A client whose access token the server does not know any more, and what it is told. */
async function staleClient(fetch?: (request: Request) => Promise<Response>) {
  const email = freshEmail();
  const anyone = tokenClient(server.baseUrl);
  const user = accountOf(dataOf(await anyone.signup({ email, password: PASSWORD })));
  const { refreshToken } = dataOf(await anyone.tokenLogin({ email, password: PASSWORD }));
  const tokens = memoryTokens({ accessToken: "no.longer.good", refreshToken });
  const signedOut: SignedOut[] = [];
  const api = createClient({
    baseUrl: server.baseUrl,
    tokens,
    fetch,
    onSignedOut: (event) => void signedOut.push(event),
  });
  return { api, tokens, user, refreshToken, signedOut };
}

/** The events about one user, once the log has them. */
function eventsOf(userId: string, name: string) {
  return server
    .events()
    .filter((event) => event.event === name && "userId" in event && event.userId === userId);
}

test("TK-13 twenty parallel calls with an expired token refresh it once", async () => {
  const { api, user } = await staleClient();
  const results = await Promise.all(Array.from({ length: 20 }, () => api.getTokenMe()));
  expect(results.map(({ status }) => status)).toEqual(Array(20).fill(200));
  // The log is in order: with a later event there, none is on its way.
  dataOf(await api.changePassword({ currentPassword: PASSWORD, newPassword: `${PASSWORD} two` }));
  await waitFor(() => eventsOf(user.id, "password_changed")[0]);
  expect(eventsOf(user.id, "token_refreshed")).toHaveLength(1);
});

test("TK-13 a refresh whose answer is lost is repeated, and the session goes on", async () => {
  let losses = 0;
  const { api, user, tokens } = await staleClient(async (request) => {
    const isRefresh = request.url.endsWith("/token/refresh");
    const response = await fetch(request);
    if (!isRefresh || losses > 0) return response;
    losses += 1;
    throw new TypeError("the connection broke after the server had answered");
  });
  expect(dataOf(await api.getTokenMe())).toEqual(user);
  expect(losses).toBe(1);
  const kept = await tokens.read();
  await tokens.write({ accessToken: "no.longer.good", refreshToken: kept?.refreshToken ?? "" });
  expect(dataOf(await api.getTokenMe())).toEqual(user);
  expect(eventsOf(user.id, "refresh_token_reuse")).toEqual([]);
});

test("a session that was ended elsewhere signs the client out, and says so once", async () => {
  const { api, tokens, refreshToken, signedOut } = await staleClient();
  dataOf(await tokenClient(server.baseUrl).tokenRevoke({ token: refreshToken }));
  const results = await Promise.all([api.getTokenMe(), api.getMe(), api.listMySessions()]);
  expect(results.map(({ status }) => status)).toEqual([401, 401, 401]);
  expect(await tokens.read()).toBeUndefined();
  expect(signedOut).toMatchObject([{ problem: { code: "invalid_refresh_token" } }]);
});

test("the client waits as long as a limited server asks, where the caller lets it", async () => {
  const limited = await startServerProcess({ environment: { LIMIT_LOGIN_IP: "1/2" } });
  try {
    const api = cookieClient(limited.baseUrl);
    const unknown = { email: freshEmail(), password: PASSWORD };
    expect(await api.login(unknown)).toMatchObject({ status: 401 });
    expect(await api.login(unknown)).toMatchObject({ status: 429 });
    expect(await api.login(unknown, { retry: { calls: "all" } })).toMatchObject({ status: 401 });
  } finally {
    await limited.dispose();
  }
});
