import { createElement, type ReactNode } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import {
  SessionProvider,
  type SessionState,
  SignedIn,
  SignedOut,
  useSession,
  useUser,
} from "../src/react/index.ts";
import { createSession } from "../src/session/index.ts";
import { fakeSignIns, signedIn, signedOut } from "./fake-sign-ins.ts";

const server = fakeSignIns();
const session = createSession(server.client());

/** As a server renders it. */
const rendered = (child: ReactNode, initial?: unknown) =>
  renderToStaticMarkup(
    createElement(
      SessionProvider,
      { session, initial: initial as SessionState | undefined },
      child,
    ), // of the fake server
  );
const Status = () => useSession().status;
const Email = () => useUser()?.email ?? "nobody";
const parts = [
  createElement(SignedIn, { key: "in" }, "in"),
  createElement(SignedIn, { key: "as", children: (user) => ` as ${user.email}` }),
  createElement(SignedOut, { key: "out" }, "out"),
];

describe("a page that a server renders", () => {
  it("is that of an unknown session, whatever the server's own client knows, and asks nothing", async () => {
    server.isSignedIn = true;
    await session.refresh();
    expect(session.current().status).toBe("signed_in");
    const asked = server.asked.length;
    expect(rendered(createElement(Status))).toBe("unknown");
    expect(rendered(createElement(Email))).toBe("nobody");
    expect(rendered(parts)).toBe("");
    expect(server.asked).toHaveLength(asked);
  });

  it("has what the server found, where it is given", () => {
    expect(rendered(parts, signedIn)).toBe("in as ada@example.com");
    expect(rendered(parts, signedOut)).toBe("out");
    expect(rendered(createElement(Email), signedIn)).toBe("ada@example.com");
  });

  it("needs a provider", () => {
    expect(() => renderToStaticMarkup(createElement(Status))).toThrow(/SessionProvider/);
  });
});
