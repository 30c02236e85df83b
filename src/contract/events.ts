/**
 * Every line the server may log, as a schema. One JSON object per line on stdout; those marked
 * `stored` are also kept in the database, in the transaction of the change they tell of (LA-06).
 * No event may carry a field marked secret: the document builder refuses it.
 */
import { z } from "zod";
import { eventShapes, exampleUserId, type Level, nullable } from "./event-shapes.ts";
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

export type EventName = keyof typeof eventShapes;
export const eventNames = Object.keys(eventShapes) as readonly EventName[]; // keys of a literal

export interface EventDefinition<N extends EventName = EventName> {
  readonly name: N;
  readonly level: Level;
  /** Kept in the database as well as printed. */
  readonly stored: boolean;
  readonly summary: string;
  readonly schema: z.ZodObject;
}

/** The fields of an event that its author gives; the rest is added where it is recorded. */
export type EventFields<N extends EventName> = z.output<
  z.ZodObject<(typeof eventShapes)[N]["fields"]>
>;
/** Events that are kept in the database. */
export type StoredEventName = {
  [N in EventName]: (typeof eventShapes)[N]["kept"] extends "stored" ? N : never;
}[EventName];

interface Occurrence {
  timestamp: string;
  level: Level;
  requestId: string | null;
  ip: string | null;
}
/** One line of the log. */
export type LogEvent = { [N in EventName]: { event: N } & Occurrence & EventFields<N> }[EventName];

/** An event's definition, its full schema included. */
export function eventDefinition<N extends EventName>(name: N): EventDefinition<N> {
  return definitions[name] as EventDefinition<N>; // `definitions[name]` was made from `name`
}

const definitions = Object.fromEntries(eventNames.map((name) => [name, define(name)])) as Record<
  EventName,
  EventDefinition
>; // one entry per key of `eventShapes`

/** Any event, told apart by `event`. */
export const LogEvent = z
  .discriminatedUnion("event", tuple(eventNames.map((name) => definitions[name].schema)))
  .meta({
    id: "LogEvent",
    description: "One line of the log, told apart by `event`.",
    examples: [{ ...baseExample, event: "logout", level: "info", userId: exampleUserId }],
  });

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

function tuple(schemas: readonly z.ZodObject[]): [z.ZodObject, ...z.ZodObject[]] {
  const [first, ...rest] = schemas;
  if (first === undefined) throw new Error("The contract declares no events");
  return [first, ...rest];
}
