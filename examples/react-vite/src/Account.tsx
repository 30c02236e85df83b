import type { Schemas } from "@portcullis/client";
import { useSession } from "@portcullis/client/react";
import { useEffect, useState } from "react";
import { api } from "./auth.ts";

export function Account({ user }: { readonly user: Schemas["User"] }) {
  const { signOut } = useSession();
  const [said, setSaid] = useState("");
  const leave = async () => {
    const left = await signOut();
    if (!left.ok) setSaid("You are still signed in: the server was not reached.");
  };
  return (
    <section className="card" aria-labelledby="title">
      <h1 id="title">Welcome, {user.name ?? user.email}</h1>
      <p className="quiet">Where you are signed in:</p>
      <Sessions />
      <p className="said" role="alert">
        {said}
      </p>
      <button type="button" className="plain" onClick={() => void leave()}>
        Sign out
      </button>
    </section>
  );
}

function Sessions() {
  const [sessions, setSessions] = useState<readonly Schemas["SessionInfo"][]>([]);
  useEffect(() => {
    const leaving = new AbortController();
    const { signal } = leaving;
    // A 401 needs nothing here: the session has seen it.
    void api.listMySessions({ limit: 10 }, { signal }).then((page) => {
      if (page.ok) setSessions(page.data.items);
    });
    return () => leaving.abort();
  }, []);
  return (
    <ul className="list">
      {sessions.map(({ id, current, ip, userAgent, createdAt }) => (
        <li key={id}>
          {/* A client's name may have been chosen by a stranger: React writes it as text. */}
          <span>{current ? "This browser" : (userAgent ?? "A program")}</span>
          <span className="quiet">
            {ip}, since {new Date(createdAt).toLocaleString()}
          </span>
        </li>
      ))}
    </ul>
  );
}
