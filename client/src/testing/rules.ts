/** Checks the parts of a request by the document: the `issues` of a `validation_failed`. */
import type { components } from "../generated/schema.ts";

export type Issue = components["schemas"]["Issue"];

/** A field's rule, in the keywords of the document's schema. */
export interface Rule {
  readonly type: "string" | "integer" | "boolean";
  readonly enum?: readonly string[];
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  /** The field may be absent. */
  readonly optional?: true;
  /** The field may be null. */
  readonly nullable?: true;
}

export type Rules = Readonly<Record<string, Rule>>;

/** The faults of a body: of its forms the one that fits best tells its own, as on the server. */
export function findBodyIssues(forms: readonly Rules[], value: unknown): Issue[] {
  const [first = [], ...others] = forms.map((rules) => findIssues("body", rules, value));
  return others.reduce((best, form) => (form.length < best.length ? form : best), first);
}

/** The faults of one part of a request. */
export function findIssues(part: Issue["part"], rules: Rules, value: unknown): Issue[] {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return [issue(part, [], "invalid_type", "Must be an object")];
  const fields = Object.entries(rules).flatMap(([name, rule]) => {
    const field: unknown = Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined;
    if (field === undefined && rule.optional) return [];
    if (field === null && rule.nullable) return [];
    const code = part === "body" ? faultOf(rule, field) : textFaultOf(rule, field);
    return code === undefined ? [] : [issue(part, [name], code, "Does not fit the document")];
  });
  const isUnknown = (name: string) => !Object.hasOwn(rules, name);
  if (!Object.keys(value).some(isUnknown)) return fields;
  return [...fields, issue(part, [], "unrecognized_keys", "Has properties that are not known")];
}

function issue(part: Issue["part"], path: string[], code: string, message: string): Issue {
  return { part, path, code, message };
}

/** The fault of a field of a query or path, where numbers and booleans are written as text. */
function textFaultOf(rule: Rule, value: unknown): string | undefined {
  if (rule.type === "string" || typeof value !== "string") return faultOf(rule, value);
  if (rule.type === "boolean")
    return ["true", "false"].includes(value) ? undefined : "invalid_value";
  const isWritten = /^[1-9][0-9]*$/.test(value);
  return isWritten && faultOf(rule, Number(value)) === undefined ? undefined : "invalid_format";
}

/** The first rule that is broken, by the server's word for it. Lengths are counted in code points. */
function faultOf(rule: Rule, value: unknown): string | undefined {
  const { minLength = 0, maxLength = Infinity, minimum = -Infinity, maximum = Infinity } = rule;
  if (rule.type === "integer") {
    if (!Number.isInteger(value)) return "invalid_type";
    if (Number(value) < minimum) return "too_small";
    return Number(value) > maximum ? "too_big" : undefined;
  }
  if (typeof value !== rule.type) return "invalid_type";
  if (typeof value !== "string") return undefined;
  if (rule.enum && !rule.enum.includes(value)) return "invalid_value";
  const length = [...value].length;
  if (length < minLength) return "too_small";
  if (length > maxLength) return "too_big";
  return rule.pattern !== undefined && !new RegExp(rule.pattern, "u").test(value)
    ? "invalid_format"
    : undefined;
}
