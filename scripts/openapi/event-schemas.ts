/** Writes the events of the document as zod/mini schemas, for the client's entry point `./events`. */

/** The part of JSON Schema that the document's events use. */
export interface JsonSchema {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly anyOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  /** An object without a member: anything. */
  readonly additionalProperties?: boolean | Readonly<Record<string, never>>;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: JsonSchema;
  readonly maxItems?: number;
  /** Stands for the schema of that name. No event has one. */
  readonly $ref?: string;
}

/** Keywords that restrict nothing: `pattern` and the bounds do (`test/matrix/equivalence.test.ts`). */
const ANNOTATIONS = ["description", "examples", "format", "x-open"];
const KEYWORDS = [
  "type enum anyOf properties required additionalProperties",
  "minLength maxLength pattern minimum maximum items maxItems",
].flatMap((line) => line.split(" "));

/**
 * Source of `eventSchemas`: one schema per event, by name. Objects are loose, so that they keep a field which
 * a newer server adds; all other restrictions are those of the document. Throws if the document uses a
 * keyword that this generator does not know.
 */
export function eventSchemas(events: readonly JsonSchema[]): string {
  const names = new SharedNames();
  const common = commonFields(events);
  const base = fieldsOf(events[0] ?? {}, names, (key) => common.has(key));
  const rows = events.map((event) => {
    const own = fieldsOf(event, names, (key) => !common.has(key));
    return `${nameOf(event)}: z.looseObject({ ...base, ${own} }),`;
  });
  return [
    'import * as z from "zod/mini";',
    'import type { components } from "./schema.ts";',
    "",
    'type LogEvent = components["schemas"]["LogEvent"];',
    "",
    ...names.declarations,
    "",
    `const base = { ${base} };`,
    "",
    "export const eventSchemas = {",
    ...rows,
    '} satisfies { readonly [E in LogEvent as E["event"]]: z.ZodMiniType<E> };',
    "",
  ].join("\n");
}

/** Gives each distinct schema a constant that fields share, named after the first field that has it. */
class SharedNames {
  readonly declarations: string[] = [];
  readonly #nameBySource = new Map<string, string>();

  nameOf(source: string, field: string): string {
    const known = this.#nameBySource.get(source);
    if (known !== undefined) return known;
    const taken = new Set(this.#nameBySource.values());
    // A capital letter, because a field may have the name of a reserved word.
    const wanted = field.charAt(0).toUpperCase() + field.slice(1);
    let name = wanted;
    for (let count = 2; taken.has(name); count += 1) name = `${wanted}${count}`;
    this.#nameBySource.set(source, name);
    this.declarations.push(`const ${name} = ${source};`);
    return name;
  }
}

/** Fields that every event requires, with the same schema. `level` is none: each event has a value of its own. */
function commonFields(events: readonly JsonSchema[]): ReadonlySet<string> {
  const [first] = events;
  const isCommon = (key: string) =>
    new Set(events.map(({ properties }) => JSON.stringify(properties?.[key]))).size === 1;
  return new Set((first?.required ?? []).filter(isCommon));
}

function nameOf({ properties }: JsonSchema): string {
  const [name] = properties?.["event"]?.enum ?? [];
  if (name === undefined) throw new Error("An event without a name");
  return name;
}

function sourceOf(schema: JsonSchema, names: SharedNames): string {
  const unknown = Object.keys(schema).filter((key) => ![...ANNOTATIONS, ...KEYWORDS].includes(key));
  if (unknown.length > 0) throw new Error(`Events cannot say ${unknown.join(", ")} yet`);
  if (schema.anyOf) {
    const [inner, nothing] = schema.anyOf;
    if (inner === undefined || nothing?.type !== "null")
      throw new Error("A union of more than null");
    return `z.nullable(${sourceOf(inner, names)})`;
  }
  if (schema.enum) {
    const [first] = schema.enum;
    return schema.enum.length === 1
      ? `z.literal(${JSON.stringify(first)})`
      : `z.enum(${JSON.stringify(schema.enum)})`;
  }
  switch (schema.type) {
    case "object":
      return `z.looseObject({ ${fieldsOf(schema, names, () => true)} })`;
    case "string":
      return checked("z.string()", schema);
    case "integer":
      return checked("z.int()", schema);
    case "number":
      return checked("z.number()", schema);
    case "array":
      if (schema.items === undefined) throw new Error("A list of anything");
      return checked(`z.array(${sourceOf(schema.items, names)})`, { maxLength: schema.maxItems });
    case "boolean":
      return "z.boolean()";
    case undefined:
    default:
      throw new Error(`Events cannot be ${String(schema.type)} yet`);
  }
}

function fieldsOf(
  { properties = {}, required = [] }: JsonSchema,
  names: SharedNames,
  isWanted: (key: string) => boolean,
): string {
  const wanted = Object.entries(properties).filter(([key]) => isWanted(key));
  const fields = wanted.map(([key, field]) => {
    const source = sourceOf(field, names);
    const isWord = field.enum !== undefined || field.type === "boolean";
    const named = isWord ? source : names.nameOf(source, key);
    return `${key}: ${required.includes(key) ? named : `z.exactOptional(${named})`}`;
  });
  return fields.join(", ");
}

type Bounds = {
  readonly [K in "minLength" | "maxLength" | "pattern" | "minimum" | "maximum"]?:
    JsonSchema[K] | undefined;
};

function checked(source: string, schema: Bounds): string {
  const { minLength, maxLength, pattern, minimum, maximum } = schema;
  const checks = [
    minLength !== undefined && `z.minLength(${minLength})`,
    maxLength !== undefined && `z.maxLength(${maxLength})`,
    pattern !== undefined && `z.regex(${String(new RegExp(pattern))})`,
    minimum !== undefined && `z.minimum(${minimum})`,
    maximum !== undefined && `z.maximum(${maximum})`,
  ].filter((check) => check !== false);
  return checks.length === 0 ? source : `${source}.check(${checks.join(", ")})`;
}
