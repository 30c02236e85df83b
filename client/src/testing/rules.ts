/** What the document says of a request's parts, applied: the `issues` of a `validation_failed`. */
import type { components } from "../generated/schema.ts";

export type Issue = components["schemas"]["Issue"];

/** What a field is held to: the keywords of the document's schema. */
export interface Rule {
  readonly type: "string" | "integer";
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
}

export type Rules = Readonly<Record<string, Rule>>;

/** What is wrong with one part of a request. Every field of a body and a path is required, none of a query. */
export function findIssues(part: Issue["part"], rules: Rules, value: unknown): Issue[] {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return [issue(part, [], "invalid_type", "Must be an object")];
  const fields = Object.entries(rules).flatMap(([name, rule]) => {
    const field: unknown = Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined;
    if (field === undefined && part === "query") return [];
    const code = faultOf(rule, field);
    return code === undefined ? [] : [issue(part, [name], code, "Does not fit the document")];
  });
  const isUnknown = (name: string) => !Object.hasOwn(rules, name);
  if (!Object.keys(value).some(isUnknown)) return fields;
  return [...fields, issue(part, [], "unrecognized_keys", "Has properties that are not known")];
}

function issue(part: Issue["part"], path: string[], code: string, message: string): Issue {
  return { part, path, code, message };
}

/** The first rule that is broken, by the server's word for it. Lengths are counted in code points. */
function faultOf(rule: Rule, value: unknown): string | undefined {
  if (typeof value !== "string") return "invalid_type";
  const { minLength = 0, maxLength = Infinity, minimum = -Infinity, maximum = Infinity } = rule;
  const length = [...value].length;
  if (length < minLength) return "too_small";
  if (length > maxLength) return "too_big";
  if (rule.pattern !== undefined && !new RegExp(rule.pattern).test(value)) return "invalid_format";
  if (rule.type === "string") return undefined;
  const isInRange = Number(value) >= minimum && Number(value) <= maximum;
  return /^[1-9][0-9]*$/.test(value) && isInRange ? undefined : "invalid_format";
}
