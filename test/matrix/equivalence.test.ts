/**
 * The gate between the contract and its document: what the server's Zod schemas accept, and what the
 * published JSON Schema accepts, is the same. A document can be valid and untrue.
 */
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { eventDefinition, eventNames, LogEvent } from "../../src/contract/events.ts";
import { type OperationDescription, problemsOf } from "../../src/contract/operation.ts";
import { operations } from "../../src/contract/operations.ts";
import { problem } from "../../src/contract/problems.ts";
import { Email, normalizeEmail } from "../../src/contract/addresses.ts";
import { INSTANT_RULE } from "../../src/contract/values.ts";
import { at, document, entriesOf, type Json, validatorOf } from "../support/document-schemas.ts";
import { combinationsOf, samplesOf, validOf } from "../support/generated-values.ts";

interface Part {
  readonly name: string;
  readonly schema: z.core.$ZodType;
  readonly published: Json;
}

const described: readonly OperationDescription[] = Object.values(operations);

/** The union of all events, of which each sample is judged twice, beside other tests. */
const UNION_MS = 120_000;

describe("a body is accepted by the server exactly where the document accepts it", () => {
  it.each(distinct([...requestBodies(), ...answers(), ...problems(), ...events()]))(
    "$name",
    (part) => {
      const samples = [...samplesOf(part.schema), ...combinationsOf(part.schema)].map(throughJson);
      expect(compare(part, samples, (sample) => sample)).toEqual([]);
    },
    UNION_MS,
  );
});

describe("a field of query, path and headers is accepted as text exactly where its meaning is documented", () => {
  it.each(fields())("$name", (part) => {
    const texts = [...samplesOf(part.schema), ...validOf(part.schema)].map(asText);
    const type = entriesOf(part.published).find(([key]) => key === "type")?.[1];
    expect(compare(part, texts, (text) => meaningOf(text, type))).toEqual([]);
  });

  it("an absent field is accepted exactly where it is not required", () => {
    for (const { operationId, path, method, request } of described) {
      const published = at(document, "paths", path, method.toLowerCase());
      for (const part of [request.params, request.query, request.headers]) {
        for (const [name, schema] of Object.entries<z.core.$ZodType>(part?.shape ?? {}))
          expect([operationId, name, at(parameter(published, name), "required")]).toEqual([
            operationId,
            name,
            !z.safeParse(schema, undefined).success,
          ]);
      }
    }
  });
});

/**
 * The differences, but for leap seconds where no month ends and years that UTC writes with five digits
 * (`values.test.ts`). JSON Schema can say which characters an address is typed with, not what becomes of it: an
 * address whose normal form is no address is refused, though its pattern matches.
 */
const noNormalForm = {
  "NFKC makes a second @ of it": "ada@example.com＠evil.example",
  "NFKC makes a path of it": "ada@evil.c℀.example.com",
  "its domain is a number": "ada@127.0.0.1",
  "its domain is no host name": "ada@exa_mple.com",
  "its local part is longer than 64 characters": `${"a".repeat(65)}@example.com`,
  "its normal form is longer than 254 characters": `ada@${"a.".repeat(130)}com`,
  "it holds half a character": "ada\uD800@example.com",
};

describe("the only addresses the document accepts and the server refuses are those without a normal form", () => {
  it.each(Object.entries(noNormalForm))("%s", (_, address) => {
    const { published } = bodyOf("login");
    const body = { email: address, password: "correct horse battery staple" };
    expect(validatorOf(published)(body)).toBe(true);
    expect(Email.safeParse(address).success).toBe(false);
    expect(normalizeEmail(address)).toBeUndefined();
  });
});

// An address with a normal form of 254 characters comes near no bound: only what is trimmed off does.
it("the longest spelling of an address is the same for both, and so is the first that is too long", () => {
  const isDocumented = validatorOf(bodyOf("login").published);
  for (const [length, isAccepted] of [
    [320, true],
    [321, false],
  ] as const) {
    const email = "ada@example.com".padStart(length);
    const body = { email, password: "correct horse battery staple" };
    expect([length, isDocumented(body)]).toEqual([length, isAccepted]);
    expect([length, Email.safeParse(email).success]).toEqual([length, isAccepted]);
  }
});

/** Samples on which the two disagree, but for those above; and a remark where the samples prove nothing. */
function compare(
  { schema, published }: Part,
  samples: readonly unknown[],
  meaningOfSample: (sample: unknown) => unknown,
): string[] {
  const validate = validatorOf(published);
  const disagreements: string[] = [];
  const seen = { accepted: 0, refused: 0 };
  for (const sample of samples) {
    const result = z.safeParse(schema, sample);
    seen[result.success ? "accepted" : "refused"] += 1;
    const documented = validate(meaningOfSample(sample));
    if (documented === result.success) continue;
    if (documented && (isWithoutNormalForm(sample, result.error) || isNoInstant(result.error)))
      continue;
    const sides = documented ? "only the document accepts" : "only the server accepts";
    disagreements.push(`${sides} ${JSON.stringify(sample).slice(0, 400)}`);
  }
  if (seen.accepted === 0 || seen.refused === 0)
    disagreements.push(`one-sided: ${JSON.stringify(seen)}`);
  return disagreements.slice(0, 8);
}

function isWithoutNormalForm(sample: unknown, error: z.core.$ZodError | undefined): boolean {
  return (error?.issues ?? []).every(({ path, code, message }) => {
    const value = path.reduce<unknown>((inside, key) => Object(inside)[key], sample);
    const isAddress = code === "custom" && message === "Must be an e-mail address";
    return isAddress && typeof value === "string" && normalizeEmail(value) === undefined;
  });
}

/** The custom rule alone refuses it: its pattern matches, and `values.test.ts` has each case. */
function isNoInstant(error: z.core.$ZodError | undefined): boolean {
  const issues = error?.issues ?? [];
  return issues.every(({ code, message }) => code === "custom" && message === INSTANT_RULE);
}

function requestBodies(): Part[] {
  return described
    .filter(({ request }) => request.body)
    .map(({ operationId }) => bodyOf(operationId));
}

function bodyOf(id: string): Part {
  const operation = described.find(({ operationId }) => operationId === id);
  if (!operation?.request.body) throw new Error(`${id} has no body`);
  const published = at(
    publishedOperation(operation),
    "requestBody",
    "content",
    "application/json",
    "schema",
  );
  return { name: `${id}: request body`, schema: operation.request.body, published };
}

function answers(): Part[] {
  return described.flatMap((operation) =>
    Object.entries(operation.responses).flatMap(([status, { body: schema, mediaType }]) => {
      if (!schema) return [];
      const content = at(publishedOperation(operation), "responses", status, "content");
      const published = at(content, mediaType ?? "application/json", "schema");
      return [{ name: `${operation.operationId}: body of ${status}`, schema, published }];
    }),
  );
}

function problems(): Part[] {
  return described.flatMap((operation) => {
    const byStatus = Map.groupBy(problemsOf(operation), (code) => problem(code).status);
    return [...byStatus].map(([status, codes]) => {
      const responses = at(publishedOperation(operation), "responses", status);
      const [first, ...rest] = codes.map((code) => problem(code).schema);
      if (first === undefined) throw new Error(`No problem has status ${status}`);
      return {
        name: `problem ${codes.join(" or ")}`,
        schema: rest.length > 0 ? z.discriminatedUnion("code", [first, ...rest]) : first,
        published: at(responses, "content", "application/problem+json", "schema"),
      };
    });
  });
}

function events(): Part[] {
  const schemas: [string, z.core.$ZodType][] = eventNames.map((name) => [
    name,
    eventDefinition(name).schema,
  ]);
  return [...schemas, ["line", LogEvent] as const].map(([name, schema]) => ({
    name: `event ${name}`,
    schema,
    published: at(
      document,
      "webhooks",
      name,
      "post",
      "requestBody",
      "content",
      "application/json",
      "schema",
    ),
  }));
}

function fields(): Part[] {
  return described.flatMap((operation) => {
    const { params, query, headers } = operation.request;
    return [params, query, headers].flatMap((part) =>
      Object.entries<z.core.$ZodType>(part?.shape ?? {}).map(([name, schema]) => ({
        name: `${operation.operationId}: ${name}`,
        schema,
        published: at(parameter(publishedOperation(operation), name), "schema"),
      })),
    );
  });
}

function publishedOperation({ path, method }: OperationDescription): Json {
  return at(document, "paths", path, method.toLowerCase());
}

function parameter(operation: Json, name: string): Json {
  const found = entriesOf(at(operation, "parameters")).find(
    ([, json]) => at(json, "name") === name,
  );
  if (!found) throw new Error(`${name} is not documented`);
  return found[1];
}

/** Each pair once: many operations answer the same problems, with one schema in the catalogue. */
function distinct(parts: readonly Part[]): Part[] {
  return [
    ...new Map(parts.map((part) => [JSON.stringify([part.name, part.published]), part])).values(),
  ];
}

/** The meaning of a text in a query: an integer or boolean if it is written as one, and else the text itself. */
function meaningOf(text: unknown, type: Json | undefined): unknown {
  if (type === "integer" && String(Number(text)) === text) return Number(text);
  if (type === "boolean" && (text === "true" || text === "false")) return text === "true";
  return text;
}

function asText(sample: unknown): string {
  return typeof sample === "string" ? sample : JSON.stringify(sample);
}

function throughJson(sample: unknown): unknown {
  return JSON.parse(JSON.stringify(sample));
}
