/** The published document, read as its readers read it: nothing in it is missing, unbounded or untrue. */
import { describe, expect, it } from "vitest";
import { buildDocument } from "../../src/contract/document.ts";
import { eventNames } from "../../src/contract/events.ts";
import {
  ignoresQuery,
  type OperationDescription,
  problemsOf,
} from "../../src/contract/operation.ts";
import { operations } from "../../src/contract/operations.ts";
import { problem, problemCodes } from "../../src/contract/problems.ts";
import {
  at,
  document,
  entriesOf,
  everything,
  type Json,
  validatorOf,
} from "../support/document-schemas.ts";

const described: readonly OperationDescription[] = Object.values(operations);
const published = new Map(
  entriesOf(at(document, "paths")).flatMap(([path, methods]) =>
    entriesOf(methods).map(([method, operation]) => [`${method.toUpperCase()} ${path}`, operation]),
  ),
);
const webhooks = entriesOf(at(document, "webhooks")).map(([name, item]) => ({
  name,
  operation: at(item, "post"),
  schema: at(item, "post", "requestBody", "content", "application/json", "schema"),
}));

describe("the document", () => {
  it("is the same, byte for byte, at every build", () => {
    const again = JSON.stringify(buildDocument(operations, "0.0.0"));
    expect(again).toBe(JSON.stringify(buildDocument(operations, "0.0.0")));
    expect(again).toBe(JSON.stringify(document));
  });

  it("describes every operation of the contract, and no other", () => {
    const routes = described.map(({ method, path }) => `${method} ${path}`);
    expect([...published.keys()].sort()).toEqual(routes.sort());
  });

  it("gives every operation and every log line an operationId of its own", () => {
    const all = [...published.values(), ...webhooks.map(({ operation }) => operation)];
    expect(new Set(all.map((operation) => at(operation, "operationId"))).size).toBe(all.length);
  });

  it("declares every tag it uses", () => {
    const declared = entriesOf(at(document, "tags")).map(([, tag]) => at(tag, "name"));
    const used = [...published.values(), ...webhooks.map(({ operation }) => operation)];
    const tags = used.flatMap((operation) =>
      entriesOf(at(operation, "tags")).map(([, tag]) => tag),
    );
    expect(new Set(tags)).toEqual(new Set(declared));
  });

  it("leads from its introduction to every problem, in few words", () => {
    const introduction = String(at(document, "info", "description"));
    expect(introduction).toContain("[all codes](/problems)");
    expect(introduction.length).toBeLessThan(700);
  });

  it("leads from every failure of an operation to the page of each of its codes", () => {
    for (const operation of published.values())
      for (const [status, response] of entriesOf(at(operation, "responses"))) {
        if (Number(status) < 400) continue;
        const content = at(response, "content", "application/problem+json");
        for (const [code] of entriesOf(at(content, "examples")))
          expect(at(response, "description")).toContain(
            `[\`${code}\`](/problems/${code.replaceAll("_", "-")})`,
          );
      }
  });

  it("has a schema of every problem but method_not_allowed, which no operation can answer", () => {
    const types = [...everything(at(document, "components", "schemas"))]
      .filter(([path]) => path.join("/").endsWith("Problem/properties/code/enum/0"))
      .map(([, code]) => code);
    const expected = problemCodes.filter((code) => code !== "method_not_allowed");
    expect(types.sort()).toEqual([...expected].sort());
  });
});

describe.each(described)("$operationId", (operation) => {
  const { operationId, method, path, tags, summary, security } = operation;
  const json = published.get(`${method} ${path}`) ?? null;

  it("says what it is, what it does and who may call it", () => {
    expect(json).toMatchObject({ operationId, tags, summary });
    expect(at(json, "description")).toMatch(/^[A-Z][^]+\.$/);
    const own = security.scrapersOnly ? ["metrics"] : [];
    const alternatives: object[] = [...security.accepts, ...own].map((name) => ({ [name]: [] }));
    const anonymous = security.optional && alternatives.length > 0 ? [{}] : [];
    expect(at(json, "security")).toEqual([...alternatives, ...anonymous]);
  });

  it("has a required path parameter for each brace of its path", () => {
    const inPath = membersNamed(json, "parameters").filter((each) => at(each, "in") === "path");
    expect(inPath.map((each) => `{${at(each, "name")}}`)).toEqual(path.match(/\{\w+\}/g) ?? []);
    expect(inPath.every((each) => at(each, "required") === true)).toBe(true);
  });

  it("documents every status and every problem it can answer, with a request id", () => {
    const problems = problemsOf(operation);
    const statuses = [
      ...Object.keys(operation.responses),
      ...problems.map((code) => String(problem(code).status)),
    ];
    const responses = entriesOf(at(json, "responses"));
    expect(responses.map(([status]) => status).sort()).toEqual([...new Set(statuses)].sort());
    for (const [, response] of responses)
      expect(at(response, "headers", "x-request-id", "$ref")).toBe(
        "#/components/headers/RequestId",
      );
    const told = responses.flatMap(([, response]) =>
      examplesIn(response).map(({ value }) => value),
    );
    const codes = told.flatMap((value) => entriesOf(value).filter(([key]) => key === "code"));
    expect(codes.map(([, code]) => code).sort()).toEqual([...problems].sort());
  });

  it("documents Retry-After where a problem says how long to wait, and nowhere else", () => {
    const says = problemsOf(operation).filter(
      (code) => "retryAfterSeconds" in problem(code).schema.shape,
    );
    const statuses = new Set(says.map((code) => String(problem(code).status)));
    const documented = entriesOf(at(json, "responses"))
      .filter(([, response]) => "retry-after" in Object(at(response, "headers")))
      .map(([status]) => status);
    expect(documented.sort()).toEqual([...statuses].sort());
  });

  it("shows an example of every body, and each matches its schema", () => {
    const bodies = [...membersNamed(json, "requestBody", "content"), ...responseContents(json)];
    for (const body of bodies) {
      const examples = entriesOf(at(body, "examples")).map(([, example]) => at(example, "value"));
      expect(examples).not.toEqual([]);
      for (const example of examples)
        expect([example, validatorOf(at(body, "schema"))(example)]).toEqual([example, true]);
    }
  });

  it("shows a validation failure that a request to it can have, or has none", () => {
    if (ignoresQuery(operation)) {
      expect(entriesOf(at(json, "responses")).map(([status]) => status)).not.toContain("400");
      return;
    }
    const [example] = examplesIn(at(json, "responses", 400)).filter(
      ({ name }) => name === "validation_failed",
    );
    const part = at(example?.value ?? null, "issues", 0, "part");
    expect(part).toBe(operation.request.body ? "body" : "query");
    const field = entriesOf(at(example?.value ?? null, "issues", 0, "path"))[0]?.[1];
    if (field !== undefined) expect(JSON.stringify(json)).toContain("requestBody");
  });

  it("challenges with WWW-Authenticate where it refuses a bearer token, and nowhere else", () => {
    const challenging = entriesOf(at(json, "responses"))
      .filter(([, response]) => "www-authenticate" in Object(at(response, "headers")))
      .map(([status]) => status);
    const asksForToken = security.accepts.includes("bearer") || security.scrapersOnly === true;
    expect(challenging).toEqual(asksForToken ? ["401"] : []);
  });
});

describe("schemas", () => {
  const schemas = [...everything(document)].filter(([path]) => isSchema(path));

  it("bound every text, number and list", () => {
    const boundless = schemas.filter(([, schema]) => !isBounded(schema));
    expect(boundless.map(([path]) => path.join("/"))).toEqual([]);
  });

  it("refuse unknown properties in every object but what a browser writes, which grows with browsers", () => {
    const ofBrowsers = ["AssertionCredential", "RegistrationCredential"];
    const objects = schemas.filter(([, schema]) => Object(schema).type === "object");
    expect(objects.length).toBeGreaterThan(20);
    for (const [path, schema] of objects) {
      const isOfBrowsers = path.some((name) => ofBrowsers.includes(name));
      expect([path.join("/"), Object(schema).additionalProperties]).toEqual([
        path.join("/"),
        isOfBrowsers ? {} : false,
      ]);
    }
  });

  it("tell the members of every union of objects apart, each by one value and no other", () => {
    const unions = schemas.filter(([, schema]) => "oneOf" in Object(schema));
    expect(unions.length).toBeGreaterThan(1);
    for (const [, union] of unions) {
      const property = String(at(union, "discriminator", "propertyName"));
      const members = entriesOf(at(union, "oneOf")).map(([, member]) => String(at(member, "$ref")));
      const mapping = entriesOf(at(union, "discriminator", "mapping"));
      expect(mapping.map(([, reference]) => reference)).toEqual(members);
      for (const [value, reference] of mapping)
        expect(at(component(reference), "properties", property, "enum")).toEqual([value]);
    }
  });

  it("are all referred to, and refer to what exists", () => {
    const references = [...everything(document)].filter(([path]) => path.at(-1) === "$ref");
    const named = references
      .map(([, reference]) => String(reference))
      .filter((to) => to.includes("/schemas/"));
    const components = entriesOf(at(document, "components", "schemas"));
    expect(new Set(named)).toEqual(
      new Set(components.map(([name]) => `#/components/schemas/${name}`)),
    );
  });
});

describe("log events", () => {
  it("are one webhook each, and one for any line", () => {
    expect(webhooks.map(({ name }) => name).sort()).toEqual([...eventNames, "line"].sort());
  });

  it.each(webhooks)("$name says that it is a log line and not a call", ({ operation }) => {
    expect(at(operation, "description")).toMatch(/^A log line, not an HTTP call/);
    // One line of Swagger UI, where nothing makes code of backticks.
    expect(at(operation, "summary")).toMatch(/^[^`.]{10,90}\.$/);
    expect(at(operation, "security")).toEqual([]);
  });

  it("have one schema each, of which LogEvent is the union", () => {
    const own = webhooks.filter(({ name }) => name !== "line");
    expect(new Set(own.map(({ schema }) => at(schema, "$ref"))).size).toBe(eventNames.length);
    const line = webhooks.find(({ name }) => name === "line")?.schema ?? null;
    expect(line).toEqual({ $ref: "#/components/schemas/LogEvent" });
    const members = own.map(({ name, schema }) => [name, at(schema, "$ref")]);
    expect(entriesOf(at(component(at(line, "$ref")), "discriminator", "mapping"))).toEqual(members);
  });

  it("LA-03 hold no field that is marked secret", () => {
    const marked = webhooks.flatMap(({ schema }) => [...everything(component(at(schema, "$ref")))]);
    expect(marked.filter(([path]) => path.at(-1) === "x-secret")).toEqual([]);
  });

  it.each(webhooks)("$name shows an example that matches its schema", ({ operation, schema }) => {
    const content = at(operation, "requestBody", "content", "application/json");
    expect(validatorOf(schema)(at(content, "examples", "example", "value"))).toBe(true);
  });
});

function component(reference: Json): Json {
  return at(document, ...String(reference).split("/").slice(1));
}

function membersNamed(json: Json, ...path: readonly string[]): Json[] {
  const found = path.reduce<Json | undefined>(
    (inside, key) => new Map(entriesOf(inside)).get(key),
    json,
  );
  return entriesOf(found).map(([, member]) => member);
}

function responseContents(operation: Json): Json[] {
  return entriesOf(at(operation, "responses")).flatMap(([, response]) =>
    membersNamed(response, "content"),
  );
}

function examplesIn(response: Json): { name: string; value: Json }[] {
  return membersNamed(response, "content").flatMap((body) =>
    entriesOf(at(body, "examples")).map(([name, example]) => ({
      name,
      value: at(example, "value"),
    })),
  );
}

/** True where a schema stands at `path`: under its own name, a property's, or a keyword that takes one. */
function isSchema(path: readonly string[]): boolean {
  if (path.some((key) => key === "examples" || key === "mapping")) return false;
  const [parent, key] = path.slice(-2);
  if (key === "schema" || key === "items") return true;
  return ["schemas", "properties", "oneOf", "anyOf"].includes(parent ?? "");
}

function isBounded(schema: Json): boolean {
  const { type, enum: values, ...bounds } = Object(schema);
  if (values !== undefined) return true;
  if (type === "string") return "maxLength" in bounds;
  if (type === "array") return "maxItems" in bounds;
  if (type === "integer")
    return "minimum" in bounds && "maximum" in bounds && bounds.format === "int32";
  return type !== "number" || ("minimum" in bounds && "maximum" in bounds);
}
