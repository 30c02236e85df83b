/** Stored events, and what the rules need of where they are kept. */
import type { OwnerEvent, StoredEvent, StoredEventName, TallyName } from "../../contract/events.ts";

/** An event as it is appended. */
export interface NewEvent {
  /** A fresh UUIDv7. */
  readonly id: string;
  readonly event: StoredEvent;
}

export interface EventStore {
  /** Appends; stored events are never changed (LA-05). `id` is a fresh UUIDv7. */
  insert(id: string, event: StoredEvent): Promise<void>;
  /**
   * Deletes up to `limit` events of before the instant, and answers how many. The retention job's, and
   * only inside of a transaction: the database refuses every other deletion.
   */
  deleteBefore(before: number, limit: number): Promise<number>;
  /** Up to `limit` events, newest first, those before the position only. */
  list(
    filter: EventFilter,
    limit: number,
    before: EventPosition | undefined,
  ): Promise<StoredEventEntry[]>;
  /** Counts the events of an overview, from `since` to before `until`; of each kind `most` at the most. */
  tally(since: number, until: number, most: number): Promise<Tally>;
  /** The client's address with the most refusals since the instant, among the newest `most` of each kind. */
  findBusiest(
    since: number,
    most: number,
  ): Promise<{ readonly ip: string; readonly refused: number } | undefined>;
  /** Up to `limit` events of an account that its owner may see, newest first, those before the position only. */
  listForOwner(
    userId: string,
    limit: number,
    before: EventPosition | undefined,
  ): Promise<OwnerEventEntry[]>;
}

/** How many events each count of an overview has. */
export type Tally = Readonly<Record<TallyName, number>>;

export interface EventFilter {
  readonly event?: StoredEventName;
  /** The account they concern. */
  readonly userId?: string;
  /** The client's address that caused them. Without `userId`, refreshes are left out. */
  readonly ip?: string;
  /** The address they name, in its normal form. */
  readonly email?: string;
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

export interface StoredEventEntry extends EventPosition {
  /** The event as it was stored, without its id. */
  readonly event: StoredEvent;
}

export interface OwnerEventEntry extends EventPosition {
  readonly event: OwnerEvent;
}
