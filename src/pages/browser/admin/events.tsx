/** The events so far and as they come, with filters. */
import { consoleUserPath } from "../../entries.ts";
import { useState } from "preact/hooks";
import { PageTitle } from "../kit/frame.tsx";
import { Link, usePlace } from "../kit/router.tsx";
import { AttemptsCard } from "./attempts-card.tsx";
import { useFeed } from "./feed.ts";
import { FilterChips, FilterForm } from "./filter-form.tsx";
import { type EventFilters, isIp, readFilters } from "./filters.ts";
import { LiveEvents } from "./live-events.tsx";
import { addressOfView } from "./mention.tsx";
import { useName } from "./names.ts";
import { say } from "./words.ts";

/** Farther down, new rows would move what somebody reads. Pixels. */
const READING_FROM = 240;

export function EventsView() {
  const { query } = usePlace();
  const filters = readFilters(query, addressOfView());
  const { ip } = filters;
  const isWrong = ip !== undefined && !isIp(ip);
  const [isOpen, setOpen] = useState(isWrong);
  const count = Object.keys(filters).length;
  return (
    <>
      <PageTitle title={say("events")} about={say("eventsAbout")} />
      <div class="tight">
        <details
          class="card filter-card"
          open={isOpen}
          onToggle={(event) => setOpen(event.currentTarget.open)}
        >
          <summary>{count === 0 ? say("filters") : say("filtersCount", { count })}</summary>
          <FilterForm key={JSON.stringify(filters)} filters={filters} />
        </details>
        <FilterChips filters={filters} />
      </div>
      {!isWrong && <Found filters={filters} />}
    </>
  );
}

function Found({ filters }: { readonly filters: EventFilters }) {
  const feed = useFeed(filters, { isHeld: () => scrollY > READING_FROM });
  const isAll = Object.keys(filters).length === 0;
  return (
    <>
      {feed.events !== undefined && <Answer filters={filters} feed={feed} />}
      <LiveEvents feed={feed} within={filters} empty={say(isAll ? "noEvents" : "noEventsFound")} />
    </>
  );
}

/** Of one account, or of one network address: who tried, and who got in. */
function Answer({
  filters,
  feed,
}: {
  readonly filters: EventFilters;
  readonly feed: ReturnType<typeof useFeed>;
}) {
  const { user, email, ip, kind } = filters;
  const { events = [], hasMore } = feed;
  if (kind !== undefined) return user === undefined ? null : <AccountLink id={user} />;
  if (user !== undefined || email !== undefined)
    return (
      <>
        <AttemptsCard events={events} by="address" within={filters} hasMore={hasMore} />
        {user !== undefined && <AccountLink id={user} />}
      </>
    );
  if (ip === undefined) return null;
  return (
    <AttemptsCard events={events} by="account" within={filters} hasMore={hasMore}>
      <p class="small">{say("ipAdvice")}</p>
    </AttemptsCard>
  );
}

function AccountLink({ id }: { readonly id: string }) {
  const name = useName(id);
  if (typeof name !== "string") return null;
  return (
    <p>
      <Link class="button low" to={consoleUserPath(id)}>
        {say("openAccount", { email: name })}
      </Link>
    </p>
  );
}
