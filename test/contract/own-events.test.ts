/** The view that an owner has of the events of an account, and so the thief of a session as well. */
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { eventShapes } from "../../src/contract/event-shapes.ts";
import {
  accountOf,
  eventDefinition,
  type OwnerEvent,
  ownerEventNames,
  type StoredEvent,
  storedEventNames,
} from "../../src/contract/events.ts";
import { examplesOf } from "../../src/contract/examples.ts";
import { OwnEvent, ownView } from "../../src/contract/own-events.ts";
import { walk } from "../../src/contract/walk.ts";

const OWNER = "01936f2e-8c00-7b3a-9d51-2f6f0a6c1e43";
const EVENT = "01936f2e-8c00-7b3a-9d51-2f6f0a6c1e49";
const ADMIN = "01936f2e-8c00-7b3a-9d51-2f6f0a6c1e45";
const EVENT = "01936f2e-8c00-7b3a-9d51-2f6f0a6c1e49";

/** The example of a stored event, with other values in some fields. */
function eventLike<N extends StoredEvent["event"]>(name: N, values: object = {}) {
  const [example] = examplesOf(eventDefinition(name).schema);
  return { ...Object(example), userId: OWNER, ...values } as Extract<StoredEvent, { event: N }>; // its own example
}

/** As it was decided: the code alone would follow whatever the shapes say. */
const decided: Record<(typeof ownerEventNames)[number], readonly string[]> = {
  signup: ["by"],
  login_success: ["method", "methods", "provider"],
  login_failed: [],
  login_locked: [],
  logout: [],
  session_revoked: ["by"],
  token_revoked: [],
  refresh_token_reuse: [],
  password_changed: [],
  password_reset: [],
  reset_token_created: [],
  signup_existing_email: [],
  email_verification_requested: [],
  email_verified: ["by"],
  email_change_started: [],
  email_changed: [],
  email_change_undone: [],
  mail_login_requested: [],
  login_pending: ["methods"],
  second_factor_added: ["kind"],
  second_factor_removed: ["kind", "by"],
  second_factors_reset: ["by"],
  second_factor_failed: ["kind", "reason"],
  second_factors_locked: [],
  recovery_codes_renewed: [],
  recovery_code_used: ["remaining"],
  reauthentication_requested: ["method"],
  reauthenticated: ["method"],
  reauthentication_failed: ["method"],
  passkey_added: [],
  passkey_removed: ["by"],
  passkey_clone_suspected: [],
  identity_linked: ["provider", "by"],
  identity_removed: ["provider", "by"],
  identity_collision: ["provider"],
  user_updated: ["by", "changes"],
  user_unlocked: ["by"],
};

describe("LA-08 an owner's view of an event", () => {
  it("LA-08 is there for the decided events alone", () => {
    expect([...ownerEventNames].sort()).toEqual(Object.keys(decided).sort());
  });

  it.each(ownerEventNames)("LA-08 of %s holds the decided fields, and no other value", (name) => {
    const fields = [
      ...Object.keys(eventDefinition(name).schema.shape).filter((key) => key !== "event"),
      "fieldOfANewerVersion",
    ];
    const canaries = Object.fromEntries(fields.map((key) => [key, `canary-${key}`]));
    const view = ownView(EVENT, eventLike(name, canaries), OWNER);
    // By which it is said that it was another: an actor's id, unless the event has a field of that name.
    const byOther = "actorId" in canaries && !("by" in canaries);
    const shown = decided[name].filter((key) => key !== "by" || !byOther);
    const seen = JSON.stringify(view).match(/canary-\w+/g) ?? [];
    const expected = ["timestamp", ...(byOther ? [] : ["ip"]), ...shown];
    expect(seen.sort()).toEqual(expected.map((key) => `canary-${key}`).sort());
    expect(Object.keys(view).sort()).toEqual(
      ["event", "id", "ip", "timestamp", ...decided[name]].sort(),
    );
  });

  it.each(ownerEventNames)("LA-08 of %s is what the contract says it is", (name) => {
    const view = ownView(EVENT, eventLike(name), OWNER);
    expect(OwnEvent.safeParse(view).error).toBeUndefined();
    expect(OwnEvent.safeParse({ ...view, requestId: OWNER }).success).toBe(false);
  });

  it("LA-08 declares no id but the event's own, and no address of mail", () => {
    const formats = [...walk(OwnEvent)].map((schema) =>
      schema instanceof z.ZodString || schema instanceof z.ZodStringFormat
        ? `${schema.format} ${String(schema.meta()?.["format"])}`
        : "",
    );
    // One schema, which all of them share.
    expect(formats.filter((format) => /uuid|email/.test(format))).toEqual(["guid uuid"]);
    expect(formats.filter((format) => format.includes("datetime"))).not.toEqual([]);
  });

  it.each([
    ["user", OWNER, "203.0.113.7"],
    ["admin", ADMIN, null],
    ["command", null, null],
  ])("LA-08 says that %s did it, and shows an own client address alone", (by, actorId, ip) => {
    for (const event of [
      eventLike("user_updated", { actorId, changes: { role: "admin" } }),
      eventLike("user_unlocked", { actorId }),
    ] satisfies OwnerEvent[])
      expect(ownView(EVENT, event, OWNER)).toMatchObject({ by, ip });
  });

  it.each(eventShapes.session_revoked.fields.by.options)(
    "LA-08 shows the client address of an ending by %s only where it is no administrator's",
    (by) => {
      const isAdministrators = by === "admin" || by === "disable";
      expect(ownView(EVENT, eventLike("session_revoked", { by }), OWNER)).toMatchObject({
        by,
        ip: isAdministrators ? null : "203.0.113.7",
      });
    },
  );
});

describe("the account that an event concerns", () => {
  it.each(storedEventNames)("%s names it where its shape says that it does", (name) => {
    const { about } = eventShapes[name];
    expect(accountOf(eventLike(name))).toBe(about === null ? null : OWNER);
  });

  it("is nobody's where a login failed for an address without an account", () => {
    expect(accountOf(eventLike("login_failed", { userId: null }))).toBeNull();
  });

  it("is not known of a lock that an earlier version stored", () => {
    expect(accountOf(eventLike("login_locked", { userId: undefined }))).toBeNull();
  });
});
