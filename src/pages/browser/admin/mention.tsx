/** Somebody, or a network address, in a sentence: pressing it shows the events of it alone. */
import { Link, navigate } from "../kit/router.tsx";
import type { Mention } from "./event-sentences.ts";
import { type EventFilters, pathOf } from "./filters.ts";
import { useName } from "./names.ts";
import { say } from "./words.ts";

/** `within`: the filters that stay. */
export function Who({
  mention: { id, email, gone },
  within = {},
}: {
  readonly mention: Mention;
  readonly within?: EventFilters | undefined;
}) {
  const name = useName(email === undefined ? id : undefined);
  const { user: _user, email: _email, ...rest } = within;
  if (id === undefined && email !== undefined)
    return (
      <button type="button" class="mention" onClick={() => showAddress(rest, email)}>
        {email}
      </button>
    );
  if (email === undefined && name === null) return <>{gone ?? say("who_gone")}</>;
  return (
    <Link class="mention" to={pathOf({ ...rest, ...(id !== undefined && { user: id }) })}>
      {email ?? name ?? "…"}
    </Link>
  );
}

export function Ip({ ip, within = {} }: { readonly ip: string; readonly within?: EventFilters }) {
  return (
    <Link class="mention ip" to={pathOf({ ...within, ip })}>
      {ip}
    </Link>
  );
}

/** An address without an account stands in no URL: the entry of the history keeps it. */
export function showAddress(filters: EventFilters, email: string): void {
  navigate(pathOf(filters));
  history.replaceState({ email }, "");
}

export function addressOfView(): string | undefined {
  const state: unknown = history.state;
  if (typeof state !== "object" || state === null || !("email" in state)) return undefined;
  return typeof state.email === "string" ? state.email : undefined;
}
