/** The faults of a contract are found before it is published, all of them at once. */
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { buildDocument, ContractFaultsError } from "../../src/contract/document.ts";
import { findFaults } from "../../src/contract/document-faults.ts";
import { eventDefinition } from "../../src/contract/events.ts";
import type { OperationDescription } from "../../src/contract/operation.ts";
import { operations } from "../../src/contract/operations.ts";
import { csrfHeaders, open, sessionOrBearer } from "../../src/contract/security.ts";
import { Id, NewPassword, pageQuery } from "../../src/contract/values.ts";

const Thing = named("Thing");
const readThing: OperationDescription = {
  operationId: "readThing",
  method: "GET",
  path: "/things/{thingId}",
  tags: ["Accounts"],
  summary: "Read a thing",
  description: "One thing, by its id.",
  security: open,
  request: { params: z.strictObject({ thingId: Id }) },
  responses: { 200: { description: "The thing.", body: Thing } },
  problems: ["not_found"],
  events: [],
};
const changeThing: OperationDescription = {
  ...readThing,
  operationId: "changeThing",
  method: "PATCH",
  security: sessionOrBearer,
  request: { ...readThing.request, headers: csrfHeaders, body: named("ThingInput") },
};

describe("findFaults", () => {
  it("finds nothing in the contract as it stands", () => {
    expect(findFaults(operations)).toEqual([]);
  });

  it("finds nothing in a sound contract", () => {
    expect(findFaults({ readThing, changeThing })).toEqual([]);
  });

  it("finds an operation that goes by another name than its key", () => {
    expect(findFaults({ readIt: readThing })).toEqual(["operation readIt calls itself readThing"]);
  });

  it("finds a path whose braces are not the declared params", () => {
    expect(faultsOf({ path: "/things/{id}" })).toEqual([
      "readThing: path /things/{id} and params {thingId} differ",
    ]);
    expect(faultsOf({ path: "/things" })).toHaveLength(1);
    expect(faultsOf({ request: {} })).toEqual([
      "readThing: path /things/{thingId} and params {} differ",
    ]);
  });

  it("takes params in any order", () => {
    const params = z.strictObject({ thingId: Id, partId: Id });
    const request = { params };
    expect(faultsOf({ path: "/things/{thingId}/parts/{partId}", request })).toEqual([]);
    expect(faultsOf({ path: "/parts/{partId}/things/{thingId}", request })).toEqual([]);
  });

  it.each([
    ["params and query", { query: z.strictObject({ thingId: Id }) }],
    ["params and body", { body: named("OtherInput", { thingId: Id }) }],
  ])("finds a name that stands in both %s", (_, parts) => {
    const faults = faultsOf({ request: { ...readThing.request, ...parts } });
    expect(faults).toEqual([
      "readThing: thingId is declared in two parts; the SDK passes them as one object",
    ]);
  });

  it("finds a status that is a success and also a problem", () => {
    const responses = { ...readThing.responses, 404: { description: "No thing." } };
    expect(faultsOf({ responses })).toEqual(["readThing: 404 is a success and also not_found"]);
  });

  it("finds the status of a problem that follows from the rest", () => {
    const responses = { ...readThing.responses, 400: { description: "No thing." } };
    expect(faultsOf({ responses })).toEqual([
      "readThing: 400 is a success and also validation_failed",
    ]);
  });

  it("finds a body without a name", () => {
    const body = z.strictObject({ id: Id });
    expect(faultsOf({ responses: { 200: { description: "The thing.", body } } })).toEqual([
      "readThing: the body of 200 has no name",
    ]);
    expect(faultsOf({ request: { ...readThing.request, body } })).toEqual([
      "readThing: its request body has no name",
    ]);
  });

  it("CS-01 finds a change by cookie that declares no header for its proof", () => {
    const operation = {
      ...changeThing,
      request: { ...changeThing.request, headers: z.object({}) },
    };
    expect(findFaults({ changeThing: operation })).toEqual([
      "changeThing: a cookie can authenticate this change, but x-csrf-token is not declared",
    ]);
  });

  it("finds two operations on one route, whatever their params are called", () => {
    const request = { params: z.strictObject({ id: Id }) };
    const readOther = {
      ...readThing,
      operationId: "readOther",
      path: "/things/{id}",
      request,
    } as const;
    expect(findFaults({ readThing, readOther })).toEqual([
      "readOther and readThing share GET /things/{id}",
    ]);
  });

  it.each([
    ["in a body", Thing.shape, "Thing"],
    ["in LogEvent", {}, "LogEvent"],
    ["in an event", {}, "LogoutEvent"],
    ["in a problem", {}, "NotFoundProblem"],
  ])("finds two schemas under one name, one of them %s", (_, shape, name) => {
    const twin = { ...readThing, operationId: "twin", path: "/twin", request: {} } as const;
    const responses = { 200: { description: "It.", body: named(name, shape) } };
    expect(findFaults({ readThing, twin: { ...twin, responses } })).toEqual([
      `two different schemas are named ${name}`,
    ]);
  });

  it("finds a member of a union that has no name", () => {
    const kind = (value: string) => z.strictObject({ kind: z.literal(value) });
    const members = z.discriminatedUnion("kind", [
      kind("plain"),
      kind("fancy").meta({ id: "Fancy", examples: [{ kind: "fancy" }] }),
    ]);
    expect(faultsWith(members.meta({ id: "Kinds", examples: [{ kind: "plain" }] }))).toEqual([
      "a member of the union Kinds has no name",
    ]);
  });

  it("finds a named schema without an example", () => {
    expect(faultsWith(z.strictObject({ id: Id }).meta({ id: "Bare" }))).toEqual([
      "Bare has no example",
    ]);
  });

  it("finds an example that does not validate, however deep it is", () => {
    const wrong = z
      .string()
      .max(3)
      .meta({ examples: ["long"] });
    const deep = z.array(z.union([wrong.optional(), z.null()])).max(1);
    expect(faultsWith(named("Deep", { deep: deep.optional() }))).toEqual([
      expect.stringMatching(/^an example of string does not validate: Too big/),
    ]);
    expect(faultsWith(named("Off", { id: Id }, { id: "no-uuid" }))).toEqual([
      expect.stringMatching(/^an example of Off does not validate: /),
    ]);
  });

  it("takes the example of a number in a query for what it means", () => {
    const query = z.strictObject({ limit: pageQuery.limit });
    expect(faultsOf({ request: { ...readThing.request, query } })).toEqual([]);
    const outside = z.strictObject({ limit: pageQuery.limit.meta({ examples: [101] }) });
    expect(faultsOf({ request: { ...readThing.request, query: outside } })).toHaveLength(1);
  });

  it.each([
    ["as it is", NewPassword],
    ["optional", NewPassword.optional()],
    ["nullable", NewPassword.nullable()],
    ["in a list", z.array(NewPassword).max(1)],
    ["in a record", z.record(z.string(), NewPassword)],
    ["in an object", z.strictObject({ password: NewPassword })],
    ["or null", z.union([NewPassword, z.null()])],
    ["transformed", NewPassword.transform((value) => value)],
  ])("LA-03 finds a secret in an event: %s", (_, password) => {
    const example = { examples: [] };
    const schema = z.strictObject({ password }).meta(example);
    const event = { ...eventDefinition("logout"), schema };
    expect(findFaults({}, [event])).toContain("event logout carries a field marked secret");
  });

  it("refuses a kind of schema that it cannot see into", () => {
    const hidden = z.lazy(() => NewPassword);
    const event = { ...eventDefinition("logout"), schema: z.strictObject({ hidden }) };
    expect(() => findFaults({}, [event])).toThrow("The contract knows no lazy");
  });
});

describe("buildDocument", () => {
  it("throws one error that lists every fault at once", () => {
    const faulty = {
      wrongKey: { ...readThing, path: "/things/{id}" },
      changeThing: { ...changeThing, request: readThing.request },
      twin: {
        ...readThing,
        operationId: "twin",
        responses: { 404: { description: "", body: named("Thing") } },
      },
    } as const;
    const error = caught(() => buildDocument(faulty, "0.0.0"));
    expect(error.faults).toEqual([
      "operation wrongKey calls itself readThing",
      "readThing: path /things/{id} and params {thingId} differ",
      "changeThing: a cookie can authenticate this change, but x-csrf-token is not declared",
      "twin: 404 is a success and also not_found",
      "twin and readThing share GET /things/{thingId}",
      "two different schemas are named Thing",
    ]);
    for (const fault of error.faults) expect(error.message).toContain(`\n- ${fault}`);
  });
});

function faultsOf(change: Partial<OperationDescription>): string[] {
  return findFaults({ readThing: { ...readThing, ...change } });
}

function faultsWith(body: z.ZodType): string[] {
  return faultsOf({ responses: { 200: { description: "The thing.", body } } });
}

function named(id: string, shape: z.core.$ZodShape = {}, example: object = {}): z.ZodObject {
  const sample = "thingId" in shape ? { thingId: "01936f2e-8c00-7b3a-9d51-2f6f0a6c1e42" } : example;
  return z.strictObject(shape).meta({ id, examples: [sample] });
}

function caught(work: () => unknown): ContractFaultsError {
  try {
    work();
  } catch (error) {
    if (error instanceof ContractFaultsError) return error;
    throw error;
  }
  throw new Error("No fault was found");
}
