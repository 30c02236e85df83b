/** TK-17: which refresh tokens were used is on the disk before the answer leaves. */
import { expect, onTestFinished, test } from "vitest";
import { refresh } from "../../src/domain/refresh-tokens.ts";
import { openStorage } from "../../src/storage/storage.ts";
import { logInByToken, sessionIds, storedEvents } from "../support/logins.ts";
import { freshEmail } from "../support/clients.ts";
import { NOW } from "../support/clock.ts";
import { PASSWORD } from "../support/credentials.ts";
import { openDomain } from "../support/domain.ts";
import { startServerProcess } from "../support/server-process.ts";

const GRACE_MS = 10_000;

interface Pair {
  readonly accessToken: string;
  readonly refreshToken: string;
}

test("TK-17 a database that is opened anew knows which token was used, and ends its family", async () => {
  const domain = await openDomain();
  const first = await logInByToken(domain, await domain.newUser());
  const second = await refresh(domain.deps, domain.at(), first.refreshToken);
  await domain.deps.storage.close();

  const storage = await openStorage({ kind: "sqlite", path: domain.databaseFile });
  onTestFinished(() => storage.close());
  const deps = { ...domain.deps, storage };
  const later = domain.at(NOW + GRACE_MS + 1);
  expect(await refresh(deps, later, first.refreshToken)).toBeUndefined();
  expect(sessionIds(domain)).toEqual([]);
  expect(storedEvents(domain, "refresh_token_reuse")).toHaveLength(1);
  expect(await refresh(deps, later, second?.refreshToken ?? "")).toBeUndefined();
});

test("TK-17 after a kill -9, a token used before it is reuse, and ends what its successor opened", async () => {
  const environment = { REFRESH_GRACE: "0" };
  const killed = await startServerProcess({ environment });
  onTestFinished(() => killed.dispose());
  const post = (baseUrl: string, path: string, body: unknown) =>
    fetch(baseUrl + path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  const email = freshEmail();
  await post(killed.baseUrl, "/signup", { email, password: PASSWORD });
  const login = await post(killed.baseUrl, "/token/login", { email, password: PASSWORD });
  const first = (await login.json()) as Pair; // what the contract says
  const exchanged = await post(killed.baseUrl, "/token/refresh", {
    refreshToken: first.refreshToken,
  });
  const second = (await exchanged.json()) as Pair;
  expect(exchanged.status).toBe(200);
  await killed.stop("SIGKILL");

  const server = await startServerProcess({ folder: killed.folder, environment });
  onTestFinished(async () => void (await server.stop()));
  const me = () =>
    fetch(`${server.baseUrl}/token/me`, {
      headers: { authorization: `Bearer ${second.accessToken}` },
    });
  expect((await me()).status).toBe(200);
  const use = async ({ refreshToken }: Pair) =>
    (await post(server.baseUrl, "/token/refresh", { refreshToken })).status;
  expect(await use(first)).toBe(401);
  expect((await me()).status).toBe(401);
  expect(await use(second)).toBe(401);
  await server.stop(); // its last lines have been read then
  expect(server.events().filter(({ event }) => event === "refresh_token_reuse")).toHaveLength(1);
});
