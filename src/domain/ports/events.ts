/** Events, the request they happen in, and what the journal needs of the world. */
import type { EventFields, EventName, LogEvent } from "../../contract/events.ts";
import type { Storage } from "./storage.ts";

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
