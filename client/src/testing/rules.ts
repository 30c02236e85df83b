/** Checks the parts of a request by the document: the `issues` of a `validation_failed`. */
import type { components } from "../generated/schema.ts";

export type Issue = components["schemas"]["Issue"];

/** A value's rule, in the keywords of the document's schema. */
export type Rule = Presence & (ValueRule | ArrayRule | ObjectRule);

interface Presence {
  /** It may be absent. */
  readonly optional?: true;
  /** It may be null. */
  readonly nullable?: true;
}
interface ValueRule {
  readonly type: "string" | "integer" | "boolean";
  readonly enum?: readonly string[];
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
}
interface ArrayRule {
  readonly type: "array";
  readonly items: Rule;
  readonly maxItems: number;
}
interface ObjectRule {
  readonly type: "object";
  readonly fields: Rules;
  /** It may have properties that are not known. */
  readonly loose?: true;
}

export type Rules = Readonly<Record<string, Rule>>;

/** The forms that a body can have. */
export interface BodyRules {
  readonly forms: readonly Rules[];
  /** The property that tells which form is meant. */
  readonly by?: string;
}

/** A fault, and where it is. */
interface Fault {
  readonly path: readonly string[];
  readonly code: string;
}

/** The faults of a body: of its forms the one that is meant, or that fits best, tells its own, as on the server. */
export function findBodyIssues({ forms, by }: BodyRules, value: unknown): Issue[] {
  if (by === undefined || !isObject(value)) return closest(forms, value);
  const meant = forms.find(
    ({ [by]: rule }) => rule && faultsOf(rule, read(value, by)).length === 0,
  );
  return meant
    ? findIssues("body", meant, value)
    : [issueOf("body", { path: [by], code: "invalid_union" })];
}

function closest(forms: readonly Rules[], value: unknown): Issue[] {
  const [first = [], ...others] = forms.map((rules) => findIssues("body", rules, value));
  return others.reduce((best, form) => (form.length < best.length ? form : best), first);
}

/** The faults of one part of a request. */
export function findIssues(part: Issue["part"], fields: Rules, value: unknown): Issue[] {
  const read = part === "body" ? faultsOf : textFaultsOf;
  return objectFaults({ type: "object", fields }, value, read).map((fault) => issueOf(part, fault));
}

const words: Readonly<Record<string, string>> = {
  invalid_type: "Is of another type, or is missing",
  unrecognized_keys: "Has properties that are not known",
};

function issueOf(part: Issue["part"], { path, code }: Fault): Issue {
  return { part, path: [...path], code, message: words[code] ?? "Does not fit the document" };
}

function objectFaults(
  { fields, loose }: ObjectRule,
  value: unknown,
  faultsOfField: (rule: Rule, value: unknown) => readonly Fault[],
): readonly Fault[] {
  if (!isObject(value)) return fault("invalid_type");
  const faults = Object.entries(fields).flatMap(([name, rule]) =>
    under(name, faultsOfField(rule, read(value, name))),
  );
  const isUnknown = (name: string) => !Object.hasOwn(fields, name);
  if (loose || !Object.keys(value).some(isUnknown)) return faults;
  return [...faults, ...fault("unrecognized_keys")];
}

/** The faults of a field of a query or path, where numbers and booleans are written as text. */
function textFaultsOf(rule: Rule, value: unknown): readonly Fault[] {
  if (rule.type === "string" || typeof value !== "string") return faultsOf(rule, value);
  if (rule.type === "boolean")
    return ["true", "false"].includes(value) ? [] : fault("invalid_value");
  const isWritten = /^[1-9][0-9]*$/.test(value);
  return isWritten && faultsOf(rule, Number(value)).length === 0 ? [] : fault("invalid_format");
}

function faultsOf(rule: Rule, value: unknown): readonly Fault[] {
  if (value === undefined && rule.optional) return [];
  if (value === null && rule.nullable) return [];
  if (rule.type === "object") return objectFaults(rule, value, faultsOf);
  return rule.type === "array" ? arrayFaults(rule, value) : valueFaults(rule, value);
}

function arrayFaults({ items, maxItems }: ArrayRule, value: unknown): readonly Fault[] {
  if (!Array.isArray(value)) return fault("invalid_type");
  const faults = value.flatMap((item, at) => under(String(at), faultsOf(items, item)));
  return faults.length === 0 && value.length > maxItems ? fault("too_big") : faults;
}

/** The rules that are broken, by the server's words for them. Lengths are counted in code points. */
function valueFaults(rule: ValueRule, value: unknown): readonly Fault[] {
  const { minLength = 0, maxLength = Infinity, minimum = -Infinity, maximum = Infinity } = rule;
  if (rule.type === "integer") {
    if (!Number.isInteger(value)) return fault("invalid_type");
    if (Number(value) < minimum) return fault("too_small");
    return Number(value) > maximum ? fault("too_big") : [];
  }
  if (rule.enum && !rule.enum.some((each) => each === value)) return fault("invalid_value");
  if (typeof value !== rule.type) return fault("invalid_type");
  if (typeof value !== "string") return [];
  const { length } = [...value];
  const fits = rule.pattern === undefined || new RegExp(rule.pattern, "u").test(value);
  return [
    ...(length < minLength ? fault("too_small") : []),
    ...(length > maxLength ? fault("too_big") : []),
    ...(fits ? [] : fault("invalid_format")),
  ];
}

function fault(code: string): readonly [Fault] {
  return [{ path: [], code }];
}

function under(name: string, faults: readonly Fault[]): Fault[] {
  return faults.map(({ path, code }) => ({ path: [name, ...path], code }));
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function read(value: object, name: string): unknown {
  return Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined;
}
