import { z } from "zod";
import { eventNames, LogEvent } from "./events.ts";
import { operation } from "./operation.ts";
import { admin } from "./security.ts";
import { Id, Instant, page, pageQuery } from "./values.ts";

const EventPage = page("EventPage", LogEvent, {
  timestamp: "2026-11-23T10:06:00.000Z",
  requestId: "01936f2e-8c00-7b3a-9d51-2f6f0a6c1e42",
  ip: "203.0.113.7",
  event: "logout",
  level: "info",
  userId: "01936f2e-8c00-7b3a-9d51-2f6f0a6c1e43",
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
        .enum(eventNames)
        .optional()
        .meta({ description: "Only events of this kind.", examples: ["login_failed"] }),
      userId: Id.optional().meta({ description: "Only events about this account." }),
      since: Instant.optional().meta({ description: "Only events at this instant or later." }),
      until: Instant.optional().meta({ description: "Only events before this instant." }),
    }),
  },
  responses: { 200: { description: "A page of events.", body: EventPage } },
  problems: [],
  events: [],
});
