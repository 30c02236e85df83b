import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { memoryTokens } from "../src/index.ts";
import { createSession } from "../src/session/index.ts";
import {
  credentials,
  fakeSignIns,
  problem,
  signedIn,
  signedOut,
  unknown,
} from "./fake-sign-ins.ts";
import { follow, settled, stopFollowing } from "./followed-sessions.ts";
import { BrowserRequest } from "./loopback-server.ts";

beforeEach(() => void vi.stubGlobal("Request", BrowserRequest));
afterEach(() => {
  stopFollowing();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("a session", () => {
  it("is unknown until the first answer, and asks nothing before somebody listens", async () => {
    const server = fakeSignIns();
    const session = createSession(server.client());
    expect(session.current()).toEqual(unknown);
    expect(server.asked).toEqual([]);
    const told = follow(session);
    expect(session.current()).toEqual(unknown);
    await session.refresh();
    expect(told).toEqual(["signed_out"]);
  });

  it("asks once, however many listen and however many refresh", async () => {
    const server = fakeSignIns();
    server.isSignedIn = true;
    const session = createSession(server.client());
    const told = [follow(session), follow(session), follow(session)];
    const [one, other] = await Promise.all([session.refresh(), session.refresh()]);
    expect([one, other]).toEqual([signedIn, signedIn]);
    expect(told).toEqual([["signed_in"], ["signed_in"], ["signed_in"]]);
    expect(server.questions()).toBe(1);
  });

  it("has the same state object until something changes", async () => {
    const server = fakeSignIns();
    server.isSignedIn = true;
    const session = createSession(server.client());
    const told = follow(session);
    const before = await session.refresh();
    expect(await session.refresh()).toBe(before);
    server.name = "Countess";
    expect(await session.refresh()).toMatchObject({ user: { name: "Countess" } });
    expect(told).toHaveLength(2);
  });

  it("needs a client of createClient", () => {
    const { getMe, signOut } = fakeSignIns().client();
    expect(() => createSession({ getMe, signOut })).toThrow(/createClient/);
  });

  it("works where there is no page: on a server", async () => {
    vi.stubGlobal("BroadcastChannel", undefined);
    const server = fakeSignIns();
    const session = createSession(server.client());
    follow(session);
    expect(await session.refresh()).toEqual(signedOut);
    await server.client().login(credentials);
    expect(await session.refresh()).toEqual(signedIn);
  });
});

describe("calls of its client", () => {
  it("sign in at once, without another question", async () => {
    const server = fakeSignIns();
    const api = server.client();
    const session = createSession(api);
    follow(session);
    await session.refresh();
    await api.login(credentials);
    expect(session.current()).toEqual(signedIn);
    expect(server.questions()).toBe(1);
  });

  it.each(["logout", "signOut"] as const)("sign out at once by %s", async (name) => {
    const server = fakeSignIns();
    server.isSignedIn = true;
    const api = server.client();
    const session = createSession(api);
    await session.refresh();
    await api[name]();
    expect(session.current()).toEqual(signedOut);
    expect(server.questions()).toBe(1);
  });

  it("change the user it shows", async () => {
    const server = fakeSignIns();
    server.isSignedIn = true;
    const api = server.client();
    const session = createSession(api);
    await session.refresh();
    await api.updateMe({ name: "Countess" });
    await session.refresh();
    expect(session.current()).toMatchObject({ user: { name: "Countess" } });
    await api.deleteMe();
    await session.refresh();
    expect(session.current()).toEqual(signedOut);
  });

  it("make it ask where they are unauthenticated, and sign nobody out who is signed in", async () => {
    const server = fakeSignIns();
    server.isSignedIn = true;
    const api = server.client();
    const session = createSession(api);
    await session.refresh();
    server.isSignedIn = false;
    await api.listMySessions();
    await vi.waitFor(() => expect(session.current()).toEqual(signedOut));

    server.isSignedIn = true;
    await session.refresh();
    server.isSignedIn = false;
    const release = server.hold();
    const lost = api.listMySessions();
    await vi.waitFor(() => expect(server.asked.at(-1)).toBe("GET /me/sessions"));
    server.isSignedIn = true; // another tab signs in, before the answer is here
    release();
    await lost;
    await session.refresh();
    expect(session.current()).toEqual(signedIn);
  });

  it("say nothing by a 401 of another code, nor where the caller brought a credential", async () => {
    const server = fakeSignIns();
    server.isSignedIn = true;
    const api = server.client();
    const session = createSession(api);
    await session.refresh();
    expect(await api.changePassword({ currentPassword: "p", newPassword: "q" })).toMatchObject({
      problem: { code: "invalid_credentials" },
    });
    await api.logout(undefined, { headers: { cookie: "__Host-session=other" } });
    await api.logout(undefined, { headers: { authorization: "Bearer other" } });
    await session.refresh();
    expect(server.questions()).toBe(2);
  });

  it("make the answer to an older question worth nothing", async () => {
    const server = fakeSignIns();
    const api = server.client();
    const session = createSession(api);
    const told = follow(session);
    const release = server.hold();
    const asked = session.refresh();
    await vi.waitFor(() => expect(server.questions()).toBe(1)); // signed out, as it will say
    await api.login(credentials);
    release();
    expect(await asked).toEqual(signedIn);
    expect(told).toEqual(["signed_in"]);
  });
});

describe("signOut", () => {
  it("answers as the client's does, and stays signed in where that fails", async () => {
    const server = fakeSignIns();
    server.isSignedIn = true;
    const session = createSession(server.client());
    await session.refresh();
    expect(await session.signOut()).toMatchObject({ ok: true, status: 204 });
    expect(session.current()).toEqual(signedOut);

    const offline = createSession(
      server.client({ fetch: () => Promise.reject(new Error("offline")) }),
    );
    expect(await offline.signOut()).toMatchObject({ ok: false, failure: "network" });
    expect(offline.current()).toEqual(unknown);
  });
});

describe("with tokens", () => {
  it("a sign-in asks, and a sign-out asks nothing", async () => {
    const server = fakeSignIns();
    const api = server.tokenClient({ tokens: memoryTokens() });
    const session = createSession(api);
    await api.tokenLogin(credentials);
    expect(await session.refresh()).toEqual(signedIn);
    const questions = server.questions();
    await session.signOut();
    expect(session.current()).toEqual(signedOut);
    expect(server.questions()).toBe(questions);
  });

  it("a refresh that is refused signs out", async () => {
    const server = fakeSignIns();
    const onSignedOut = vi.fn();
    const tokens = memoryTokens({ accessToken: "a.b.c", refreshToken: "r" });
    const api = server.tokenClient({ tokens, onSignedOut });
    const session = createSession(api);
    server.isSignedIn = true;
    await session.refresh();
    server.isSignedIn = false;
    await api.getTokenMe();
    await vi.waitFor(() => expect(session.current()).toEqual(signedOut));
    expect(onSignedOut).toHaveBeenCalledOnce();
  });
});

describe("where no answer comes", () => {
  const down = () => Promise.reject(new Error("offline"));

  it.each([
    ["the network is down", down],
    ["the server is busy", async () => problem(503, "overloaded")],
    ["the network signs in first", async () => new Response("<html>")],
  ])("the user is shown on: %s", async (_title, trouble) => {
    const server = fakeSignIns();
    server.isSignedIn = true;
    const session = createSession(server.client({ retry: false }));
    await session.refresh();
    server.trouble = trouble;
    expect(await session.refresh()).toEqual(signedIn);
  });

  it("an unknown session asks again after 5 s, while somebody listens", async () => {
    vi.useFakeTimers({ toFake: ["performance", "setTimeout", "clearTimeout"] });
    const server = fakeSignIns();
    server.trouble = down;
    const session = createSession(server.client());
    follow(session);
    await session.refresh();
    expect(session.current()).toEqual(unknown);
    server.trouble = undefined;
    await vi.advanceTimersByTimeAsync(5_000);
    await vi.waitFor(() => expect(session.current()).toEqual(signedOut));
    expect(server.questions()).toBe(2);

    server.trouble = down;
    const left = createSession(server.client());
    const leave = left.subscribe(() => {});
    await left.refresh();
    leave();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(server.questions()).toBe(3);
  });

  it("whoever listens just after that is told 5 s later", async () => {
    vi.useFakeTimers({ toFake: ["performance", "setTimeout", "clearTimeout"] });
    const server = fakeSignIns();
    server.trouble = down;
    const session = createSession(server.client());
    await session.refresh();
    const told = follow(session);
    server.trouble = undefined;
    await vi.advanceTimersByTimeAsync(5_000);
    await vi.waitFor(() => expect(told).toEqual(["signed_out"]));
    expect(server.questions()).toBe(2);
  });

  it("a token function that throws is met by refresh alone", async () => {
    const session = createSession(
      fakeSignIns().client({
        cookies: {
          cookieHeader: () => {
            throw new Error("jar");
          },
          setCookies() {},
        },
      }),
    );
    follow(session);
    await settled();
    await expect(session.refresh()).rejects.toThrow("jar");
    expect(session.current()).toEqual(unknown);
  });
});
