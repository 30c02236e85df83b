"use client";

import { createClient } from "@portcullis/client";
import { SessionProvider, type SessionState, SignedIn } from "@portcullis/client/react";
import { createSession } from "@portcullis/client/session";
import { type ReactNode, useState } from "react";

/** The session of this page in the browser: it follows the other tabs, and asks by the rewrite of `next.config.ts`. */
export function Providers({
  initial,
  children,
}: {
  readonly initial: SessionState;
  readonly children: ReactNode;
}) {
  // Also rendered on the server, where a URL has to be whole; nothing is asked there.
  const [session] = useState(() => {
    const origin = typeof location === "undefined" ? "http://localhost" : location.origin;
    return createSession(createClient({ baseUrl: `${origin}/auth` }));
  });
  return (
    <SessionProvider session={session} initial={initial}>
      <header className="bar">
        <span className="brand">Notebook</span>
        <SignedIn>{(user) => <span className="quiet">{user.email}</span>}</SignedIn>
      </header>
      <main>{children}</main>
    </SessionProvider>
  );
}
