/** Tells every view who is signed in. */
import { createSession, type Session, type SessionState } from "@portcullis/client/session";
import { useEffect, useState } from "preact/hooks";
import { type Api, api, maybeSignedIn } from "./api.ts";

let made: Session<Api> | undefined;

export function session(): Session<Api> {
  return (made ??= createSession(api()));
}

/** Asks while the page still learns its words, so that the first view that is drawn may know already. */
export function askAhead(): void {
  if (maybeSignedIn()) void session().refresh();
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
