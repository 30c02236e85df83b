/** A change: everything that holds or fails together, and the events that tell of it (LA-06). */
import type { EventFields, StoredEvent, StoredEventName } from "../contract/events.ts";
import type { Dependencies } from "./ports/dependencies.ts";
import type { NewEvent } from "./ports/event-store.ts";
import type { Journal, Occasion } from "./ports/events.ts";
import type { Stores } from "./ports/storage.ts";

/** The dependencies that a rule uses. A signature names them, so that it says what the rule touches. */
export type Uses<K extends keyof Dependencies> = Pick<Dependencies, K>;

/** A change that is being made, with the dependencies that are used in it. Every helper that takes part in one takes it first. */
export type Change<K extends keyof Dependencies = never> = ChangeWith<Journal & Uses<K>>;

export interface ChangeWith<D extends Journal> {
  readonly deps: D;
  readonly occasion: Occasion;
  /** Reads and writes inside the transaction. */
  readonly stores: Stores;
  /** Stores an event with the change. It is printed once the change holds. */
  readonly record: RecordEvent;
  /** Marks the result as one that must leave nothing behind: return it from the work. */
  undo<U>(outcome: U): Undone<U>;
}

export type RecordEvent = <N extends StoredEventName>(
  name: N,
  fields: EventFields<N>,
) => Promise<void>;

/** The outcome of a change that is rolled back, with everything it recorded. Made by `Change.undo`. */
export class Undone<U> {
  readonly outcome: U;
  constructor(outcome: U) {
    this.outcome = outcome;
  }
}

/**
 * Runs `work` in one transaction. Its events are stored with its changes and printed after the COMMIT:
 * there is neither a change without its event, nor an event of a change that never was. After a
 * conflict the storage runs `work` again, so it must touch nothing but `change`.
 */
export async function commit<D extends Journal, T, U = never>(
  deps: D,
  occasion: Occasion,
  work: (change: ChangeWith<D>) => Promise<T | Undone<U>>,
): Promise<T | U> {
  const recorded: StoredEvent[] = [];
  const undo = <V>(outcome: V) => new Undone(outcome);
  try {
    const result = await deps.storage.transaction(async (stores) => {
      recorded.length = 0;
      const record: RecordEvent = async (name, fields) => {
        const event: StoredEvent = deps.log.compose(occasion, name, fields);
        await stores.events.insert(deps.newId(occasion.now), event);
        recorded.push(event);
      };
      const outcome = await work({ deps, occasion, stores, record, undo });
      if (outcome instanceof Undone) throw new RollBack(outcome);
      return outcome;
    });
    for (const event of recorded) deps.log.print(event);
    return result;
  } catch (error) {
    if (error instanceof RollBack) return (error as RollBack<U>).undone.outcome; // thrown above, for this work alone
    throw error;
  }
}

/** Carries an undone outcome past the transaction, which rolls back for whatever is thrown. */
class RollBack<U> extends Error {
  readonly undone: Undone<U>;
  constructor(undone: Undone<U>) {
    super("The transaction is undone");
    this.undone = undone;
  }
}

/**
 * Runs a change whose one statement stores its event as well, which saves a transaction. `change`
 * answers whether anything was changed; only then is the event printed.
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

/** The occasion of what no request asked for: a job, a command, the start. `now` in milliseconds since the epoch. */
export function outsideRequest(now: number): Occasion {
  return { requestId: null, ip: null, now };
}
