/** How it goes: a day of sign-ins, refusals, new accounts and locks, for administrators. */
import { z } from "zod";
import { nullable } from "./event-shape.ts";
import { operation } from "./operation.ts";
import { admin } from "./security.ts";
import { Instant } from "./values.ts";

export const OVERVIEW_HOURS = 24;
/** Of one kind of event in one hour. What goes beyond it is an attack, and its exact number says no more. */
export const HOUR_COUNT_MAX = 100_000;
/** The newest refusals of each kind among which the busiest address is looked for. */
export const BUSIEST_AMONG = 2_000;

const exampleCounts = { signedIn: 12, refused: 3, signedUp: 1, locked: 0 };

function count(description: string) {
  return z
    .int()
    .min(0)
    .max(2_147_483_647)
    .meta({ format: "int32", description, examples: [3] });
}

const counts = {
  signedIn: count("Sessions that began."),
  refused: count("Sign-ins, passwords and codes that were refused."),
  signedUp: count("Accounts that were made, however they were."),
  locked: count("Locks that began, of passwords or of codes."),
};

const HourCounts = z
  .strictObject({
    startsAt: Instant.meta({ description: "A full hour of UTC." }),
    ...counts,
  })
  .meta({
    id: "HourCounts",
    description: `What an hour had. Of one kind of event, ${HOUR_COUNT_MAX} are counted at the most.`,
    examples: [{ startsAt: "2026-11-23T10:00:00.000Z", ...exampleCounts }],
  });

const DayCounts = z.strictObject(counts).meta({
  id: "DayCounts",
  description: "What all hours together had.",
  examples: [exampleCounts],
});

const Overview = z
  .strictObject({
    from: Instant.meta({ description: "When the first hour began." }),
    to: Instant.meta({ description: "Now: the end of the last hour, which is not over." }),
    hours: z
      .array(HourCounts)
      .max(OVERVIEW_HOURS)
      .meta({ description: `${OVERVIEW_HOURS} hours, oldest first.` }),
    dayBefore: DayCounts.meta({
      description: "The same time a day before: from `from` to `to`, each 24 hours earlier.",
    }),
    busiestAddress: nullable(
      z.strictObject({
        ip: z
          .string()
          .max(45)
          .meta({ examples: ["203.0.113.7"] }),
        refused: count("How many of those were its."),
      }),
    ).meta({
      description: `The client's address that was refused most since \`from\`, among the newest ${BUSIEST_AMONG} refusals of each kind; null where nobody was.`,
    }),
    waitingMails: z
      .strictObject({
        count: count("Mails in the outbox that are neither sent nor given up."),
        oldestAt: nullable(Instant).meta({ description: "When the oldest of them was written." }),
      })
      .meta({ description: "More than a few, or an old one, and mail does not go out." }),
  })
  .meta({
    id: "Overview",
    description: "A day, and the day before it.",
    examples: [
      {
        from: "2026-11-22T11:00:00.000Z",
        to: "2026-11-23T10:06:00.000Z",
        hours: [{ startsAt: "2026-11-22T11:00:00.000Z", ...exampleCounts }],
        dayBefore: exampleCounts,
        busiestAddress: { ip: "203.0.113.7", refused: 3 },
        waitingMails: { count: 0, oldestAt: null },
      },
    ],
  });

export const getOverview = operation({
  operationId: "getOverview",
  method: "GET",
  path: "/overview",
  tags: ["Operations"],
  summary: "See how it goes",
  description:
    "Sign-ins, refusals, new accounts and locks by the hour, the same time a day before, the address that was refused most, and the mails that wait. Counted from the stored events, at the most every few seconds.",
  security: admin,
  request: {},
  responses: { 200: { description: "The last day.", body: Overview } },
  problems: [],
  events: [],
});
