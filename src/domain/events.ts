/** The journal: what happened, stored with the change it tells of and printed once that holds (LA-06). */
import type { EventFields, EventName, LogEvent, StoredEventName } from "../contract/events.ts";
import type { Storage, Stores } from "./storage.ts";

export type StoredEvent = Extract<LogEvent, { event: StoredEventName }>;

/** An event as it is appended. */
export interface NewEvent {
  /** A fresh UUIDv7. */
  readonly id: string;
  readonly event: StoredEvent;
}

export interface EventStore {
  /** Appends; stored events are never changed (LA-05). `id` is a fresh UUIDv7. */
  insertEvent(id: string, event: StoredEvent): Promise<void>;
  /**
   * Deletes up to `limit` events of before the instant, and answers how many. The retention job's, and
   * only inside of a transaction: the database refuses every other deletion.
   */
  deleteEventsBefore(before: number, limit: number): Promise<number>;
  /** Up to `limit` events, newest first, those before the position only. */
  listEvents(
    filter: EventFilter,
    limit: number,
    before: EventPosition | undefined,
  ): Promise<ListedEvent[]>;
}

export interface EventFilter {
  readonly event?: EventName;
  readonly userId?: string;
  /** Milliseconds since the epoch; `since` is included, `until` is not. */
  readonly since?: number;
  readonly until?: number;
}

/** Where an event stands in the order of the list. */
export interface EventPosition {
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
}
export interface ListedEvent extends EventPosition {
  /** The event as it was stored. */
  readonly event: StoredEvent;
}

/** The request something happens in: when, for whom. Outside of a request, id and address are null. */
export interface Occasion {
  readonly requestId: string | null;
  readonly ip: string | null;
  /** Milliseconds since the epoch. Read once per request, so that its checks agree. */
  readonly now: number;
}

/** Where events become lines. Made from the contract, which knows their levels and schemas. */
export interface EventLog {
  /** The whole event: the given fields, and those every event has. */
  compose<N extends EventName>(
    occasion: Occasion,
    name: N,
    fields: EventFields<N>,
  ): Extract<LogEvent, { event: N }>;
  print(event: LogEvent): void;
}

export interface Journal {
  readonly storage: Storage;
  readonly log: EventLog;
  newId(now: number): string;
}

/** Stores an event with the change that is being made. */
export type Record = <N extends StoredEventName>(name: N, fields: EventFields<N>) => Promise<void>;

/** What the work of `commit` answers with where nothing of it is to hold, and nothing to be told. */
export class Undone<U> extends Error {
  readonly outcome: U;
  constructor(outcome: U) {
    super("The transaction is undone");
    this.outcome = outcome;
  }
}

/**
 * Runs `work` in one transaction. What it records is stored with its changes, and printed only after
 * the transaction holds: neither a change without its event, nor an event of what never was.
 */
export async function commit<T, U = never>(
  journal: Journal,
  occasion: Occasion,
  work: (stores: Stores, record: Record) => Promise<T | Undone<U>>,
): Promise<T | U> {
  const recorded: StoredEvent[] = [];
  let undone: Undone<U> | undefined;
  const transaction = journal.storage.transaction(async (stores) => {
    recorded.length = 0; // storage may run `work` again after a conflict
    const result = await work(stores, async (name, fields) => {
      const event: StoredEvent = journal.log.compose(occasion, name, fields);
      await stores.insertEvent(journal.newId(occasion.now), event);
      recorded.push(event);
    });
    if (!(result instanceof Undone)) return result;
    undone = result;
    throw undone;
  });
  try {
    const result = await transaction;
    for (const event of recorded) journal.log.print(event);
    return result;
  } catch (error) {
    if (undone !== undefined && error === undone) return undone.outcome;
    throw error;
  }
}

/**
 * The same for a change that stores its event by itself, which saves a transaction: `change` answers
 * whether there was anything to change, and so to tell of.
 */
export async function commitRecorded<N extends StoredEventName>(
  journal: Journal,
  occasion: Occasion,
  name: N,
  fields: EventFields<N>,
  change: (recorded: NewEvent) => Promise<boolean>,
): Promise<boolean> {
  const event: StoredEvent = journal.log.compose(occasion, name, fields);
  const isChanged = await change({ id: journal.newId(occasion.now), event });
  if (isChanged) journal.log.print(event);
  return isChanged;
}
