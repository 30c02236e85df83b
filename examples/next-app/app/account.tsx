"use client";

import { useSession, useUser } from "@portcullis/client/react";
import { useState, useTransition } from "react";
import { signOut } from "./actions";

export function Account() {
  const user = useUser();
  const { refresh } = useSession();
  const [said, setSaid] = useState<string>();
  const [isBusy, start] = useTransition();
  const leave = () =>
    start(async () => {
      const failed = await signOut();
      setSaid(failed);
      await refresh();
    });
  return (
    <section className="card" aria-labelledby="title">
      <h1 id="title">Welcome, {user?.name ?? user?.email}</h1>
      <p className="quiet">
        This page was rendered for you by a server, which asked who you are. Open it in a second
        tab, and sign out in one of them.
      </p>
      <p className="said" role="alert">
        {said}
      </p>
      <button type="button" className="plain" aria-disabled={isBusy} onClick={leave}>
        Sign out
      </button>
    </section>
  );
}
