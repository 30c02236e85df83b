/** Somebody's page in React, as a server renders it: before anything is known, and with what was found. */
import { createClient } from "@portcullis/client";
import {
  SessionProvider,
  type SessionState,
  SignedIn,
  SignedOut,
  useSession,
  useUser,
} from "@portcullis/client/react";
import { createSession } from "@portcullis/client/session";
import { createFakeServer } from "@portcullis/client/testing";
import { renderToStaticMarkup } from "react-dom/server";

const { fetch } = createFakeServer();
const session = createSession(createClient({ baseUrl: "http://localhost", fetch }));

const signedIn: SessionState = {
  status: "signed_in",
  user: {
    id: "01936f2e-8c00-7b3a-9d51-2f6f0a6c1e42",
    email: "ada@example.com",
    emailVerified: true,
    name: null,
    locale: null,
    role: "user",
    disabled: false,
    createdAt: "2026-11-23T10:06:00.000Z",
  },
};

function Status() {
  const user = useUser();
  const { status } = useSession();
  return <p title={user?.email}>{status}</p>;
}

for (const initial of [undefined, signedIn])
  console.log(
    renderToStaticMarkup(
      <SessionProvider session={session} initial={initial}>
        <Status />
        <SignedIn>{(user) => <b>{user.email}</b>}</SignedIn>
        <SignedOut>Please sign in.</SignedOut>
      </SessionProvider>,
    ).replace(/ title="[^"]*"/, ""),
  );
