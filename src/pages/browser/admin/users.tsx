/** The accounts: search while typing, filters, page by page; and invitations. */
import { consoleUserPath } from "../../entries.ts";
import type { Schemas } from "@portcullis/client";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { api } from "../kit/api.ts";
import { Button } from "../kit/button.tsx";
import { agoOf, dateOf } from "../kit/dates.ts";
import { SelectField } from "../kit/fields.tsx";
import { PageTitle } from "../kit/frame.tsx";
import { Badge, EmptyState } from "../kit/lists.tsx";
import { Show, useLoaded } from "../kit/loading.tsx";
import { Status } from "../kit/notice.tsx";
import { Link } from "../kit/router.tsx";
import { Invitations, InviteButton, usePendingInvitations } from "./invitations.tsx";
import { learnName } from "./names.ts";
import { say } from "./words.ts";

type User = Schemas["UserDetails"];

const PAGE_SIZE = 20;
/** A pause after which somebody has stopped typing. Milliseconds. */
const TYPING_MS = 250;

/** Filters by the name of the choice. */
const states = {
  any: {},
  disabled: { disabled: true },
  locked: { locked: true },
  unproved: { emailVerified: false },
  enabled: { disabled: false },
} as const;
type State = keyof typeof states;
const stateNames = Object.keys(states) as readonly State[]; // the keys of a literal
type Role = "" | "user" | "admin";

interface Search {
  readonly text: string;
  readonly role: Role;
  readonly state: State;
  /** Cursors of the pages so far; the last is that of the page that is shown. */
  readonly pages: readonly string[];
}

const noSearch: Search = { text: "", role: "", state: "any", pages: [] };
/** Kept while the console is open, so that the way back from an account leads to the same page. In no URL (PG-04). */
let kept = noSearch;

/** Shows the list as it is at first, where the account that it was to find is gone. */
export function endSearch(): void {
  kept = noSearch;
}

export function UsersView() {
  const [search, setSearch] = useState(kept);
  const [invited, setInvited] = useState<string>();
  const invitations = usePendingInvitations();
  useEffect(() => {
    kept = search;
  }, [search]);
  const { text, role, state, pages } = search;
  const cursor = pages.at(-1);
  const users = useLoaded(
    () =>
      api().listUsers({
        ...states[state],
        ...(text !== "" && { q: text }),
        ...(role !== "" && { role }),
        ...(cursor !== undefined && { cursor }),
        limit: PAGE_SIZE,
      }),
    [text, role, state, cursor],
  );
  const begin = (change: Partial<Search>) => setSearch({ ...search, ...change, pages: [] });
  return (
    <>
      <div class="title-bar">
        <PageTitle title={say("users")} about={say("usersAbout")} />
        <InviteButton
          onInvited={(email) => {
            setInvited(email);
            void invitations.reload();
          }}
        />
      </div>
      <Status good={invited === undefined ? undefined : say("invited", { email: invited })} />
      <div class="tight">
        <SearchBar search={search} onChange={begin} />
        <Show of={users} rows={6}>
          {({ items, nextCursor }) => (
            <UserList
              items={items}
              isFirst={pages.length === 0}
              isSearch={text !== "" || role !== "" || state !== "any"}
              hasMore={nextCursor !== null}
              isLoading={users.isLoading}
              onNext={() => setSearch({ ...search, pages: [...pages, nextCursor ?? ""] })}
              onBack={() => setSearch({ ...search, pages: pages.slice(0, -1) })}
            />
          )}
        </Show>
      </div>
      <Invitations items={invitations.data ?? []} />
    </>
  );
}

function SearchBar({
  search: { text, role, state },
  onChange,
}: {
  readonly search: Search;
  readonly onChange: (change: Partial<Search>) => void;
}) {
  const id = useId();
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const latest = useRef(onChange);
  latest.current = onChange;
  useEffect(() => () => clearTimeout(timer.current), []);
  return (
    <div class="inline search-bar">
      <div class="field">
        <label for={id}>{say("searchUsers")}</label>
        <input
          class="input"
          id={id}
          type="search"
          maxLength={100}
          defaultValue={text}
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          onInput={(event) => {
            const typed = event.currentTarget.value.trim();
            clearTimeout(timer.current);
            timer.current = setTimeout(() => latest.current({ text: typed }), TYPING_MS);
          }}
        />
      </div>
      <SelectField
        name="role"
        label={say("role")}
        defaultValue={role}
        onChange={(event) => onChange({ role: event.currentTarget.value as Role })} // one of the options
      >
        <option value="">{say("anyRole")}</option>
        <option value="user">{say("role_user")}</option>
        <option value="admin">{say("role_admin")}</option>
      </SelectField>
      <SelectField
        name="state"
        label={say("state")}
        defaultValue={state}
        onChange={(event) => onChange({ state: event.currentTarget.value as State })} // one of the options
      >
        {stateNames.map((each) => (
          <option key={each} value={each}>
            {say(`state_${each}`)}
          </option>
        ))}
      </SelectField>
    </div>
  );
}

interface UserListProps {
  readonly items: readonly User[];
  readonly isFirst: boolean;
  readonly isSearch: boolean;
  readonly hasMore: boolean;
  readonly isLoading: boolean;
  readonly onNext: () => void;
  readonly onBack: () => void;
}

function UserList({ items, isFirst, isSearch, hasMore, isLoading, onNext, onBack }: UserListProps) {
  for (const { id, email } of items) learnName(id, email);
  const list = useRef<HTMLDivElement>(null);
  const turn = (go: () => void) => {
    go();
    list.current?.focus({ preventScroll: true });
    scrollTo(0, 0);
  };
  return (
    <>
      <p class="visually-hidden" role="status">
        {say("usersFound", { count: items.length })}
      </p>
      {items.length === 0 ? (
        <EmptyState>
          <p>{say(hasMore ? "usersNoneYet" : isSearch ? "usersNone" : "usersEmpty")}</p>
        </EmptyState>
      ) : (
        <div
          class="card rows"
          ref={list}
          role="group"
          aria-label={say("users")}
          tabIndex={-1}
          aria-busy={isLoading}
        >
          <ul>
            {items.map((user) => (
              <UserRow key={user.id} user={user} />
            ))}
          </ul>
        </div>
      )}
      {(!isFirst || hasMore) && (
        <nav class="actions pages" aria-label={say("pages")}>
          {!isFirst && (
            <Button isLow isBusy={isLoading} onClick={() => turn(onBack)}>
              {say("previousPage")}
            </Button>
          )}
          {hasMore && (
            <Button isLow isBusy={isLoading} onClick={() => turn(onNext)}>
              {say(items.length === 0 ? "searchOn" : "nextPage")}
            </Button>
          )}
        </nav>
      )}
    </>
  );
}

function UserRow({ user }: { readonly user: User }) {
  return (
    <li class="row">
      <div>
        <p class="name">
          <Link to={consoleUserPath(user.id)}>{user.email}</Link>
          <UserBadges user={user} />
        </p>
        <p class="about">
          {[
            user.name,
            say("joined", { date: dateOf(user.createdAt) }),
            user.lastLoginAt === null
              ? say("neverSignedIn")
              : say("lastSignedIn", { ago: agoOf(user.lastLoginAt) }),
          ]
            .filter(Boolean)
            .join(" · ")}
        </p>
      </div>
    </li>
  );
}

export function UserBadges({ user }: { readonly user: User }) {
  return (
    <>
      {user.role === "admin" && <Badge>{say("role_admin")}</Badge>}
      {user.disabled && <Badge tone="bad">{say("disabled")}</Badge>}
      {isLocked(user) && <Badge tone="warn">{say("locked")}</Badge>}
      {!user.emailVerified && <Badge tone="warn">{say("unproved")}</Badge>}
    </>
  );
}

/** True while no password opens it. */
export function isLocked(user: User): user is User & { readonly lockedUntil: string } {
  const { lockedUntil } = user;
  return lockedUntil !== null && Date.parse(lockedUntil) > Date.now();
}
