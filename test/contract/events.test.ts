import { describe, expect, it } from "vitest";
import { z } from "zod";
import { operatorEvent, ownerEvent } from "../../src/contract/event-shape.ts";
import {
  eventDefinition,
  eventNames,
  LogEvent,
  exampleEventId,
  ListedEvent,
  storedEventNames,
} from "../../src/contract/events.ts";
import { eventShapes } from "../../src/contract/event-shapes.ts";
import { examplesOf } from "../../src/contract/examples.ts";
import { eventsOf, type OperationDescription } from "../../src/contract/operation.ts";
import { operations } from "../../src/contract/operations.ts";
import { namesHiddenInLog, secretFieldNames } from "../../src/contract/secret-fields.ts";
import { NormalEmail } from "../../src/contract/addresses.ts";
import { Id, secret } from "../../src/contract/values.ts";

const described: readonly OperationDescription[] = Object.values(operations);
const definitions = eventNames.map((name) => eventDefinition(name));

describe.each(definitions)("$name", ({ name, level, schema, stored }) => {
  const example = Object(examplesOf(schema)[0]);

  it("has an example, and LogEvent takes it too", () => {
    expect(schema.safeParse(example).error).toBeUndefined();
    expect(LogEvent.parse(example)).toEqual(example);
    expect(example).toMatchObject({ event: name, level });
  });

  it("has one level", () => {
    for (const other of ["info", "warn", "error"])
      expect(schema.safeParse({ ...example, level: other }).success).toBe(other === level);
  });

  it("says when, in which request and from where", () => {
    for (const field of ["timestamp", "requestId", "ip"]) {
      const { [field]: _, ...without } = example;
      expect(schema.safeParse(without).success).toBe(false);
    }
    expect(schema.safeParse({ ...example, requestId: null, ip: null }).success).toBe(true);
  });

  it("LA-03 takes no field it does not declare, and declares none that is secret elsewhere", () => {
    expect(schema.safeParse({ ...example, password: "correct horse" }).success).toBe(false);
    const secrets = secretFieldNames(described);
    // An error's code, whose shape is narrow, has the name of a mailed one in bodies.
    const isErrorCode = (field: string) =>
      field === "code" && ["mail_failed", "overloaded"].includes(name);
    const fields = Object.keys(schema.shape).filter((field) => !isErrorCode(field));
    expect(fields.filter((field) => secrets.includes(field))).toEqual([]);
  });

  it("is stored if it tells of security, and only printed if it tells of the server", () => {
    const ofServer = [
      "request",
      "provider_unreachable",
      "breached_passwords_unavailable",
      "mail_failed",
      "overloaded",
      "unhandled_error",
      "server_started",
      "server_stopped",
    ];
    expect(stored).toBe(!ofServer.includes(name));
    expect(ListedEvent.safeParse({ id: exampleEventId, ...Object(example) }).success).toBe(stored);
  });
});

it("the filter of listEvents takes the stored events, and no other", () => {
  const { event } = operations.listEvents.request.query.shape;
  for (const name of eventNames)
    expect([name, event.safeParse(name).success]).toEqual([
      name,
      storedEventNames.some((stored) => stored === name),
    ]);
});

describe("the shape of an event", () => {
  const id = "01936f2e-8c00-7b3a-9d51-2f6f0a6c1e43";
  const base = { level: "info", summary: "An account got a flag." } as const;
  const shape = {
    ...base,
    fields: { userId: Id, email: NormalEmail },
    example: { userId: id, email: "ada@example.com" },
  };

  it("says who may see it and which account it concerns, or it does not compile", () => {
    const own = ownerEvent({ ...shape, about: "userId", shown: ["email"] });
    const others = [
      operatorEvent({ ...shape, about: "userId" }),
      operatorEvent({ ...shape, about: null }),
    ];
    expect([own, ...others].map(({ audience, kept }) => `${audience} ${kept}`)).toEqual([
      "owner stored",
      "operator stored",
      "operator stored",
    ]);
    return () => [
      // @ts-expect-error it does not say which account it concerns
      operatorEvent({ ...shape }),
      // @ts-expect-error it has no such field
      operatorEvent({ ...shape, about: "accountId" }),
      // @ts-expect-error an address is no id
      operatorEvent({ ...shape, about: "email" }),
      // @ts-expect-error an owner's event concerns an account
      ownerEvent({ ...shape, about: null, shown: [] }),
      // @ts-expect-error it does not say what the owner sees
      ownerEvent({ ...shape, about: "userId" }),
      // @ts-expect-error it has no such field
      ownerEvent({ ...shape, about: "userId", shown: ["reason"] }),
      // @ts-expect-error an id is never shown
      ownerEvent({ ...shape, about: "userId", shown: ["userId"] }),
    ];
  });
});

describe("the events of operations", () => {
  it("are every event but those of the process", () => {
    const recorded = new Set(described.flatMap(eventsOf));
    const ofProcess = eventNames.filter((name) => !recorded.has(name));
    expect(ofProcess).toEqual([
      "signing_key_rotated",
      "provider_unreachable",
      "breached_passwords_unavailable",
      "mail_failed",
      "server_started",
      "server_stopped",
    ]);
  });

  it("hold the request line always, and what follows from how the operation is guarded", () => {
    for (const operation of described) expect(eventsOf(operation)).toContain("request");
    expect(eventsOf(operations.deleteUser)).toEqual([
      "user_deleted",
      "request",
      "csrf_rejected",
      "authorization_denied",
      "overloaded",
      "unhandled_error",
    ]);
    expect(eventsOf(operations.getHealth)).toEqual(["request"]);
  });
});

describe("secretFieldNames", () => {
  it("LA-03 finds every secret of the contract", () => {
    const names = secretFieldNames(described);
    expect(names).toEqual(
      expect.arrayContaining(["accessToken", "csrfToken", "password", "refreshToken"]),
    );
    expect(names).not.toContain("email");
  });

  it("LA-03 the log hides them all, but for the name that an error's code has in two events", () => {
    const hidden = namesHiddenInLog(described, eventShapes);
    expect(secretFieldNames(described).filter((name) => !hidden.includes(name))).toEqual(["code"]);
    const withCode = eventNames.filter((name) => "code" in eventShapes[name].fields);
    expect(withCode).toEqual(["mail_failed", "overloaded"]);
  });

  it("finds a secret in requests and answers, however deep it is", () => {
    const hidden = z.strictObject({ pin: secret(z.string()).optional() });
    const body = z.strictObject({ list: z.array(z.union([hidden, z.null()])) });
    const asked = { ...operations.getHealth, request: { body } };
    const answered = { ...operations.getHealth, responses: { 200: { description: "", body } } };
    expect(secretFieldNames([asked])).toContain("pin");
    expect(secretFieldNames([answered])).toContain("pin");
  });
});
