/** Logs accounts in, and tells whether their credentials are still good, by the calls that the routes make. */
import { login, tokenLogin } from "../../src/domain/login.ts";
import { verifyAccessToken } from "../../src/domain/access-tokens.ts";
import { recognizeCookie, recognizeSession } from "../../src/domain/sessions.ts";
import type { User } from "../../src/domain/ports/users.ts";
import { NOW } from "./clock.ts";
import { PASSWORD } from "./credentials.ts";
import { CLIENT, type Domain, succeeded } from "./domain.ts";

export async function logInByCookie(domain: Domain, { email }: User, password = PASSWORD) {
  const credentials = { email, password };
  return succeeded(
    await login(
      domain.deps,
      domain.at(),
      { ...credentials, client: CLIENT, device: undefined },
      undefined,
    ),
  );
}

/** The pair, and the id of its session, which is the first part of the refresh token. */
export async function logInByToken(domain: Domain, { email }: User, password = PASSWORD) {
  const credentials = { email, password };
  const pair = succeeded(
    await tokenLogin(domain.deps, domain.at(), {
      ...credentials,
      client: CLIENT,
      device: undefined,
    }),
  );
  return { ...pair, sessionId: pair.refreshToken.split(".")[0] ?? "" };
}

/** The role of the account that the cookie signs in; undefined where the cookie is not good. */
export async function roleByCookie(domain: Domain, secret: string, now = NOW) {
  return (await recognizeCookie(domain.deps, domain.at(now), secret))?.user.role;
}

/** The role of the account that the access token signs in; undefined where the token is not good. */
export async function roleByBearer(domain: Domain, accessToken: string, now = NOW) {
  const claims = await verifyAccessToken(domain.deps, domain.at(now), accessToken);
  if (claims === undefined) return undefined;
  return (await recognizeSession(domain.deps, domain.at(now), claims.sessionId))?.user.role;
}

/** The bodies of the stored events with one of the names, oldest first. */
export function storedEvents(domain: Domain, ...names: string[]): Record<string, unknown>[] {
  return domain
    .sql("SELECT body FROM events ORDER BY timestamp, id")
    .map(({ body }) => JSON.parse(String(body)) as Record<string, unknown>)
    .filter(({ event }) => names.includes(String(event)));
}

/** The ids of all sessions there are, or of one account's. */
export function sessionIds(domain: Domain, userId?: string): unknown[] {
  const rows = domain.sql("SELECT id, user_id FROM sessions ORDER BY id");
  return rows
    .filter((row) => userId === undefined || row["user_id"] === userId)
    .map(({ id }) => id);
}
