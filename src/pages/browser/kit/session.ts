/** Tells every view who is signed in. */
import { useEffect, useState } from "preact/hooks";
import { createSession, type Session, type SessionState } from "./session-store.ts";
import { api } from "./api.ts";

let made: Session | undefined;

export function session(): Session {
  return (made ??= createSession(api()));
}

/** Follows the session. The first view that uses it makes the page ask. */
export function useSession(): SessionState {
  const [state, setState] = useState(() => session().current());
  useEffect(() => {
    const read = () => setState(session().current());
    const unsubscribe = session().subscribe(read);
    read();
    return unsubscribe;
  }, []);
  return state;
}
