/**
 * An account's events as its owner sees them: `shown` in `event-shapes.ts` names the fields. A stolen
 * session reads them too, so there is no id in them but the event's own, no address of mail, and no administrator's
 * client address (LA-08, docs/decisions/0014-own-events.md).
 */
import { z } from "zod";
import { open, openEnum } from "./open-enum.ts";
import { nullable } from "./event-shape.ts";
import { eventShapes } from "./event-shapes.ts";
import {
  type EventFields,
  eventId,
  eventUnion,
  exampleEventId,
  type OwnerEvent,
  type OwnerEventName,
  ownerEventNames,
} from "./events.ts";
import { pascalCase } from "./problems.ts";
import { Instant } from "./values.ts";

const base = {
  id: eventId,
  timestamp: Instant,
  ip: nullable(z.string().max(45)).meta({
    description:
      "The client's address. Null where an administrator or a command did it, or no request.",
    examples: ["203.0.113.7"],
  }),
};
const baseExample = {
  id: exampleEventId,
  timestamp: "2026-11-23T10:06:00.000Z",
  ip: "203.0.113.7",
};

/** Names the kind of actor, instead of `actorId`. The words are those of `session_revoked`. */
const By = openEnum(
  ["user", "admin", "command"],
  "`user`: you; `admin`: an administrator; `command`: a command on the server's own machine.",
);
/** The values of `by` that name another person. The client address is then that person's, and not shown. */
const others: readonly unknown[] = ["admin", "command", "disable"];

/** An event as its owner sees it. */
export type OwnEvent = { [N in OwnerEventName]: View<N> }[OwnerEventName];
type View<N extends OwnerEventName> = {
  id: string;
  event: N;
  timestamp: string;
  ip: string | null;
} & Pick<EventFields<N>, Shown<N>> &
  (EventFields<N> extends { actorId: unknown } ? { by: z.output<typeof By> } : unknown);
type Shown<N extends OwnerEventName> = (typeof eventShapes)[N]["shown"][number] &
  keyof EventFields<N>;

/** The event as the owner of its account sees it. */
export function ownView(id: string, event: OwnerEvent, ownerId: string): OwnEvent {
  const names: readonly string[] = eventShapes[event.event].shown;
  const fields = Object.fromEntries(names.map((name) => [name, Reflect.get(event, name)]));
  // An event with a cause of its own, as `session_revoked`, says by that who it was.
  if ("actorId" in event && event.actorId !== undefined && !names.includes("by"))
    fields["by"] = actorOf(event.actorId, ownerId);
  const by: unknown = fields["by"] ?? Reflect.get(event, "by");
  const ip = others.includes(by) ? null : event.ip;
  const { event: name, timestamp } = event;
  return { id, event: name, timestamp, ip, ...fields } as OwnEvent; // the names are those of its shape
}

function actorOf(actorId: string | null, ownerId: string): z.output<typeof By> {
  if (actorId === null) return "command";
  return actorId === ownerId ? "user" : "admin";
}

/** Any event as its owner sees it, told apart by `event`. */
export const OwnEvent = eventUnion<OwnEvent>(ownerEventNames.map(viewSchema)).meta({
  id: "OwnEvent",
  ...open("What happened to your account, told apart by `event`."),
  examples: [{ event: "logout", ...baseExample }],
});

function viewSchema(name: OwnerEventName): z.ZodObject {
  const { summary, fields, shown, example } = eventShapes[name];
  const pick = (from: object) =>
    Object.fromEntries(Object.entries(from).filter(([key]) => isIn(shown, key)));
  const hasActor = "actorId" in fields && !isIn(shown, "by");
  const [title = summary] = summary.split(/(?<=\.) /);
  return z
    .strictObject({
      event: z.literal(name),
      ...base,
      ...pick(fields),
      ...(hasActor && { by: By }),
    })
    .meta({
      id: `Own${pascalCase(name)}Event`,
      description: title,
      examples: [
        { event: name, ...baseExample, ...pick(example), ...(hasActor && { by: "user" }) },
      ],
    });
}

function isIn(names: readonly string[], name: string): boolean {
  return names.includes(name);
}
