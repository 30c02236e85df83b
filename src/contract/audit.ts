import { z } from "zod";
import { exampleEventId, ListedEvent, storedEventNames } from "./events.ts";
import { operation } from "./operation.ts";
import { OwnEvent } from "./own-events.ts";
import { admin, sessionOrBearer } from "./security.ts";
import { Email } from "./addresses.ts";
import { Id, InstantInput, IpAddress, page, pageQuery } from "./values.ts";

const EventPage = page("EventPage", ListedEvent, {
  id: exampleEventId,
  timestamp: "2026-11-23T10:06:00.000Z",
  requestId: "01936f2e-8c00-7b3a-9d51-2f6f0a6c1e42",
  ip: "203.0.113.7",
  event: "logout",
  level: "info",
  userId: "01936f2e-8c00-7b3a-9d51-2f6f0a6c1e43",
});

const OwnEventPage = page("OwnEventPage", OwnEvent, {
  id: exampleEventId,
  event: "login_success",
  timestamp: "2026-11-23T10:06:00.000Z",
  ip: "203.0.113.7",
  method: "session",
});

export const listEvents = operation({
  operationId: "listEvents",
  method: "GET",
  path: "/events",
  tags: ["Audit"],
  summary: "List security events",
  description:
    "The stored events, newest first, a page at a time. They were stored with the changes they tell of, and nothing in the API can alter or delete one. Filters narrow the list; all must match.",
  security: admin,
  request: {
    query: z.strictObject({
      ...pageQuery,
      event: z
        .enum(storedEventNames)
        .optional()
        .meta({ description: "Only events of this kind.", examples: ["login_failed"] }),
      userId: Id.optional().meta({ description: "Only events about this account." }),
      ip: IpAddress.optional().meta({
        description:
          "Only events that this address caused, in any spelling of it. Refreshes of tokens are left out, unless `userId` is given too.",
        examples: ["203.0.113.7"],
      }),
      email: Email.optional().meta({
        description:
          "Only events that name this address, in any spelling of it: logins, refused ones too, signups, locks and requests for a reset.",
        examples: ["ada@example.com"],
      }),
      since: InstantInput.optional().meta({
        description: "Only events at this instant or later, written as RFC 3339 says.",
      }),
      until: InstantInput.optional().meta({
        description: "Only events before this instant, written as RFC 3339 says.",
      }),
    }),
  },
  responses: { 200: { description: "A page of events.", body: EventPage } },
  problems: [],
  events: [],
});

export const listMyEvents = operation({
  operationId: "listMyEvents",
  method: "GET",
  path: "/me/events",
  tags: ["Accounts"],
  summary: "List what happened to your account",
  description:
    "Logins, refused ones too, endings of sessions, changes of the password and of the account: newest first, a page at a time. Each says when it was and, unless an administrator or a command did it, from where.",
  security: sessionOrBearer,
  request: { query: z.strictObject(pageQuery) },
  responses: { 200: { description: "A page of your events.", body: OwnEventPage } },
  problems: [],
  events: [],
});
