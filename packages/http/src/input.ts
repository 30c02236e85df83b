import type { core, ZodType } from "zod";
import { readJson } from "./body.ts";
import type { InputState, RawParams, RequestPart, ValidationIssue } from "./context.ts";
import { parseQuery } from "./query.ts";
import type { RouteConfig } from "./route.ts";

/**
 * Checks the parts of a request against a route's schemas and reports the faults of all of them at
 * once. It answers without a promise unless there is a body to read, and throws only where reading
 * the body or a schema itself does.
 */
export function readInput(
  request: Request,
  schemas: RouteConfig["request"],
  params: RawParams,
  search: string,
): InputState | Promise<InputState> {
  const faults: Faults = { issues: [], failed: [] };
  const checkedParams = check("params", schemas?.params, params, faults);
  const checkedQuery = check("query", schemas?.query, parseQuery(search), faults);
  const bodySchema = schemas?.body;
  if (bodySchema === undefined) return conclude(checkedParams, checkedQuery, undefined, faults);
  return readBody(request, bodySchema, faults).then((body) =>
    conclude(checkedParams, checkedQuery, body, faults),
  );
}

interface Faults {
  issues: ValidationIssue[];
  failed: RequestPart[];
}

async function readBody(request: Request, schema: ZodType, faults: Faults): Promise<unknown> {
  const body = await readJson(request);
  if (body.ok) return check("body", schema, body.value, faults);
  faults.failed.push("body");
  faults.issues.push({ part: "body", path: [], message: "Malformed JSON", code: "invalid_json" });
  return undefined;
}

// The schema's own issue is not passed on: it can carry the rejected value.
function check(
  part: RequestPart,
  schema: ZodType | undefined,
  raw: unknown,
  faults: Faults,
): unknown {
  if (schema === undefined) return raw;
  const result = schema.safeParse(raw);
  if (result.success) return result.data;
  faults.failed.push(part);
  for (const { path, message, code } of result.error.issues.flatMap(closestIssues)) {
    faults.issues.push({ part, path: path.map(String), message, code });
  }
  return undefined;
}

/** Of a union the faults of the form that fits best: "Invalid input" would say nothing, and all forms too much. */
function closestIssues(issue: core.$ZodIssue): readonly core.$ZodIssue[] {
  if (issue.code !== "invalid_union" || issue.errors.length === 0) return [issue];
  const [first = [], ...others] = issue.errors;
  const closest = others.reduce((best, form) => (form.length < best.length ? form : best), first);
  return closest.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }));
}

function conclude(params: unknown, query: unknown, body: unknown, faults: Faults): InputState {
  const { issues, failed } = faults;
  if (failed.length === 0) return { ok: true, params, query, body, issues: [], failed: [] };
  return { ok: false, params: undefined, query: undefined, body: undefined, issues, failed };
}
