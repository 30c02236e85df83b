import { afterEach, beforeEach, describe, expect, expectTypeOf, it, vi } from "vitest";
import {
  CallError,
  type Client,
  createClient,
  isPending,
  memoryTokens,
  type Schemas,
  unwrap,
} from "../src/index.ts";
import { cookieJar } from "../src/node.ts";
import {
  completeProviderLink,
  completeProviderLogin,
  startProviderLink,
  startProviderLogin,
} from "../src/providers/index.ts";
import { createFakeServer, type FakePerson, type FakeServer } from "../src/testing/index.ts";
import { type FakeTab, openTab } from "./fake-tab.ts";
import { json, routes, startServer } from "./loopback-server.ts";

const page = "https://app.example.com/enter?from=menu";
const redirectUri = "https://app.example.com/back";
const email = "ada@example.com";
const ada = { subject: "ada-there", email };
const provider = "google";

let fake: FakeServer;
beforeEach(() => {
  fake = createFakeServer({
    providers: [{ id: "google", redirects: [redirectUri] }, { id: "github" }],
    corsOrigins: ["https://app.example.com"],
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const baseUrl = "http://localhost";
const browser = () => createClient({ baseUrl, fetch: fake.fetch, cookies: cookieJar() });
const program = () => createClient({ baseUrl, fetch: fake.fetch, tokens: memoryTokens() });
const tick = () => new Promise((resolve) => setTimeout(resolve, 10));

/** The provider leads the browser back to a page of the application. */
function leadBack(tab: FakeTab, person: FakePerson = ada) {
  const answer = fake.provider(provider).approve(tab.href, person);
  tab.href = `${redirectUri}?${new URLSearchParams(answer)}`;
}

/** The server's own page ends the flow in this browser, and leads to the application with what is left to do. */
async function handOn(api: Client, tab: FakeTab, person: FakePerson = ada) {
  const answer = fake.provider(provider).approve(tab.href, person);
  const ended = await api.completeProviderLogin({ providerId: provider, ...answer });
  const { state } = answer;
  if (ended.status === 409 && ended.problem.code === "identity_collision") {
    const { linkToken, returnTo } = ended.problem;
    tab.href = `${returnTo}#${new URLSearchParams({ provider, state, linkToken })}`;
    return;
  }
  const { loginToken, secondFactors, expiresInSeconds, returnTo } = unwrap(ended);
  const fragment = {
    provider,
    state,
    loginToken,
    secondFactors: secondFactors.join(),
    expiresInSeconds: String(expiresInSeconds),
  };
  tab.href = `${returnTo}#${new URLSearchParams(fragment)}`;
}

describe("a sign-in with a provider", () => {
  it("is two calls, by the server's own page: with cookies", async () => {
    const tab = openTab(page);
    const api = browser();
    expect(await startProviderLogin(api, { provider })).toMatchObject({ ok: true });
    expect(tab.href).toMatch(/^https:\/\/accounts\.google\.com\/authorize\?/);
    await handOn(api, tab);
    expect(tab.href).toContain(`${page}#provider=google&state=`);
    const r = await completeProviderLogin(api);
    expect(r).toMatchObject({ ok: true, data: { user: { email } } });
    expect(tab.href).toBe(page);
    expect(tab.storage.size).toBe(0);
    expect(await api.getMe()).toMatchObject({ ok: true });
    expect(await completeProviderLogin(api)).toBeUndefined();
  });

  it("is two calls, by a page of the application's own: with tokens", async () => {
    const tab = openTab(page);
    const api = program();
    await startProviderLogin(api, { provider, redirectUri, returnTo: page });
    leadBack(tab);
    tab.href += "&mine=1#top";
    const r = await completeProviderLogin(api);
    expect(r).toMatchObject({ ok: true, data: { tokenType: "Bearer" }, returnTo: page });
    expect(tab.href).toBe(`${redirectUri}?mine=1#top`);
    expect(await api.getTokenMe()).toMatchObject({ ok: true });
  });

  it("answers what is pending where a second factor is asked for, and finishes nothing", async () => {
    await enter(browser());
    fake.addTotp(email);
    for (const way of [leadBack, handOn] as const) {
      const tab = openTab(page);
      const api = browser();
      await startProviderLogin(api, { provider, ...(way === leadBack && { redirectUri }) });
      if (way === leadBack) leadBack(tab);
      else await handOn(api, tab);
      const r = await completeProviderLogin(api);
      if (!r?.ok || !isPending(r.data)) throw new Error("nothing is pending");
      expect(r.data.secondFactors).toEqual(["totp", "recovery_code"]);
      expect(r.data.expiresInSeconds).toBe(300);
      expect(await api.getMe()).toMatchObject({ status: 401 });
      const code = await fake.totpCode(email);
      const second = await api.finishSignIn(r.data, { method: "totp", code });
      expect(second).toMatchObject({ data: { user: { email } } });
      fake.resetFactors(email);
      fake.addTotp(email);
    }
  });

  it("goes on where only the last call failed, with what is pending", async () => {
    const tab = openTab(page);
    const api = browser();
    await startProviderLogin(api, { provider });
    await handOn(api, tab);
    fake.fail("finishLogin", "overloaded");
    const r = await completeProviderLogin(api);
    expect(r).toMatchObject({ ok: false, status: 503, pending: { secondFactors: [] } });
    if (!r || r.ok || !r.pending) throw new Error("nothing is pending");
    expect(await api.finishSignIn(r.pending)).toMatchObject({ ok: true });
  });

  it("tells a collision alike on both ways, and its linkToken links once the account is signed in to", async () => {
    const github = browser();
    const { authorizationUrl } = unwrap(await github.startProviderLogin({ providerId: "github" }));
    const answer = fake.provider("github").approve(authorizationUrl, ada);
    const pending = unwrap(await github.completeProviderLogin({ providerId: "github", ...answer }));
    unwrap(await github.finishSignIn(pending));
    let linkToken = "";
    for (const way of [leadBack, handOn] as const) {
      const tab = openTab(page);
      const api = browser();
      await startProviderLogin(api, { provider, ...(way === leadBack && { redirectUri }) });
      if (way === leadBack) leadBack(tab);
      else await handOn(api, tab);
      const r = await completeProviderLogin(api);
      if (r?.status !== 409 || r.problem.code !== "identity_collision") throw new Error("no");
      expect(r.problem.detail).toMatch(/^Somebody has an account here/);
      expect(tab.href).toBe(way === leadBack ? redirectUri : page);
      ({ linkToken } = r.problem);
    }
    expect(await github.claimIdentity({ linkToken })).toMatchObject({ status: 201 });
  });

  it("answers what the server or the provider refuses, and leaves no trace in the address", async () => {
    const tab = openTab(page);
    fake.fail("startProviderLogin", "rate_limited");
    expect(await startProviderLogin(browser(), { provider })).toMatchObject({ status: 429 });
    expect(tab.href).toBe(page);
    const foreign = { provider, returnTo: "https://evil.example/" };
    expect(await startProviderLogin(browser(), foreign)).toMatchObject({
      problem: { code: "return_not_allowed" },
    });
    const api = browser();
    await startProviderLogin(api, { provider, redirectUri });
    const { error, ...others } = fake.provider(provider).refuse(tab.href);
    tab.href = `${redirectUri}?${new URLSearchParams({ ...others, error, error_description: "x" })}`;
    expect(await completeProviderLogin(api)).toMatchObject({
      status: 403,
      problem: { code: "provider_denied" },
    });
    expect(tab.href).toBe(redirectUri);
  });

  it("leaves for no URL that would run in this page", async () => {
    const tab = openTab(page);
    const redirect = (authorizationUrl: string) => ({
      authorizationUrl,
      challengeToken: "challenge",
      expiresInSeconds: 600,
    });
    for (const url of ["javascript:alert(1)//?state=x", "https://accounts.example/"]) {
      const server = await startServer(
        routes({ "POST /login/providers/google": json(200, redirect(url)) }),
      );
      const api = createClient({ baseUrl: server.url, cookies: cookieJar() });
      for (const popup of [false, true] as const)
        expect(await startProviderLogin(api, { provider, popup } as never)).toMatchObject({
          ok: false,
          failure: "unexpected_answer",
        });
    }
    expect(tab.href).toBe(page);
    expect(tab.opened.every((popup) => popup.isClosed)).toBe(true);
  });

  it("needs a page that may store", async () => {
    expect(await startProviderLogin(browser(), { provider })).toMatchObject({
      failure: "unsupported",
    });
    expect(await completeProviderLogin(browser())).toBeUndefined();
  });
});

describe("a browser that came back", () => {
  it("signs in to nobody by a link that this tab did not begin (FD-02)", async () => {
    // The attacker's own sign-in, to the end, in the attacker's browser.
    const attackers = openTab(page);
    const attacker = browser();
    await startProviderLogin(attacker, { provider });
    const began = attackers.href;
    await handOn(attacker, attackers, { subject: "eve", email: "eve@example.com" });
    const handed = attackers.href;
    attackers.href = began;
    leadBack(attackers, { subject: "eve", email: "eve@example.com" });
    for (const href of [handed, attackers.href]) {
      for (const api of [browser(), program()]) {
        const victims = openTab(href);
        const r = await completeProviderLogin(api as Client);
        expect(r).toMatchObject({ ok: false, failure: "not_begun_here" });
        expect(await api.getMe()).toMatchObject({ status: 401 });
        expect(victims.href).not.toContain("state");
      }
    }
    // Nor in a tab that has begun another one.
    const victims = openTab(page);
    const api = browser();
    await startProviderLogin(api, { provider });
    victims.href = handed;
    expect(await completeProviderLogin(api)).toMatchObject({ failure: "not_begun_here" });
  });

  it("ends a flow once: a reload and the back button find nothing of it", async () => {
    const tab = openTab(page);
    const api = browser();
    await startProviderLogin(api, { provider });
    await handOn(api, tab);
    const { href } = tab;
    await completeProviderLogin(api);
    tab.href = href;
    const again = await completeProviderLogin(api);
    expect(again).toMatchObject({ failure: "not_begun_here" });
    if (!again) throw new Error("nothing");
    expect(() => unwrap(again)).toThrow(CallError);
  });

  it("keeps two flows of one tab apart, and one of a provider at that provider", async () => {
    const tab = openTab(page);
    const api = browser();
    await startProviderLogin(api, { provider, redirectUri });
    const first = tab.href;
    await startProviderLogin(api, { provider, redirectUri });
    tab.href = first;
    leadBack(tab);
    expect(await completeProviderLogin(api)).toMatchObject({ ok: true });
    await startProviderLogin(api, { provider });
    await handOn(api, tab);
    tab.href = tab.href.replace("provider=google", "provider=github");
    expect(await completeProviderLogin(api)).toMatchObject({ failure: "not_begun_here" });
  });

  it.each([
    ["a state twice", (url: string) => `${url}&state=x`],
    ["a code twice", (url: string) => `${url}&code=x`],
    ["an issuer twice", (url: string) => `${url}&iss=x`],
    ["a code and an error", (url: string) => `${url}&error=x`],
    ["a code and half a login", (url: string) => `${url}&loginToken=x`],
  ])("is refused with %s, and nothing is spent (FD-19)", async (_, twist) => {
    const tab = openTab(page);
    const api = browser();
    const asked = vi.spyOn(api, "completeProviderLogin");
    await startProviderLogin(api, { provider, redirectUri });
    leadBack(tab);
    const good = tab.href;
    tab.href = twist(good);
    expect(await completeProviderLogin(api)).toMatchObject({ failure: "bad_return" });
    expect(tab.href).not.toContain("state");
    expect(asked).not.toHaveBeenCalled();
    tab.href = good;
    expect(await completeProviderLogin(api)).toMatchObject({ ok: true });
  });

  it("has nothing of a provider in an address of the page's own", async () => {
    for (const rest of [
      "",
      "?code=1",
      "?state=x",
      "#state=x&provider=google",
      "#top",
      "?error=x",
    ]) {
      const tab = openTab(`https://app.example.com/${rest}`);
      expect(await completeProviderLogin(browser())).toBeUndefined();
      expect(await completeProviderLink(browser())).toBeUndefined();
      expect(tab.href).toBe(`https://app.example.com/${rest}`);
    }
  });
});

describe("a popup", () => {
  it("is opened before anything is awaited, and its page hands over to the one that opened it", async () => {
    const tab = openTab(page);
    const api = browser();
    const result = startProviderLogin(api, { provider, popup: true });
    const [popup] = tab.opened;
    if (!popup) throw new Error("no window was opened at once");
    await tick();
    expect(tab.storage.size).toBe(0);
    const server = browser();
    const answer = fake.provider(provider).approve(popup.href, ada);
    const challengeToken = JSON.parse([...popup.storage.values()][0] ?? "").challengeToken;
    const ended = unwrap(
      await server.completeProviderLogin({ providerId: provider, ...answer, challengeToken }),
    );
    const { loginToken } = ended;
    const fragment = { provider, state: answer.state, loginToken, secondFactors: "" };
    popup.href = `${ended.returnTo}#${new URLSearchParams(fragment)}`;
    popup.show();
    expect(await completeProviderLogin(browser())).toMatchObject({ failure: "handed_on" });
    expect(popup.isClosed).toBe(true);
    tab.show();
    expect(await result).toMatchObject({ ok: true, data: { user: { email } } });
    expect(await api.getMe()).toMatchObject({ ok: true });
    expect(tab.href).toBe(page);
  });

  it("hands over what the provider itself brought, and its opener alone ends it", async () => {
    const tab = openTab(page);
    const api = browser();
    const result = startProviderLogin(api, { provider, redirectUri, popup: true });
    await tick();
    const popup = tab.opened[0];
    if (!popup) throw new Error("no window");
    leadBack(popup);
    popup.show();
    const there = browser();
    await completeProviderLogin(there);
    tab.show();
    expect(await result).toMatchObject({ ok: true, data: { user: { email } } });
    expect(await there.getMe()).toMatchObject({ status: 401 });
  });

  it("tells how the server's own page ended it: signed in, or with a problem", async () => {
    const tell = async (message: object) => {
      const tab = openTab(page);
      const api = browser();
      await enter(api);
      tab.show();
      const result = startProviderLogin(api, { provider, popup: true });
      await tick();
      const state = new URL(tab.opened[0]?.href ?? "").searchParams.get("state");
      const channel = new BroadcastChannel("portcullis.provider");
      channel.postMessage({ state: "another", outcome: "signed-in" });
      channel.postMessage({ state, ...message });
      const told = await result;
      channel.close();
      return told;
    };
    expect(await tell({ outcome: "signed-in" })).toMatchObject({
      ok: true,
      data: { user: { email } },
    });
    expect(
      await tell({ outcome: "failed", code: "identity_collision", linkToken: "token" }),
    ).toMatchObject({
      ok: false,
      status: 409,
      problem: { code: "identity_collision", linkToken: "token", title: expect.any(String) },
    });
    expect(await tell({ outcome: "failed", code: "invalid_login_token" })).toMatchObject({
      status: 401,
    });
    expect(await tell({ outcome: "failed", code: "toString" })).toMatchObject({
      failure: "unexpected_answer",
    });
  });

  it("comes to a value where there is none, where it is given up, and where nobody comes back", async () => {
    openTab(page, { mayOpen: false });
    const start = vi.fn();
    const blocked = startProviderLogin({ startProviderLogin: start } as unknown as Client, {
      provider,
      popup: true,
    });
    expect(await blocked).toMatchObject({
      failure: "popup_blocked",
      detail: expect.stringContaining("Allow windows"),
    });
    expect(start).not.toHaveBeenCalled();

    const tab = openTab(page);
    const controller = new AbortController();
    const given = startProviderLogin(browser(), {
      provider,
      popup: true,
      signal: controller.signal,
    });
    await tick();
    controller.abort();
    expect(await given).toMatchObject({ failure: "aborted" });
    expect(tab.opened[0]?.isClosed).toBe(true);

    const replaced = startProviderLogin(browser(), { provider, popup: true });
    const last = startProviderLogin(browser(), { provider, popup: true });
    expect(await replaced).toMatchObject({ failure: "aborted" });
    vi.useFakeTimers();
    const late = startProviderLogin(browser(), { provider, popup: true });
    expect(await last).toMatchObject({ failure: "aborted" });
    const ended = vi.fn();
    void late.then(ended);
    await vi.advanceTimersByTimeAsync(599_000);
    expect(ended).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await late).toMatchObject({ failure: "expired" });
  });

  it("stays where its button is clicked twice: the second click ends the first, and its window", async () => {
    const tab = openTab(page);
    const api = browser();
    const first = startProviderLogin(api, { provider, redirectUri, popup: true });
    const second = startProviderLogin(api, { provider, redirectUri, popup: true });
    await tick();
    const [popup, ...others] = tab.opened.filter(({ isClosed }) => !isClosed);
    if (!popup) throw new Error("no window is left");
    expect(others).toEqual([]);
    leadBack(popup);
    popup.show();
    await completeProviderLogin(browser());
    tab.show();
    expect(await first).toMatchObject({ failure: "aborted" });
    expect(await second).toMatchObject({ ok: true, data: { user: { email } } });
  });

  it("is closed where the server refuses", async () => {
    const tab = openTab(page);
    fake.fail("startProviderLogin", "provider_unavailable");
    const r = await startProviderLogin(browser(), { provider, popup: true });
    expect(r).toMatchObject({ status: 502 });
    expect(tab.opened[0]?.isClosed).toBe(true);
  });
});

describe("a link", () => {
  it("ends on a page of the application's own, in the session that began it", async () => {
    const api = await signedUp();
    const tab = openTab(page);
    expect(await startProviderLink(api, { provider, redirectUri })).toMatchObject({ ok: true });
    leadBack(tab, { subject: "elsewhere" });
    expect(tab.href).toContain("state=link.");
    expect(await completeProviderLogin(api)).toBeUndefined();
    expect(await completeProviderLink(api)).toMatchObject({
      status: 201,
      data: { provider: "google" },
    });
    expect(tab.href).toBe(redirectUri);
    expect(await completeProviderLink(api)).toBeUndefined();
  });

  it("is refused where this tab did not begin it", async () => {
    const api = await signedUp();
    const tab = openTab(page);
    await startProviderLink(api, { provider, redirectUri });
    leadBack(tab, { subject: "elsewhere" });
    openTab(tab.href);
    expect(await completeProviderLink(api)).toMatchObject({ failure: "not_begun_here" });
    expect(unwrap(await api.listMyIdentities()).items).toEqual([]);
  });

  it("in a popup is told by the server's own page, or handed over by the application's", async () => {
    const api = await signedUp();
    let tab = openTab(page);
    const mine = startProviderLink(api, { provider, redirectUri, popup: true });
    await tick();
    const popup = tab.opened[0];
    if (!popup) throw new Error("no window");
    leadBack(popup, { subject: "elsewhere" });
    popup.show();
    await completeProviderLink(browser());
    expect(await mine).toMatchObject({ status: 201 });

    tab = openTab(page);
    const there = startProviderLink(api, { provider: "github", popup: true });
    await tick();
    const { href } = tab.opened[0] ?? { href: "" };
    const answer = fake.provider("github").approve(href, { subject: "elsewhere" });
    unwrap(await api.completeProviderLink({ providerId: "github", ...answer }));
    const channel = new BroadcastChannel("portcullis.provider");
    channel.postMessage({ state: answer.state, outcome: "linked" });
    expect(await there).toMatchObject({ ok: true, data: { provider: "github" } });

    // Told of one that the account does not have.
    const { items } = unwrap(await api.listMyIdentities());
    for (const { id } of items) unwrap(await api.removeMyIdentity({ identityId: id }));
    tab = openTab(page);
    const gone = startProviderLink(api, { provider, popup: true });
    await tick();
    const state = new URL(tab.opened[0]?.href ?? "").searchParams.get("state");
    channel.postMessage({ state, outcome: "linked" });
    expect(await gone).toMatchObject({ failure: "not_begun_here" });
    channel.close();
  });
});

describe("a 502 whose body a proxy has replaced", () => {
  const page502 = (status: number) =>
    new Response("<h1>Bad gateway</h1>", { status, headers: { "content-type": "text/html" } });

  it("is the problem that it can only be, where a provider is asked, and no answer elsewhere", async () => {
    const api = createClient({ baseUrl, cookies: cookieJar(), fetch: async () => page502(502) });
    for (const r of [
      await api.startProviderLogin({ providerId: "google" }),
      await api.completeProviderLogin({ providerId: "google", state: "", code: "" }),
      await api.completeProviderLink({ providerId: "google", state: "", code: "" }),
    ]) {
      if (r.status !== 502) throw new Error("no 502");
      expect(r.problem).toMatchObject({ code: "provider_unavailable", retryAfterSeconds: 10 });
      expect(r.problem.requestId).toBe("");
    }
    expect(await api.getMe()).toMatchObject({ status: 0, failure: "unexpected_answer" });
    const other = createClient({ baseUrl, cookies: cookieJar(), fetch: async () => page502(503) });
    expect(
      await other.startProviderLogin({ providerId: "google" }, { retry: false }),
    ).toMatchObject({ failure: "unexpected_answer" });
  });
});

describe("the types of a sign-in with a provider", () => {
  it("make the second factor be handled, and take what fits the client", () => {
    const check = async (
      cookies: Client,
      tokens: Client<"tokens">,
      other: Client<"accessToken">,
    ) => {
      const r = await completeProviderLogin(cookies);
      if (r?.ok) {
        // @ts-expect-error a second factor may be missing
        void r.data.user;
        if (!isPending(r.data)) expectTypeOf(r.data).toEqualTypeOf<Schemas["Session"]>();
      } else if (r)
        expectTypeOf(r.problem?.detail ?? r.detail ?? r.failure).toExtend<string | undefined>();
      const popup = await startProviderLogin(cookies, { provider, popup: true });
      if (popup.ok && !isPending(popup.data)) {
        expectTypeOf(popup.data.user).toEqualTypeOf<Schemas["User"]>();
        // @ts-expect-error the server's own page may have signed in, and tells no proof
        void popup.data.csrfToken;
      }
      const pair = await startProviderLogin(tokens, { provider, redirectUri, popup: true });
      if (pair.ok && !isPending(pair.data))
        expectTypeOf(pair.data).toEqualTypeOf<Schemas["TokenPair"]>();
      // @ts-expect-error the server's own page has no cookie of a client with tokens
      await startProviderLogin(tokens, { provider });
      // @ts-expect-error somebody else signs it in
      await startProviderLogin(other, { provider, redirectUri });
      // @ts-expect-error nor does it end
      await completeProviderLogin(other);
      await startProviderLink(cookies, { provider });
      await startProviderLink(tokens, { provider, redirectUri });
      await startProviderLink(other, { provider, redirectUri });
      // @ts-expect-error the server's own page has no token to link with
      await startProviderLink(tokens, { provider });
      // @ts-expect-error nor in a popup
      await startProviderLink(other, { provider, popup: true });
      // @ts-expect-error no provider
      await startProviderLogin(cookies, {});
      const left = await startProviderLogin(cookies, { provider });
      if (left.ok) expectTypeOf(left.data).toEqualTypeOf<Schemas["ProviderRedirect"]>();
    };
    expect(check).toBeTypeOf("function");
  });
});

/** Somebody who is known at the provider, signed in. */
async function enter(api: Client): Promise<void> {
  const { authorizationUrl } = unwrap(await api.startProviderLogin({ providerId: provider }));
  const answer = fake.provider(provider).approve(authorizationUrl, ada);
  const pending = unwrap(await api.completeProviderLogin({ providerId: provider, ...answer }));
  unwrap(await api.finishSignIn(pending));
}

async function signedUp(): Promise<Client> {
  const api = browser();
  const account = { email, password: "correct horse battery staple" };
  await api.signup(account);
  await api.login(account);
  return api;
}
