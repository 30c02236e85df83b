/** Events of some filters, and the new ones as they come. */
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { api } from "../kit/api.ts";
import { type Failure, failureOf } from "../kit/failure.ts";
import { session } from "../kit/session.ts";
import type { StoredEvent } from "./event-kinds.ts";
import { mergeEvents, sinceOf, unknownOf } from "./feed-merge.ts";
import { type EventFilters, requestOf } from "./filters.ts";
import { learnNamesOf } from "./names.ts";

const POLL_MS = 3_000;
/** After failures: each waits twice as long, up to this. */
const POLL_MOST_MS = 30_000;
/** Pages that one poll reads at the most. What is more than this stands on the next visit. */
const POLL_PAGES = 5;
const POLL_PAGE_SIZE = 100;

export interface Feed {
  /** Newest first. Undefined until the first answer. */
  readonly events: readonly StoredEvent[] | undefined;
  readonly failure: Failure | null;
  readonly isLoading: boolean;
  readonly hasMore: boolean;
  readonly loadMore: () => Promise<void>;
  readonly reload: () => Promise<void>;
  /** Those that came since the list was held. */
  readonly waiting: number;
  readonly showWaiting: () => void;
  readonly isPaused: boolean;
  readonly setPaused: (isPaused: boolean) => void;
  /** False where the last poll failed. */
  readonly isReached: boolean;
  /** Ids of those that came while the view was open. */
  readonly fresh: ReadonlySet<string>;
}

interface Shown {
  readonly events: readonly StoredEvent[] | undefined;
  readonly waiting: readonly StoredEvent[];
  readonly nextCursor: string | null;
  readonly failure: Failure | null;
  readonly isLoading: boolean;
  readonly isReached: boolean;
  readonly fresh: ReadonlySet<string>;
}
const NOTHING: Shown = {
  events: undefined,
  waiting: [],
  nextCursor: null,
  failure: null,
  isLoading: true,
  isReached: true,
  fresh: new Set(),
};

/** `size`: how many at first. `isHeld`: true where a new row would move what somebody reads. */
export function useFeed(
  filters: EventFilters,
  { size = 50, isHeld = () => false }: { size?: number; isHeld?: () => boolean } = {},
): Feed {
  const [shown, setShown] = useState(NOTHING);
  const [isPaused, setPaused] = useState(false);
  const latest = useRef({ shown, isPaused, isHeld });
  latest.current = { shown, isPaused, isHeld };
  const question = useRef(0);
  const key = JSON.stringify(filters);

  function put(change: Partial<Shown>): void {
    const next = { ...latest.current.shown, ...change };
    latest.current.shown = next;
    setShown(next);
  }

  async function reload(): Promise<void> {
    const asked = (question.current += 1);
    put({ isLoading: true });
    const result = await api().listEvents({ ...requestOf(filters, Date.now()), limit: size });
    if (asked !== question.current) return;
    if (!result.ok) return void put({ isLoading: false, failure: failureOf(result) });
    const { items, nextCursor } = result.data;
    learnNamesOf(items);
    put({ ...NOTHING, events: items, nextCursor, isLoading: false });
  }

  async function loadMore(): Promise<void> {
    const { nextCursor } = latest.current.shown;
    if (nextCursor === null) return;
    const asked = question.current;
    put({ isLoading: true });
    const query = { ...requestOf(filters, Date.now()), limit: size, cursor: nextCursor };
    const result = await api().listEvents(query);
    if (asked !== question.current) return;
    if (!result.ok) return void put({ isLoading: false, failure: failureOf(result) });
    learnNamesOf(result.data.items);
    put({
      isLoading: false,
      failure: null,
      events: mergeEvents(latest.current.shown.events ?? [], result.data.items),
      nextCursor: result.data.nextCursor,
    });
  }

  async function poll(): Promise<void> {
    const asked = question.current;
    const known = () => [...latest.current.shown.waiting, ...(latest.current.shown.events ?? [])];
    const { events } = latest.current.shown;
    if (events === undefined) return reload();
    const since = sinceOf(known());
    const query = { ...requestOf(filters, Date.now()), ...(since !== undefined && { since }) };
    let cursor: string | undefined;
    let found: readonly StoredEvent[] = [];
    for (let pages = 0; pages < POLL_PAGES; pages += 1) {
      const page = { ...query, limit: POLL_PAGE_SIZE, ...(cursor !== undefined && { cursor }) };
      const result = await api().listEvents(page);
      if (asked !== question.current) return;
      if (!result.ok) {
        if (result.status === 403) void session().refresh();
        return void put({ isReached: false });
      }
      found = mergeEvents(found, result.data.items);
      cursor = result.data.nextCursor ?? undefined;
      if (cursor === undefined) break;
    }
    const fresh = unknownOf(known(), found);
    if (!latest.current.shown.isReached) put({ isReached: true });
    if (fresh.length === 0) return;
    learnNamesOf(fresh);
    const waiting = mergeEvents(latest.current.shown.waiting, fresh);
    if (latest.current.isPaused || latest.current.isHeld()) put({ waiting });
    else show(waiting);
  }

  function show(more: readonly StoredEvent[]): void {
    const { events = [], fresh } = latest.current.shown;
    put({
      events: mergeEvents(events, more),
      waiting: [],
      fresh: new Set([...fresh, ...more.map(({ id }) => id)]),
    });
  }

  useLayoutEffect(() => {
    put(NOTHING);
    void reload();
    const stop =
      filters.until === undefined
        ? everyFew(poll, () => latest.current.shown.isReached)
        : undefined;
    return () => {
      question.current += 1;
      stop?.();
    };
  }, [key]);

  return {
    events: shown.events,
    failure: shown.failure,
    isLoading: shown.isLoading,
    hasMore: shown.nextCursor !== null,
    loadMore,
    reload,
    waiting: shown.waiting.length,
    showWaiting: () => show(latest.current.shown.waiting),
    isPaused,
    setPaused(paused) {
      setPaused(paused);
      if (!paused) show(latest.current.shown.waiting);
    },
    isReached: shown.isReached,
    fresh: shown.fresh,
  };
}

/** Calls again and again while the page is seen, and at once when it is seen again. Answers how to stop. */
function everyFew(call: () => Promise<void>, isReached: () => boolean): () => void {
  let waitMs = POLL_MS;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isStopped = false;
  const next = () => {
    clearTimeout(timer);
    if (!isStopped && document.visibilityState === "visible")
      timer = setTimeout(() => void run(), waitMs);
  };
  const run = async () => {
    await call().catch(() => undefined);
    waitMs = isReached() ? POLL_MS : Math.min(POLL_MOST_MS, waitMs * 2);
    next();
  };
  const seen = () => {
    clearTimeout(timer);
    if (document.visibilityState !== "visible") return;
    waitMs = POLL_MS;
    void run();
  };
  document.addEventListener("visibilitychange", seen);
  addEventListener("online", seen);
  next();
  return () => {
    isStopped = true;
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", seen);
    removeEventListener("online", seen);
  };
}
