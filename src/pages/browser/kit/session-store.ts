/** Stands in for `@portcullis/client/session`, until that is there. */
import type { Client, Result, Schemas } from "@portcullis/client";

export type SessionState =
  | { readonly status: "unknown" | "signed_out"; readonly user?: undefined }
  | { readonly status: "signed_in"; readonly user: Schemas["User"] };

export interface Session {
  readonly current: () => SessionState;
  readonly subscribe: (listener: () => void) => () => void;
  readonly refresh: () => Promise<SessionState>;
  readonly signOut: () => Promise<Result<"logout">>;
}

export function createSession(client: Pick<Client, "getMe" | "signOut">): Session {
  let state: SessionState = { status: "unknown" };
  let running: Promise<SessionState> | undefined;
  const listeners = new Set<() => void>();
  const put = (next: SessionState) => {
    state = next;
    for (const listener of listeners) listener();
    return state;
  };
  const refresh = () =>
    (running ??= client
      .getMe()
      .then((result) => {
        if (result.ok) return put({ status: "signed_in", user: result.data });
        return result.status === 401 ? put({ status: "signed_out" }) : state;
      })
      .finally(() => (running = undefined)));
  return {
    current: () => state,
    subscribe(listener) {
      listeners.add(listener);
      if (state.status === "unknown") void refresh();
      return () => listeners.delete(listener);
    },
    refresh,
    async signOut() {
      const result = await client.signOut();
      if (result.ok) put({ status: "signed_out" });
      return result;
    },
  };
}
