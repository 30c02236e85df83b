/** A credential of one kind never passes for one of the other. What is forged here bears the server's own signature. */
import { expect, test } from "vitest";
import { operations } from "../../src/contract/operations.ts";
import { identify } from "../../src/routes/checks/identify.ts";
import { openForgery } from "../support/forgeries.ts";
import { logInByCookie, logInByToken } from "../support/logins.ts";
import { ISSUER } from "../support/domain.ts";
import { judgedOf } from "../support/judged.ts";

const { domain, user, verify, forge } = await openForgery();
const cookieLogin = await logInByCookie(domain, user);
const tokenLogin = await logInByToken(domain, user);

async function callerOf(headers: Record<string, string>): Promise<string | undefined> {
  const request = new Request(`${ISSUER}/me`, { headers });
  const judged = judgedOf(operations.getMe, request, domain);
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
