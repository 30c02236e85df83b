import { describe, expect, expectTypeOf, it } from "vitest";
import {
  eventNames,
  type EventOf,
  isEventName,
  type LogEvent,
  parseEvent,
  parseLine,
} from "../src/events/index.ts";
import type { Schemas } from "../src/index.ts";

const failed = {
  timestamp: "2026-11-23T10:06:00.000Z",
  requestId: "01936f2e-8c00-7b3a-9d51-2f6f0a6c1e42",
  ip: "203.0.113.7",
  event: "login_failed",
  level: "warn",
  email: "ada@example.com",
  userId: null,
  reason: "user_not_found",
};

describe("a line of the log", () => {
  it("is an event of the document, narrowed by its name", () => {
    const parsed = parseLine(`${JSON.stringify(failed)}\n`);
    expect(parsed).toEqual({ kind: "known", event: failed });
    if (parsed.kind !== "known" || parsed.event.event !== "login_failed") throw new Error("other");
    expectTypeOf(parsed.event.reason).toEqualTypeOf<
      | "wrong_password"
      | "wrong_code"
      | "user_not_found"
      | "account_locked"
      | "account_disabled"
      | "unknown_passkey"
      | "wrong_passkey"
    >();
  });

  it.each([
    ["", "not_json"],
    ["Listening on port 3000", "not_json"],
    [JSON.stringify(failed).slice(0, -1), "not_json"],
    ["null", "not_an_event"],
    ["17", "not_an_event"],
    [`[${JSON.stringify(failed)}]`, "not_an_event"],
    ['{"level":30,"msg":"of another program"}', "not_an_event"],
    ['{"event":17}', "not_an_event"],
    ['{"event":""}', "not_an_event"],
  ])("that is none says so: %s", (line, reason) => {
    expect(parseLine(line)).toEqual({ kind: "no_event", reason });
  });
});

describe("what a newer server adds", () => {
  it("as a new event keeps its name and all it says", () => {
    const event = { ...failed, event: "passkey_added", credential: { id: 1 } };
    const unknown = { kind: "unknown", name: "passkey_added", fields: event };
    expect(parseLine(JSON.stringify(event))).toEqual(unknown);
  });

  it("as a field stays in the event, which is known as before", () => {
    const event = { ...failed, country: "CH", userAgent: { name: "curl" } };
    expect(parseEvent(event)).toEqual({ kind: "known", event });
  });

  it("as a word in a known field makes the event unknown, and loses nothing of it", () => {
    const event = { ...failed, reason: "passkey_required" };
    expect(parseEvent(event)).toEqual({ kind: "unknown", name: "login_failed", fields: event });
  });
});

describe("parseEvent", () => {
  it.each([undefined, null, 0, "login_failed", [], () => failed, Symbol("event"), new Date()])(
    "throws for nothing: %s",
    (value) => {
      expect(parseEvent(value)).toEqual({ kind: "no_event", reason: "not_an_event" });
    },
  );

  it.each(["__proto__", "constructor", "toString", "hasOwnProperty"])(
    "knows no event that every object has: %s",
    (event) => {
      expect(isEventName(event)).toBe(false);
      expect(parseEvent({ ...failed, event })).toMatchObject({ kind: "unknown", name: event });
    },
  );

  it("lets no line change what other objects are", () => {
    const line = JSON.stringify(failed).replace("{", '{"__proto__":{"isAdmin":true},');
    const parsed = parseLine(line);
    expect(parsed.kind).toBe("known");
    expect(parsed).not.toHaveProperty("event.isAdmin");
    expect({}).not.toHaveProperty("isAdmin");
  });

  it("gives what the SDK's listEvents is typed as", () => {
    type Listed = Schemas["EventPage"]["items"][number];
    expectTypeOf<Listed>().toEqualTypeOf<Schemas["StoredEvent"]>();
    expectTypeOf<Listed>().toExtend<LogEvent>();
    expectTypeOf<EventOf<"request">>().not.toExtend<Listed>();
    expect(eventNames).toContain("refresh_token_reuse");
  });
});
