import { SignedIn, SignedOut, useSession } from "@portcullis/client/react";
import { Account } from "./Account.tsx";
import { SignIn } from "./SignIn.tsx";

export function App() {
  return (
    <>
      <header className="bar">
        <span className="brand">Notebook</span>
        <SignedIn>{(user) => <span className="quiet">{user.email}</span>}</SignedIn>
      </header>
      <main>
        <Loading />
        <SignedOut>
          <SignIn />
        </SignedOut>
        <SignedIn>{(user) => <Account user={user} />}</SignedIn>
      </main>
    </>
  );
}

/** Until the first answer nobody is signed in, and nobody is signed out. */
function Loading() {
  const { status } = useSession();
  return status === "unknown" ? (
    <p className="quiet" role="status">
      One moment …
    </p>
  ) : null;
}
