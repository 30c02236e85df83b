/** The client at a server whose accounts have second factors; and the client of 0.1.0, which knows none. */
import { createClient, isPending, memoryTokens } from "@portcullis/client";
import { cookieJar } from "@portcullis/client/node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createClient as createEarlierClient } from "../../client/test/client-0.1.0.js";
import { cookieClient, dataOf, freshEmail, signedInClient } from "../support/clients.ts";
import { PASSWORD } from "../support/credentials.ts";
import { type InProcessServer, startInProcessServer } from "../support/in-process-server.ts";
import { addTotpOver, type AddedTotp } from "../support/second-factors.ts";

let server: InProcessServer;
beforeAll(async () => {
  server = await startInProcessServer();
});
afterAll(() => server.stop());

async function accountWithApp(): Promise<AddedTotp & { readonly email: string }> {
  const { api, email } = await signedInClient(server.baseUrl);
  return { ...(await addTotpOver(api)), email };
}

test("a login is pending, and its second step is taken in the client's own way", async () => {
  const { email, app, recoveryCodes } = await accountWithApp();
  const { baseUrl } = server;
  const browser = createClient({ baseUrl, cookies: cookieJar() });
  const login = await browser.login({ email, password: PASSWORD });
  if (!login.ok || !isPending(login.data)) throw new Error("not pending");
  expect(await browser.getMe()).toMatchObject({ status: 401 });
  const wrong = { method: "totp", code: app.wrongAt(Date.now()) } as const;
  expect(await browser.finishSignIn(login.data, wrong)).toMatchObject({
    status: 401,
    problem: { code: "invalid_second_factor" },
  });
  const right = { method: "totp", code: app.codeAt(Date.now()) } as const;
  expect(await browser.finishSignIn(login.data, right)).toMatchObject({
    data: { user: { email } },
  });
  expect(await browser.getMe()).toMatchObject({ status: 200 });
  expect(await browser.signOut()).toMatchObject({ status: 204 });

  const program = createClient({ baseUrl, tokens: memoryTokens() });
  const tokenLogin = await program.tokenLogin({ email, password: PASSWORD });
  if (!tokenLogin.ok || !isPending(tokenLogin.data)) throw new Error("not pending");
  const [code = ""] = recoveryCodes;
  const pair = await program.finishSignIn(tokenLogin.data, { method: "recovery_code", code });
  expect(pair).toMatchObject({ data: { tokenType: "Bearer" } });
  expect(await program.getTokenMe()).toMatchObject({ data: { email } });
});

test("the client of 0.1.0 is signed in to accounts without a second factor, and to no other", async () => {
  const { baseUrl } = server;
  const plain = { email: freshEmail(), password: PASSWORD };
  dataOf(await cookieClient(baseUrl).signup(plain));
  const { email } = await accountWithApp();
  const guarded = { email, password: PASSWORD };
  const closed = {
    ok: false,
    status: 0,
    failure: "unexpected_answer",
    response: { status: 202 },
  };

  const browser = createEarlierClient({ baseUrl, cookies: cookieJar() });
  expect(await browser.login(guarded)).toMatchObject(closed);
  expect(await browser.getMe()).toMatchObject({ status: 401 });
  expect(await browser.login(plain)).toMatchObject({ ok: true });
  expect(await browser.login(guarded)).toMatchObject(closed);
  expect(await browser.getMe()).toMatchObject({ data: { email: plain.email } });
  expect(await browser.logout()).toMatchObject({ ok: true });

  const tokens = memoryTokens();
  const program = createEarlierClient({ baseUrl, tokens });
  expect(await program.tokenLogin(guarded)).toMatchObject(closed);
  expect(await tokens.read()).toBeUndefined();
  expect(await program.tokenLogin(plain)).toMatchObject({ ok: true });
  expect(await program.getTokenMe()).toMatchObject({ data: { email: plain.email } });
});
