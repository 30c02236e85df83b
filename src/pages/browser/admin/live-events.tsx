/** A list of events that goes on by itself, with a button that holds it. */
import { useRef } from "preact/hooks";
import type { ComponentChildren } from "preact";
import { Button } from "../kit/button.tsx";
import { EmptyState } from "../kit/lists.tsx";
import { Failed, Loading } from "../kit/loading.tsx";
import { EventRows } from "./event-rows.tsx";
import type { Feed } from "./feed.ts";
import type { EventFilters } from "./filters.ts";
import { say } from "./words.ts";

/** `foot`: beside the state of the list. `isShort`: without older ones. */
export function LiveEvents({
  feed,
  within,
  empty,
  isShort = false,
  foot,
}: {
  readonly feed: Feed;
  readonly within?: EventFilters;
  readonly empty: string;
  readonly isShort?: boolean;
  readonly foot?: ComponentChildren;
}) {
  const { events, failure } = feed;
  const isLive = within?.until === undefined;
  if (events === undefined && failure === null) return <Loading rows={6} />;
  return (
    <div class="tight">
      <Failed of={feed} />
      {isLive && !isShort && <LiveBar feed={feed} />}
      {events?.length === 0 && <EmptyState>{empty}</EmptyState>}
      {events !== undefined && (events.length > 0 || isShort) && (
        <div class="card rows feed">
          {events.length > 0 && (
            <EventRows events={events} fresh={feed.fresh} {...(within && { within })} />
          )}
          {(foot !== undefined || (feed.hasMore && !isShort)) && (
            <footer>
              {foot}
              {feed.hasMore && !isShort && (
                <Button isLow isBusy={feed.isLoading} onClick={() => void feed.loadMore()}>
                  {say("olderEvents")}
                </Button>
              )}
            </footer>
          )}
        </div>
      )}
    </div>
  );
}

/** The state of the list, the button that holds it, and that which shows what has come meanwhile. */
function LiveBar({ feed }: { readonly feed: Feed }) {
  const bar = useRef<HTMLDivElement>(null);
  return (
    <div class="live-bar" ref={bar}>
      <Button isLow isPressed={feed.isPaused} onClick={() => feed.setPaused(!feed.isPaused)}>
        {say("pause")}
      </Button>
      <LiveState feed={feed} />
      {feed.waiting > 0 && (
        <Button
          isLow
          kind="primary"
          onClick={() => {
            feed.showWaiting();
            bar.current?.querySelector("button")?.focus();
            scrollTo(0, 0);
          }}
        >
          {say("showNew", { count: feed.waiting })}
        </Button>
      )}
    </div>
  );
}

export function LiveState({ feed }: { readonly feed: Feed }) {
  const state = !feed.isReached ? "liveLost" : feed.isPaused ? "livePaused" : "live";
  return (
    <span class={`small live ${state}`} role="status">
      {say(state)}
    </span>
  );
}
