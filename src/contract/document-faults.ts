/**
 * Finds the faults of a contract. The generator takes some of them in silence and then promises
 * something untrue, so they are looked for first, and all are reported together.
 */
import { z } from "zod";
import { eventDefinition, type EventDefinition, eventNames, LogEvent } from "./events.ts";
import { examplesOf } from "./examples.ts";
import { type OperationDescription, problemsOf } from "./operation.ts";
import { limits } from "./limits.ts";
import { problem } from "./problems.ts";
import { acceptsAmbient, CSRF_HEADER, isSafeMethod } from "./security.ts";
import { walk } from "./walk.ts";

/** Every fault of the contract, as sentences; empty when it may be published. */
export function findFaults(
  operations: Readonly<Record<string, OperationDescription>>,
  events: readonly EventDefinition[] = eventNames.map((name) => eventDefinition(name)),
): string[] {
  const roots = [
    ...Object.values(operations).flatMap(schemasOf),
    ...events.map(({ schema }) => schema),
    LogEvent,
  ];
  return [
    ...Object.entries(operations).flatMap(([key, operation]) => operationFaults(key, operation)),
    ...pathFaults(Object.values(operations)),
    ...schemaFaults(roots),
    ...events.flatMap(eventFaults),
  ];
}

function operationFaults(key: string, operation: OperationDescription): string[] {
  const { operationId, path, request, responses, security, method } = operation;
  const faults: string[] = [];
  if (key !== operationId) faults.push(`operation ${key} calls itself ${operationId}`);

  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();
  const declared = Object.keys(request.params?.shape ?? {}).sort();
  if (inPath.join() !== declared.join())
    faults.push(`${operationId}: path ${path} and params {${declared.join(", ")}} differ`);

  const names = [request.params, request.query].flatMap((part) => Object.keys(part?.shape ?? {}));
  if (request.body instanceof z.ZodObject) names.push(...Object.keys(request.body.shape));
  const repeated = names.filter((name, index) => names.indexOf(name) !== index);
  for (const name of repeated)
    faults.push(
      `${operationId}: ${name} is declared in two parts; the SDK passes them as one object`,
    );

  for (const [status, response] of Object.entries(responses)) {
    const clash = problemsOf(operation).find((code) => problem(code).status === Number(status));
    if (clash) faults.push(`${operationId}: ${status} is a success and also ${clash}`);
    if (response.body && !response.body.meta()?.id)
      faults.push(`${operationId}: the body of ${status} has no name`);
  }
  if (request.body && !request.body.meta()?.id)
    faults.push(`${operationId}: its request body has no name`);

  for (const limit of operation.limits ?? []) {
    const { key } = limits[limit];
    const bodyHasEmail = request.body instanceof z.ZodObject && "email" in request.body.shape;
    if ((key === "email" && !bodyHasEmail) || (key === "account" && security.optional))
      faults.push(`${operationId}: it has no ${key} for ${limit} to count by`);
  }

  if (operation.readableByEveryOrigin && (security.accepts.length > 0 || method !== "GET"))
    faults.push(`${operationId}: every origin may read it, but it is not open to everybody`);

  const needsProof = acceptsAmbient(security) && !isSafeMethod(method);
  if (needsProof && !request.headers?.shape[CSRF_HEADER])
    faults.push(
      `${operationId}: a cookie can authenticate this change, but ${CSRF_HEADER} is not declared`,
    );
  return faults;
}

function pathFaults(operations: readonly OperationDescription[]): string[] {
  const seen = new Map<string, string>();
  return operations.flatMap(({ method, path, operationId }) => {
    const route = `${method} ${path.replaceAll(/\{\w+\}/g, "{}")}`;
    const other = seen.get(route);
    seen.set(route, operationId);
    return other ? [`${operationId} and ${other} share ${method} ${path}`] : [];
  });
}

function eventFaults({ name, schema }: EventDefinition): string[] {
  return [...walk(schema)]
    .filter((part) => part.meta()?.["x-secret"])
    .map(() => `event ${name} carries a field marked secret`);
}

function schemaFaults(roots: readonly z.ZodType[]): string[] {
  const faults: string[] = [];
  const named = new Map<string, z.ZodType>();
  const seen = new Set<z.ZodType>();
  for (const schema of roots.flatMap((root) => [...walk(root)])) {
    if (seen.has(schema)) continue;
    seen.add(schema);
    const { id } = schema.meta() ?? {};
    const examples = examplesOf(schema);
    if (id !== undefined) {
      if (named.has(id)) faults.push(`two different schemas are named ${id}`);
      named.set(id, schema);
      if (examples.length === 0) faults.push(`${id} has no example`);
    }
    for (const example of examples) {
      const result = z.safeParse(schema, isQueryValue(schema) ? String(example) : example);
      if (!result.success)
        faults.push(
          `an example of ${id ?? schema.def.type} does not validate: ${result.error.issues[0]?.message}`,
        );
    }
    if (schema instanceof z.ZodDiscriminatedUnion) {
      for (const option of schema.options)
        if (!(option instanceof z.ZodType) || !option.meta()?.id)
          faults.push(`a member of the union ${id ?? "(unnamed)"} has no name`);
    }
  }
  return faults;
}

/** A number or boolean in a query arrives as text; its example is written as what it means. */
function isQueryValue(schema: z.ZodType): boolean {
  const type = schema.meta()?.["type"];
  return type === "integer" || type === "boolean";
}

function schemasOf(operation: OperationDescription): z.ZodType[] {
  const { params, query, headers, body } = operation.request;
  const requests = [params, query, headers, body].filter((part) => part !== undefined);
  const answers = Object.values(operation.responses).flatMap((response) => response.body ?? []);
  return [...requests, ...answers, ...problemsOf(operation).map((code) => problem(code).schema)];
}
