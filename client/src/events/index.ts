/**
 * `@portcullis/client/events`: reads what the server logs, from its stdout or from `listEvents`.
 * Nothing here throws, whatever it is given, and a newer server's events are not lost.
 */
import { eventSchemas } from "../generated/events.ts";
import type { components } from "../generated/schema.ts";

/** An event of the document: narrow it by its member `event`. Fields a newer server adds are kept beside. */
export type LogEvent = components["schemas"]["LogEvent"];

/** The name of an event of the document. */
export type EventName = LogEvent["event"];

/** One event of the document: `EventOf<"login_failed">`. */
export type EventOf<N extends EventName> = Extract<LogEvent, { readonly event: N }>;

/** The result of reading a line or a value, told apart by `kind`. */
export type ParsedEvent = KnownEvent | UnknownEvent | NoEvent;

/** An event as this version's document describes it. */
export interface KnownEvent {
  readonly kind: "known";
  readonly event: LogEvent;
}

/**
 * An event that this version's document does not describe: its name is new, or its fields are not
 * those this version knows (a new `reason`, say). Whatever must not be missed after an upgrade of the
 * server is told by `name`.
 */
export interface UnknownEvent {
  readonly kind: "unknown";
  readonly name: string;
  /** The whole event, unchecked. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Nothing the server logs: another program's line, half a line, or a value without a name. */
export interface NoEvent {
  readonly kind: "no_event";
  readonly reason: "not_json" | "not_an_event";
}

/** Reads one line of the server's stdout. White space around it does not matter. */
export function parseLine(line: string): ParsedEvent {
  try {
    return parseEvent(JSON.parse(line));
  } catch {
    return { kind: "no_event", reason: "not_json" };
  }
}

/** Reads a value that may be an event: an item of `listEvents`, or what a log store gives back. */
export function parseEvent(value: unknown): ParsedEvent {
  if (!isRecord(value) || typeof value["event"] !== "string" || value["event"] === "")
    return { kind: "no_event", reason: "not_an_event" };
  const name = value["event"];
  const parsed = isEventName(name) ? eventSchemas[name].safeParse(value) : undefined;
  return parsed?.success
    ? { kind: "known", event: parsed.data }
    : { kind: "unknown", name, fields: value };
}

/** True if this version's document has an event of that name. */
export function isEventName(name: string): name is EventName {
  return Object.hasOwn(eventSchemas, name);
}

/** The names of all events of this version's document. */
export const eventNames: readonly EventName[] = Object.keys(eventSchemas) as EventName[]; // a literal's keys, which its type has been held to

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
