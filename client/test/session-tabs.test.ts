import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createSession } from "../src/session/index.ts";
import { openPage } from "./fake-page.ts";
import { credentials, fakeSignIns, signedIn, signedOut } from "./fake-sign-ins.ts";
import { follow, settled, stopFollowing } from "./followed-sessions.ts";
import { BrowserRequest } from "./loopback-server.ts";

beforeEach(() => void vi.stubGlobal("Request", BrowserRequest));
afterEach(() => {
  stopFollowing();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("other tabs", () => {
  it("follow a sign-in and a sign-out", async () => {
    openPage();
    const server = fakeSignIns();
    const [api, elsewhere] = [server.client(), server.client()];
    const [here, there] = [createSession(api), createSession(elsewhere)];
    follow(here);
    follow(there);
    await Promise.all([here.refresh(), there.refresh()]);
    await api.login(credentials);
    await vi.waitFor(() => expect(there.current()).toEqual(signedIn));
    await here.signOut();
    await vi.waitFor(() => expect(there.current()).toEqual(signedOut));
    await settled();
    expect(server.questions()).toBe(4); // one at the start of each, and two there
  });

  it("follow what a tab finds out that asks after a sign-in by a server of its own", async () => {
    openPage();
    const server = fakeSignIns();
    const [here, there] = [createSession(server.client()), createSession(server.client())];
    follow(here);
    follow(there);
    await Promise.all([here.refresh(), there.refresh()]);
    server.isSignedIn = true;
    await here.refresh();
    await vi.waitFor(() => expect(there.current()).toEqual(signedIn));
  });

  it("are told also where nobody listens to the one that signs in", async () => {
    openPage();
    const server = fakeSignIns();
    const api = server.client();
    createSession(api);
    const there = createSession(server.client());
    follow(there);
    await there.refresh();
    await api.login(credentials);
    await vi.waitFor(() => expect(there.current()).toEqual(signedIn));
  });

  it("of another server hear nothing", async () => {
    openPage();
    const server = fakeSignIns();
    const api = server.client();
    const there = createSession(server.client({ baseUrl: "https://auth.example.com/other" }));
    createSession(api);
    follow(there);
    await there.refresh();
    const questions = server.asked.length;
    await api.login(credentials);
    await settled();
    expect(server.asked).toHaveLength(questions + 1);
  });

  it("need no BroadcastChannel: the page asks when it is returned to", async () => {
    const page = openPage();
    vi.stubGlobal("BroadcastChannel", undefined);
    vi.useFakeTimers({ toFake: ["performance"] });
    const server = fakeSignIns();
    const api = server.client();
    const session = createSession(api);
    follow(session);
    await session.refresh();
    server.isSignedIn = true;
    vi.advanceTimersByTime(5_000);
    page.returnTo();
    await session.refresh();
    expect(session.current()).toEqual(signedIn);
    await api.logout();
    expect(session.current()).toEqual(signedOut);
  });
});

describe("a return to the page", () => {
  it.each(["visibilitychange", "focus", "online"] as const)(
    "by %s asks, and not more than every 5 s",
    async (type) => {
      const page = openPage();
      vi.useFakeTimers({ toFake: ["performance"] });
      const server = fakeSignIns();
      const session = createSession(server.client());
      follow(session);
      await session.refresh();
      const happens = () => (type === "visibilitychange" ? page.returnTo() : page.fire(type));
      vi.advanceTimersByTime(4_999);
      happens();
      await settled();
      expect(server.questions()).toBe(1);
      vi.advanceTimersByTime(1);
      happens();
      await settled();
      happens();
      await settled();
      expect(server.questions()).toBe(2);
    },
  );

  it("asks nothing while it is behind", async () => {
    const page = openPage();
    vi.useFakeTimers({ toFake: ["performance"] });
    const server = fakeSignIns();
    const session = createSession(server.client());
    follow(session);
    await session.refresh();
    vi.advanceTimersByTime(60_000);
    page.goBehind();
    page.fire("focus");
    await settled();
    expect(server.questions()).toBe(1);
  });

  it("out of the back-forward cache asks whenever it was", async () => {
    const page = openPage();
    const server = fakeSignIns();
    server.isSignedIn = true;
    const session = createSession(server.client());
    follow(session);
    await session.refresh();
    page.show(false);
    await settled();
    expect(server.questions()).toBe(1);
    server.isSignedIn = false;
    page.show(true);
    await vi.waitFor(() => expect(session.current()).toEqual(signedOut));
  });
});

describe("the end of listening", () => {
  it("ends it all, and a new listener begins it again", async () => {
    const page = openPage();
    vi.useFakeTimers({ toFake: ["performance"] });
    const server = fakeSignIns();
    const session = createSession(server.client());
    const listener = vi.fn();
    const leave = session.subscribe(listener);
    await session.refresh();
    leave();
    leave(); // twice is once
    server.isSignedIn = true;
    vi.advanceTimersByTime(5_000);
    page.returnTo();
    page.show(true);
    await settled();
    expect(server.questions()).toBe(1);
    expect(listener).toHaveBeenCalledOnce();

    const again = follow(session);
    await session.refresh();
    expect(again).toEqual(["signed_in"]);
    expect(server.questions()).toBe(2);
  });

  it("of one leaves the other, also where both are the same function", async () => {
    const server = fakeSignIns();
    const session = createSession(server.client());
    const listener = vi.fn();
    const leave = session.subscribe(listener);
    const leaveOther = session.subscribe(listener);
    leave();
    await session.refresh();
    expect(listener).toHaveBeenCalledOnce();
    leaveOther();
  });
});
