import { beforeEach, describe, expect, expectTypeOf, it } from "vitest";
import {
  type Client,
  createClient,
  isPending,
  type MailSignIn,
  memoryTokens,
  type Schemas,
  unwrap,
} from "../src/index.ts";
import { cookieJar } from "../src/node.ts";
import { createFakeServer, type FakeServer } from "../src/testing/index.ts";

const baseUrl = "http://localhost";
const email = "ada@example.com";
const password = "correct horse battery staple";

let fake: FakeServer;
beforeEach(async () => {
  fake = createFakeServer({ mailLogin: true });
  await browser().signup({ email, password });
});

function browser(): Client {
  return createClient({ baseUrl, fetch: fake.fetch, cookies: cookieJar() });
}

function program(): Client<"tokens"> {
  return createClient({ baseUrl, fetch: fake.fetch, tokens: memoryTokens() });
}

async function started(api: Pick<Client, "startMailLogin">): Promise<string> {
  return unwrap(await api.startMailLogin({ email })).challengeToken;
}

describe("signInByMail", () => {
  it("begins a session with cookies, by the code or by the link, in the browser that asked", async () => {
    for (const part of ["code", "token"] as const) {
      const api = browser();
      await started(api);
      const proof = fake.mail(email, "mail_login");
      const signedIn = await api.signInByMail(
        part === "code" ? { code: proof.code } : { token: proof.token },
      );
      expect(signedIn).toMatchObject({ ok: true, status: 200, data: { user: { email } } });
      expect(await api.getMe()).toMatchObject({ status: 200 });
      // The proof of the login was learned too.
      expect(await api.signOut()).toMatchObject({ status: 204 });
    }
  });

  it("begins a session with tokens, which the store keeps", async () => {
    const api = program();
    const challengeToken = await started(api);
    const { code } = fake.mail(email, "mail_login");
    const signedIn = await api.signInByMail({ challengeToken, code });
    expect(signedIn).toMatchObject({ ok: true, status: 200, data: { tokenType: "Bearer" } });
    expect(await api.getTokenMe()).toMatchObject({ status: 200 });
  });

  it("answers what either step fails with, and signs nobody in", async () => {
    const api = program();
    const challengeToken = await started(api);
    const { code, token } = fake.mail(email, "mail_login");
    expect(await api.signInByMail({ challengeToken, code: "00000000" })).toMatchObject({
      ok: false,
      status: 400,
      problem: { code: "invalid_challenge" },
    });
    const elsewhere = await browser().signInByMail({ token });
    expect(elsewhere).toMatchObject({ status: 400, problem: { code: "invalid_challenge" } });
    fake.fail("finishTokenLogin", "invalid_login_token");
    const over = await api.signInByMail({ challengeToken, code });
    expect(over).toMatchObject({ status: 401, problem: { code: "invalid_login_token" } });
    expect(over).not.toHaveProperty("pending");
    expect(await api.getTokenMe()).toMatchObject({ status: 401 });
  });

  it("goes on where only the last call failed, with what is pending: the mail's code is spent", async () => {
    const api = program();
    const challengeToken = await started(api);
    const { code } = fake.mail(email, "mail_login");
    fake.fail("finishTokenLogin", "overloaded");
    const failed = await api.signInByMail({ challengeToken, code });
    expect(failed).toMatchObject({ ok: false, status: 503, pending: { secondFactors: [] } });
    expect(await api.signInByMail({ challengeToken, code })).toMatchObject({ status: 400 });
    if (failed.ok || !failed.pending) throw new Error("nothing is pending");
    expect(await api.finishSignIn(failed.pending)).toMatchObject({ ok: true });
    expect(await api.getTokenMe()).toMatchObject({ status: 200 });
  });

  it("answers what is pending where a second factor is asked for, and finishes nothing", async () => {
    const pending = { loginToken: "pending", expiresInSeconds: 300, secondFactors: ["totp"] };
    const asked: string[] = [];
    const api = createClient({
      baseUrl,
      cookies: cookieJar(),
      fetch: async ({ url }) => {
        asked.push(new URL(url).pathname);
        return Response.json(pending);
      },
    });
    const signedIn = await api.signInByMail({ code: "12345678" });
    expect(signedIn).toMatchObject({ ok: true, data: pending });
    expect(asked).toEqual(["/login/mail/complete"]);
  });

  it("is not for a client with somebody else's token", async () => {
    const api = createClient({ baseUrl, fetch: fake.fetch, accessToken: "token" });
    // @ts-expect-error there is no such function
    expect(() => api.signInByMail).not.toThrow();
    const untyped = api as unknown as Client;
    await expect(untyped.signInByMail({ code: "12345678" })).rejects.toThrow(
      "signInByMail is not for a client that signs in by accessToken, but by cookies or tokens",
    );
    await expect(untyped.finishSignIn({ loginToken: "" })).rejects.toThrow(
      "finishSignIn is not for a client that signs in by accessToken",
    );
  });

  it("takes what fits the client, and makes the second factor be handled", () => {
    const check = async (cookies: Client, tokens: Client<"tokens">) => {
      const signedIn = await cookies.signInByMail({ token: "" });
      if (!signedIn.ok) return;
      // @ts-expect-error a second factor may be missing
      void signedIn.data.user;
      if (isPending(signedIn.data))
        expectTypeOf(signedIn.data).toEqualTypeOf<Schemas["LoginPending"]>();
      else expectTypeOf(signedIn.data).toEqualTypeOf<Schemas["Session"]>();
      await tokens.signInByMail({ challengeToken: "", token: "" });
      // @ts-expect-error no cookie says who asked
      await tokens.signInByMail({ code: "" });
      // @ts-expect-error both forms at once
      await cookies.signInByMail({ code: "", token: "" });
    };
    type TokensOf<R> = R extends { readonly ok: true; readonly data: infer D } ? D : never;
    expectTypeOf<TokensOf<MailSignIn<"tokens">>>().toEqualTypeOf<
      Schemas["TokenPair"] | Schemas["LoginPending"]
    >();
    expect(check).toBeTypeOf("function");
  });
});
