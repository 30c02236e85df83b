/** From the contract to OpenAPI 3.1. The only file that knows the generator. */
import {
  OpenApiGeneratorV31,
  OpenAPIRegistry,
  type ResponseConfig,
  type RouteConfig,
} from "@asteasolutions/zod-to-openapi";
import { z } from "zod";
import { credentialNames, credentials } from "./credentials.ts";
import { findFaults } from "./document-faults.ts";
import { eventDefinition, type EventName, eventNames, LogEvent } from "./events.ts";
import { examplesOf, namedExamples } from "./examples.ts";
import {
  eventsOf,
  type OperationDescription,
  problemsOf,
  type ResponseDescription,
} from "./operation.ts";
import { introduction } from "./introduction.ts";
import { pagePaths } from "./page-paths.ts";
import { problem, type ProblemCode, type ProblemDefinition } from "./problems.ts";
import { challengesOf, type Security } from "./security.ts";
import { successHeaders } from "./success-headers.ts";
import { type Tag, tags } from "./tags.ts";

export type Document = ReturnType<OpenApiGeneratorV31["generateDocument"]>;

/**
 * The OpenAPI document of `operations` and of every event. Deterministic: the same contract gives the
 * same bytes. Throws one error that lists every fault of the contract at once.
 */
export function buildDocument(
  operations: Readonly<Record<string, OperationDescription>>,
  version: string,
): Document {
  const faults = findFaults(operations);
  if (faults.length > 0) throw new ContractFaultsError(faults);

  const registry = new OpenAPIRegistry();
  registerSecuritySchemes(registry);
  registerHeaders(registry);
  for (const operation of Object.values(operations)) registry.registerPath(pathOf(operation));
  for (const name of eventNames) registry.registerWebhook(webhookOf(name));

  registry.registerWebhook(
    webhook("line", LogEvent, "Any line of the log.", "It is one of the events above."),
  );

  return new OpenApiGeneratorV31(registry.definitions, {
    sortComponents: "alphabetically",
  }).generateDocument({
    openapi: "3.1.0",
    info: {
      title: "Portcullis",
      version,
      description: introduction(),
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "/" }],
    tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
  });
}

/** Every fault of a contract, one per line of the message. */
export class ContractFaultsError extends Error {
  override readonly name = "ContractFaultsError";
  readonly faults: readonly string[];
  constructor(faults: readonly string[]) {
    super(
      `The contract has ${faults.length} faults:\n${faults.map((fault) => `- ${fault}`).join("\n")}`,
    );
    this.faults = faults;
  }
}

/** Swagger UI asks for them in this order: first what a person has to type, last what a browser sends by itself. */
const inOrderOfUse = credentialNames.toSorted(
  (one, other) => Number(credentials[one].sentByBrowser) - Number(credentials[other].sentByBrowser),
);

function registerSecuritySchemes(registry: OpenAPIRegistry): void {
  for (const name of inOrderOfUse) {
    const { scheme, description } = credentials[name];
    registry.registerComponent("securitySchemes", name, { ...scheme, description });
  }
}

function registerHeaders(registry: OpenAPIRegistry): void {
  registry.registerComponent("headers", "RequestId", {
    description: "Names this request in the log.",
    required: true,
    schema: { type: "string", format: "uuid", maxLength: 36 },
  });
  registry.registerComponent("headers", "RetryAfter", {
    description: "Whole seconds to wait before trying again.",
    required: true,
    schema: { type: "integer", format: "int32", minimum: 1, maximum: 86_400 },
  });
  registry.registerComponent("headers", "RateLimitPolicy", {
    description: "The limit that refused: its name, its quota, its window in seconds.",
    required: true,
    schema: { type: "string", maxLength: 64, example: '"login-ip";q=20;w=60' },
  });
  registry.registerComponent("headers", "RateLimit", {
    description: "What is left of that limit, and the seconds until there is more.",
    required: true,
    schema: { type: "string", maxLength: 64, example: '"login-ip";r=0;t=3' },
  });
  registry.registerComponent("headers", "WwwAuthenticate", {
    description: "The challenge of RFC 6750 §3.",
    required: true,
    schema: { type: "string", maxLength: 256 },
  });
}

function pathOf(operation: OperationDescription): RouteConfig {
  const { operationId, method, path, tags, summary, description, security, request } = operation;
  const { params, query, headers, body } = request;
  const events = eventsOf(operation).filter((name) => name !== "request");
  const logs = events.length > 0 ? `\n\nMay log: ${events.map(eventLink).join(", ")}.` : "";
  return {
    operationId,
    method: lowerCase(method),
    path,
    tags: [...tags],
    summary,
    description: description + logs,
    security: securityOf(security),
    request: {
      ...(params && { params: params.extend(withParameterExamples(params.shape)) }),
      ...(query && { query }),
      ...(headers && { headers }),
      ...(body && { body: { required: true, content: { "application/json": content(body) } } }),
    },
    responses: responsesOf(operation),
  };
}

/** As Markdown; the address is that of the event in `/docs`. */
function eventLink(name: EventName): string {
  return `[\`${name}\`](${pagePaths.docs}#/webhooks/${logOperationId(name)})`;
}

function logOperationId(name: string): string {
  return `log_${name}`;
}

/** Swagger UI fills in the example of a parameter, and does not look for one in its schema. */
function withParameterExamples(shape: Record<string, z.ZodType>): typeof shape {
  const withExample = (field: z.ZodType) =>
    field.meta({ ...field.meta(), param: { example: examplesOf(field)[0] } });
  return Object.fromEntries(Object.entries(shape).map(([name, at]) => [name, withExample(at)]));
}

function securityOf({ accepts, optional, scrapersOnly }: Security): Record<string, string[]>[] {
  const alternatives = accepts.map((credential): Record<string, string[]> => ({
    [credential]: [],
  }));
  if (scrapersOnly) return [{ metrics: [] }, {}];
  return optional && accepts.length > 0 ? [...alternatives, {}] : alternatives;
}

function responsesOf(operation: OperationDescription): Record<number, ResponseConfig> {
  const responses: Record<number, ResponseConfig> = {};
  for (const [status, response] of Object.entries(operation.responses))
    responses[Number(status)] = successOf(response);
  for (const [status, codes] of byStatus(problemsOf(operation)))
    responses[status] = failureOf(status, codes, operation);
  return responses;
}

function successOf(response: ResponseDescription): ResponseConfig {
  const { description, body, mediaType } = response;
  return {
    description,
    headers: { "x-request-id": headerRef("RequestId"), ...successHeaders(response) },
    ...(body && { content: { [mediaType ?? "application/json"]: content(body) } }),
  };
}

function failureOf(
  status: number,
  codes: readonly ProblemCode[],
  operation: OperationDescription,
): ResponseConfig {
  const definitions = codes.map(problem);
  const [first, ...rest] = definitions.map(({ schema }) => schema);
  if (first === undefined) throw new Error(`No problem with status ${status}`);
  const isToWait = definitions.some(({ fields = {} }) => "retryAfterSeconds" in fields);
  const challenged = status === 401 && challengesOf(operation.security).length > 0;
  return {
    description: definitions
      .map(({ type, title, code }) => `[\`${code}\`](${type}): ${title}.`)
      .join(" "),
    headers: {
      "x-request-id": headerRef("RequestId"),
      ...(challenged && { "www-authenticate": headerRef("WwwAuthenticate") }),
      ...(isToWait && { "retry-after": headerRef("RetryAfter") }),
      ...(status === 429 && {
        "ratelimit-policy": headerRef("RateLimitPolicy"),
        ratelimit: headerRef("RateLimit"),
      }),
      ...Object.fromEntries(definitions.flatMap((definition) => ownHeaders(definition, codes))),
    },
    content: {
      "application/problem+json": {
        schema: rest.length > 0 ? z.discriminatedUnion("code", [first, ...rest]) : first,
        examples: Object.fromEntries(
          definitions.map((definition) => [
            definition.code,
            { value: exampleOf(definition, operation) },
          ]),
        ),
      },
    },
  };
}

/** Headers that one problem carries. The answer has them always where no other problem has its status. */
function ownHeaders({ headers = {} }: ProblemDefinition, sameStatus: readonly ProblemCode[]) {
  return Object.entries(headers).map(([name, { says }]): [string, object] => [
    name,
    {
      description: says,
      required: sameStatus.length === 1,
      schema: { type: "string" as const, maxLength: 64 },
    },
  ]);
}

/** The problem's own example; where it speaks of the request, it speaks of this operation's. */
function exampleOf(
  { code, schema }: ProblemDefinition,
  { request }: OperationDescription,
): unknown {
  const [example] = examplesOf(schema);
  if (code !== "validation_failed") return example;
  const part = request.body ? "body" : "query";
  const [issue] =
    (request[part] ?? z.strictObject({})).safeParse({ colour: "red" }).error?.issues ?? [];
  if (issue === undefined) throw new Error(`A ${part} takes unknown properties`);
  const { path, message, code: rule } = issue;
  return { ...Object(example), issues: [{ part, path: path.map(String), message, code: rule }] };
}

function webhookOf(name: EventName): RouteConfig {
  const { schema, level, summary, stored } = eventDefinition(name);
  const kept = stored ? "It is stored as well." : "It is not stored.";
  return webhook(name, schema, summary, `Its level is \`${level}\`. ${kept}`);
}

/** The first sentence of what is said is the summary, which stands on one line; the rest is the description. */
function webhook(name: string, schema: z.ZodType, says: string, kept: string): RouteConfig {
  const [summary = says, ...more] = says.split(/(?<=\.) /);
  const what = `A log line, not an HTTP call: one JSON object on a line of its own on the server's stdout. ${kept}`;
  return {
    operationId: logOperationId(name),
    method: "post",
    path: name,
    tags: ["Log events" satisfies Tag],
    summary,
    description: more.length > 0 ? `${what}\n\n${more.join(" ")}` : what,
    security: [],
    request: { body: { required: true, content: { "application/json": content(schema) } } },
    responses: { 204: { description: "Nothing is called and nothing answers." } },
  };
}

function content(schema: z.ZodType) {
  return { schema, examples: namedExamples(schema) };
}

function headerRef(name: string) {
  return { $ref: `#/components/headers/${name}` };
}

function byStatus(codes: readonly ProblemCode[]): [number, ProblemCode[]][] {
  const groups = Map.groupBy(codes, (code) => problem(code).status);
  return [...groups].sort(([a], [b]) => a - b);
}

function lowerCase<M extends string>(method: M): Lowercase<M> {
  return method.toLowerCase() as Lowercase<M>; // what `toLowerCase` does, which its type does not say
}
