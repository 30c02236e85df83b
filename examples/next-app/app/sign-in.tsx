"use client";

import { useSession } from "@portcullis/client/react";
import { useActionState, useEffect } from "react";
import { signIn } from "./actions";

/** A form that works before its script is there, and without it. */
export function SignIn() {
  const { refresh } = useSession();
  const [state, action, isBusy] = useActionState(signIn, { step: "password" });
  useEffect(() => {
    // This server signed in, and no call of the client did: the session has to be told.
    if (state.step === "done") void refresh();
  }, [state, refresh]);
  return (
    <section className="card" aria-labelledby="title">
      <form action={action}>
        {state.step === "code" ? <Code /> : <Password />}
        <p className="said" role="alert">
          {state.said}
        </p>
        <button type="submit" aria-disabled={isBusy}>
          {state.step === "code" ? "Go on" : "Sign in"}
        </button>
      </form>
    </section>
  );
}

function Password() {
  return (
    <>
      <h1 id="title">Sign in</h1>
      <label>
        E-mail address
        <input name="email" type="email" autoComplete="username" required autoFocus />
      </label>
      <label>
        Password
        <input name="password" type="password" autoComplete="current-password" required />
      </label>
    </>
  );
}

function Code() {
  return (
    <>
      <h1 id="title">One more step</h1>
      <label>
        Code of your authenticator app, or a recovery code
        <input name="code" autoComplete="one-time-code" spellCheck={false} required autoFocus />
      </label>
    </>
  );
}
