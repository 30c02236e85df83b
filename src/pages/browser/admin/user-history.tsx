/** The history of an account, and the attempts to get in. */
import { useState } from "preact/hooks";
import { api } from "../kit/api.ts";
import { Section } from "../kit/lists.tsx";
import { useLoaded } from "../kit/loading.tsx";
import { Link } from "../kit/router.tsx";
import { AttemptsCard } from "./attempts-card.tsx";
import type { EventKind } from "./event-kinds.ts";
import { useFeed } from "./feed.ts";
import { type EventFilters, pathOf } from "./filters.ts";
import { KindField } from "./kind-field.tsx";
import { LiveEvents } from "./live-events.tsx";
import { say } from "./words.ts";

/** Newest events in which attempts are looked for. */
const LOOKED_AT = 100;

/** `changes`: asks anew after each, and shows what it had until then, so that nothing below moves. */
export function UserAttempts({
  id: userId,
  changes,
}: {
  readonly id: string;
  readonly changes: number;
}) {
  const events = useLoaded(() => api().listEvents({ userId, limit: LOOKED_AT }), [userId, changes]);
  if (events.data === undefined) return null;
  const { items, nextCursor } = events.data;
  return (
    <AttemptsCard
      events={items}
      by="address"
      within={{ user: userId }}
      hasMore={nextCursor !== null}
    />
  );
}

export function UserHistory({ id: user }: { readonly id: string }) {
  const [kind, setKind] = useState<EventKind>();
  const filters: EventFilters = { user, ...(kind !== undefined && { kind }) };
  const feed = useFeed(filters, { size: 20 });
  return (
    <Section title={say("history")}>
      <div class="inline">
        <KindField onChange={setKind} />
        <Link class="button low" to={pathOf(filters)}>
          {say("moreFilters")}
        </Link>
      </div>
      <LiveEvents feed={feed} within={filters} empty={say("noEventsFound")} />
    </Section>
  );
}
