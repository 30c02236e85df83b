/**
 * Every line the server may log, as a schema. One JSON object per line on stdout; stored events are
 * also kept in the database, in the transaction of the change they tell of (LA-06).
 * No event may carry a field marked secret: the document builder refuses it.
 */
import { z } from "zod";
import { type Level, nullable } from "./event-shape.ts";
import { examplesOf } from "./examples.ts";
import { open } from "./open-enum.ts";
import { eventShapes, exampleUserId } from "./event-shapes.ts";
import { pascalCase } from "./problems.ts";
import { Id, Instant } from "./values.ts";

const base = {
  timestamp: Instant,
  requestId: nullable(Id).meta({ description: "The request that caused it; null outside of one." }),
  ip: nullable(z.string().max(45)).meta({
    description: "The client's address; null outside of a request.",
    examples: ["203.0.113.7"],
  }),
};
const baseExample = {
  timestamp: "2026-11-23T10:06:00.000Z",
  requestId: "01936f2e-8c00-7b3a-9d51-2f6f0a6c1e42",
  ip: "203.0.113.7",
};
const lineExample = { ...baseExample, event: "logout", level: "info", userId: exampleUserId };

type Shapes = typeof eventShapes;
export type EventName = keyof Shapes;
export const eventNames = Object.keys(eventShapes) as readonly EventName[]; // keys of a literal

/** Events that are kept in the database. */
export type StoredEventName = NamesOf<{ readonly kept: "stored" }>;
export const storedEventNames = eventNames.filter(isStored);

/** Events that the owner of the account they concern may see. */
export type OwnerEventName = NamesOf<{ readonly audience: "owner" }>;
export const ownerEventNames = eventNames.filter(isForOwner);

type NamesOf<Kind> = { [N in EventName]: Shapes[N] extends Kind ? N : never }[EventName];

/** The fields of an event that its author gives; the rest is added where it is recorded. */
export type EventFields<N extends EventName> = z.output<z.ZodObject<Shapes[N]["fields"]>>;

interface Occurrence {
  timestamp: string;
  level: Level;
  requestId: string | null;
  ip: string | null;
}
/** One line of the log. */
export type LogEvent = { [N in EventName]: { event: N } & Occurrence & EventFields<N> }[EventName];
/** A line that is kept in the database as well. */
export type StoredEvent = Extract<LogEvent, { event: StoredEventName }>;
/** A stored event as a list has it. The log's line has no id: it is printed for those who look nothing up. */
export type ListedEvent = StoredEvent & { readonly id: string };
/** A stored event that the owner of its account may see. */
export type OwnerEvent = Extract<LogEvent, { event: OwnerEventName }>;

export interface EventDefinition<N extends EventName = EventName> {
  readonly name: N;
  readonly level: Level;
  /** Kept in the database as well as printed. */
  readonly stored: boolean;
  readonly summary: string;
  readonly schema: z.ZodObject;
}

/** An event's definition, its full schema included. */
export function eventDefinition<N extends EventName>(name: N): EventDefinition<N> {
  return definitions[name] as EventDefinition<N>; // `definitions[name]` was made from `name`
}

const definitions = Object.fromEntries(eventNames.map((name) => [name, define(name)])) as Record<
  EventName,
  EventDefinition
>; // one entry per key of `eventShapes`

/** Any event, told apart by `event`. */
export const LogEvent = eventUnion<LogEvent>(
  eventNames.map((name) => definitions[name].schema),
).meta({
  id: "LogEvent",
  ...open("One line of the log, told apart by `event`."),
  examples: [lineExample],
});

export const eventId = Id.meta({
  description: "The event's own id, by which two pages that overlap are told apart.",
});
export const exampleEventId = "01936f2e-8c00-7b3a-9d51-2f6f0a6c1e49";

/** Any event that is stored, told apart by `event`. */
export const ListedEvent = eventUnion<ListedEvent>(storedEventNames.map(listedSchema)).meta({
  id: "StoredEvent",
  ...open("A security event, told apart by `event`."),
  examples: [{ id: exampleEventId, ...lineExample }],
});

/** The counts of an overview, and the events that each counts. */
export const talliedEvents = {
  signedIn: ["login_success"],
  refused: ["login_failed", "second_factor_failed", "provider_login_failed"],
  signedUp: ["signup"],
  locked: ["login_locked", "second_factors_locked"],
} as const satisfies Readonly<Record<string, readonly StoredEventName[]>>;
export type TallyName = keyof typeof talliedEvents;

/** The id of the account that an event concerns; null where it concerns none. */
export function accountOf(event: StoredEvent): string | null {
  const { about } = eventShapes[event.event];
  const id: unknown = about === null ? null : Reflect.get(event, about);
  return typeof id === "string" ? id : null;
}

/** One schema of several kinds of events. Throws for none. */
export function eventUnion<E>(schemas: readonly z.ZodObject[]): z.ZodType<E> {
  const [first, ...rest] = schemas;
  if (first === undefined) throw new Error("The contract declares no events");
  // The types of a table's schemas are lost on the way through a list; the caller names them.
  return z.discriminatedUnion("event", [first, ...rest]) as z.ZodType<unknown> as z.ZodType<E>;
}

function isStored(name: EventName): name is StoredEventName {
  return eventShapes[name].kept === "stored";
}

function isForOwner(name: EventName): name is OwnerEventName {
  return eventShapes[name].audience === "owner";
}

function listedSchema(name: StoredEventName): z.ZodObject {
  const { schema, summary } = definitions[name];
  return z.strictObject({ id: eventId, ...schema.shape }).meta({
    id: `Stored${pascalCase(name)}Event`,
    description: summary,
    // An example of an event is an object: each event is a strict object.
    examples: examplesOf(schema).map((example) => ({ id: exampleEventId, ...(example as object) })),
  });
}

function define(name: EventName): EventDefinition {
  const { level, kept, summary, fields, example } = eventShapes[name];
  const schema = z
    .strictObject({ ...base, event: z.literal(name), level: z.literal(level), ...fields })
    .meta({
      id: `${pascalCase(name)}Event`,
      description: summary,
      examples: [{ ...baseExample, event: name, level, ...example }],
    });
  return { name, level, stored: kept === "stored", summary, schema };
}
