/** A credential of one kind never passes for one of the other. What is forged here bears the server's own signature. */
import { expect, test } from "vitest";
import { operations } from "../../src/contract/operations.ts";
import type { Judged } from "../../src/routes/checks/check.ts";
import { identify } from "../../src/routes/checks/identify.ts";
import { RequestState } from "../../src/routes/request-state.ts";
import { openForgery } from "../support/forgeries.ts";
import { logInByCookie, logInByToken } from "../support/logins.ts";
import { NOW } from "../support/clock.ts";
import { CLIENT, ISSUER } from "../support/domain.ts";

const { domain, user, verify, forge } = await openForgery();
const cookieLogin = await logInByCookie(domain, user);
const tokenLogin = await logInByToken(domain, user);

async function callerOf(headers: Record<string, string>): Promise<string | undefined> {
  const judged: Judged = {
    gate: {
      deps: domain.deps,
      allowedOrigins: new Set(),
      corsOrigins: new Set(),
      refuseScraper: () => undefined,
      isDraining: () => false,
    },
    operation: operations.getMe,
    state: new RequestState(domain.deps.newId(NOW), CLIENT.ip, NOW),
    request: new Request(`${ISSUER}/me`, { headers }),
    input: { ok: true, params: {}, query: {}, body: undefined, issues: [], failed: [] },
    caller: undefined,
    device: undefined,
  };
  const refusal = await identify.judge(judged);
  const { caller } = judged;
  expect(refusal?.problem).toBe(caller ? undefined : "unauthenticated");
  return caller && `${caller.user.id} by ${caller.credential}`;
}
const byToken = (token: string) => callerOf({ authorization: `Bearer ${token}` });
const byCookie = (secret: string) => callerOf({ cookie: `__Host-session=${secret}` });

test("TK-04 an access token that names a cookie session, or another's, is nobody's, though its signature is ours", async () => {
  const stranger = await domain.newUser();
  for (const changes of [
    { sid: cookieLogin.session.id },
    { sub: stranger.id },
    { sid: cookieLogin.session.id, sub: stranger.id },
  ]) {
    const forged = await forge({}, changes);
    expect(await verify(forged)).toMatchObject({ tokenId: expect.any(String) });
    expect(await byToken(forged)).toBeUndefined();
  }
  expect(await byToken(await forge())).toBe(`${user.id} by bearer`);
});

test("TK-04 nothing of a token session is a session cookie", async () => {
  const { sessionId, accessToken, refreshToken } = tokenLogin;
  const mac = refreshToken.split(".")[2] ?? "";
  for (const secret of [sessionId, accessToken, refreshToken, mac])
    expect(await byCookie(secret)).toBeUndefined();
  expect(await byCookie(cookieLogin.secret)).toBe(`${user.id} by session`);
  // Not by the routes' good manners alone: the database has no secret of a token session to compare with.
  expect(domain.sql("SELECT secret_hash FROM sessions WHERE id = ?", sessionId)).toEqual([
    { secret_hash: null },
  ]);
});
