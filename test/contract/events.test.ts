import { describe, expect, it } from "vitest";
import { z } from "zod";
import { eventDefinition, eventNames, LogEvent } from "../../src/contract/events.ts";
import { examplesOf } from "../../src/contract/examples.ts";
import { eventsOf, type OperationDescription } from "../../src/contract/operation.ts";
import { operations } from "../../src/contract/operations.ts";
import { secretFieldNames } from "../../src/contract/secret-fields.ts";
import { secret } from "../../src/contract/values.ts";

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
    expect(Object.keys(schema.shape).filter((field) => secrets.includes(field))).toEqual([]);
  });

  it("is stored if it tells of security, and only printed if it tells of the server", () => {
    const ofServer = [
      "request",
      "mail_failed",
      "overloaded",
      "unhandled_error",
      "server_started",
      "server_stopped",
    ];
    expect(stored).toBe(!ofServer.includes(name));
  });
});

describe("the events of operations", () => {
  it("are every event but those of the process", () => {
    const recorded = new Set(described.flatMap(eventsOf));
    const ofProcess = eventNames.filter((name) => !recorded.has(name));
    expect(ofProcess).toEqual([
      "signing_key_rotated",
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

  it("finds a secret in requests and answers, however deep it is", () => {
    const hidden = z.strictObject({ pin: secret(z.string()).optional() });
    const body = z.strictObject({ list: z.array(z.union([hidden, z.null()])) });
    const asked = { ...operations.getHealth, request: { body } };
    const answered = { ...operations.getHealth, responses: { 200: { description: "", body } } };
    expect(secretFieldNames([asked])).toContain("pin");
    expect(secretFieldNames([answered])).toContain("pin");
  });
});
