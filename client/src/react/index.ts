"use client";
/** The session of `@portcullis/client/session` in React. No JSX, so that every runtime reads the source. */
import {
  createContext,
  createElement,
  type ReactElement,
  type ReactNode,
  useContext,
  useSyncExternalStore,
} from "react";
import type { Schemas } from "../result.ts";
import type { Session } from "../session/session.ts";
import { type SessionState, UNKNOWN } from "../session/state.ts";

export type { Session, SessionState };

interface Provided {
  readonly session: Session;
  readonly initial: SessionState;
}

const Context = createContext<Provided | undefined>(undefined);

export interface SessionProviderProps {
  readonly session: Session;
  /**
   * The state that a server has found, by `sessionFrom`: shown until the session's own first answer, so that the page
   * arrives complete. Without it a page is rendered with `unknown`.
   */
  readonly initial?: SessionState | undefined;
  readonly children?: ReactNode;
}

/** Gives the session to all beneath. */
export function SessionProvider(props: SessionProviderProps): ReactElement {
  const { session, initial = UNKNOWN, children } = props;
  return createElement(Context.Provider, { value: { session, initial } }, children);
}

/** The state of the session, and what can be done with it. Renders again after each change. */
export function useSession(): SessionState & Pick<Session, "refresh" | "signOut"> {
  const provided = useContext(Context);
  if (!provided) throw new Error("useSession needs a SessionProvider around it");
  const { session, initial } = provided;
  const state = useSyncExternalStore(
    session.subscribe,
    () => {
      const current = session.current();
      return current.status === "unknown" ? initial : current;
    },
    () => initial,
  );
  return { ...state, refresh: session.refresh, signOut: session.signOut };
}

/** The user, while somebody is signed in. */
export function useUser(): Schemas["User"] | undefined {
  return useSession().user;
}

export interface SignedInProps {
  readonly children?: ReactNode | ((user: Schemas["User"]) => ReactNode);
}

/** Renders its children while somebody is signed in. A function is given the user. */
export function SignedIn({ children }: SignedInProps): ReactNode {
  const user = useUser();
  if (!user) return null;
  return typeof children === "function" ? children(user) : children;
}

/** Renders its children while nobody is signed in: neither this nor `SignedIn` while that is unknown. */
export function SignedOut({ children }: { readonly children?: ReactNode }): ReactNode {
  return useSession().status === "signed_out" ? children : null;
}
