/**
 * Samples of a schema: valid ones, and every way of being nearly valid. They are read from the schema's
 * structure, so that a new field is covered by being declared. The same schema gives the same samples.
 */
import fc from "fast-check";
import { z } from "zod";
import { examplesOf } from "../../src/contract/examples.ts";

const SEED = 20_261_123;
const RANDOM_TEXTS = 12;
const RANDOM_COMBINATIONS = 200;

const known = new WeakMap<z.core.$ZodType, readonly unknown[]>();

/** Values that a client might send for the schema, each as JSON can carry it. */
export function samplesOf(schema: z.core.$ZodType): readonly unknown[] {
  const before = known.get(schema);
  if (before) return before;
  const samples = [...ownExamples(schema), ...WRONG_TYPES, ...byKind(schema)];
  known.set(schema, samples);
  return samples;
}

/** Objects whose fields are wrong in several places at once, or in none. */
export function combinationsOf(schema: z.core.$ZodType): readonly unknown[] {
  if (schema instanceof z.ZodUnion) return schema.options.flatMap(combinationsOf);
  if (!(schema instanceof z.ZodObject)) return [];
  const fields = Object.entries<z.core.$ZodType>(schema.shape).map(([key, field]) => {
    const samples = oneOf(samplesOf(field));
    const valid = oneOf(validOf(field));
    return [key, fc.oneof({ weight: 9, arbitrary: valid }, { weight: 1, arbitrary: samples })];
  });
  const model: Record<string, fc.Arbitrary<unknown>> = Object.fromEntries(fields);
  const whole = fc.record(model);
  const partial = fc.record(model, { requiredKeys: [] });
  const any = fc.oneof({ weight: 4, arbitrary: whole }, { weight: 1, arbitrary: partial });
  return fc.sample(any, { seed: SEED, numRuns: RANDOM_COMBINATIONS });
}

/** One of the values; of an event's union there are more than a call has arguments. */
function oneOf(values: readonly unknown[]): fc.Arbitrary<unknown> {
  return fc.nat({ max: values.length - 1 }).map((index) => values[index]);
}

/** Those samples that the schema takes; it must take at least one. */
export function validOf(schema: z.core.$ZodType): readonly unknown[] {
  const valid = samplesOf(schema).filter((sample) => z.safeParse(schema, sample).success);
  if (valid.length === 0)
    throw new Error(`No valid sample of a ${schema._zod.def.type}; give it an example`);
  return valid;
}

const WRONG_TYPES = [null, true, false, 0, 1, -1, 1.5, "", "0", "text", [], [null], {}, { a: 1 }];

const FOREIGN_TEXTS = [
  // UUIDs of version 1, 4, 7 in capitals, 8; nil; no UUIDs
  "c232ab00-9414-11ec-b3c8-9f6bdeced846",
  "919108f7-52d1-4320-9bac-f847db4148a8",
  "01936F2E-8C00-7B3A-9D51-2F6F0A6C1E42",
  "01936f2e-8c00-8b3a-9d51-2f6f0a6c1e42",
  "01936f2e-8c00-7b3a-cd51-2f6f0a6c1e42",
  "00000000-0000-0000-0000-000000000000",
  "urn:uuid:01936f2e-8c00-7b3a-9d51-2f6f0a6c1e42",
  "01936f2e8c007b3a9d512f6f0a6c1e42",
  // Instants without milliseconds, with more, with an offset, of days that are none
  "2026-11-23T10:06:00Z",
  "2026-11-23T10:06:00.0001Z",
  "2026-11-23T10:06:00.000+00:00",
  "2026-11-23T10:06:00.000z",
  "2026-11-23 10:06:00.000Z",
  "2026-02-29T10:06:00.000Z",
  "2028-02-29T10:06:00.000Z",
  "2026-11-31T10:06:00.000Z",
  "2026-12-31T23:59:60.000Z",
  "2026-11-23T24:00:00.000Z",
  "0000-01-01T00:00:00.000Z",
  "+02026-11-23T10:06:00.000Z",
  // Numbers and booleans as text
  ...["1", "5", "05", "5.0", "+5", " 5", "5 ", "5e0", "0x5", "-1", "99", "100", "101", "1_0", "٥"],
  ...["true", "false", "TRUE", "yes"],
];

/** Put into and around examples: white space, controls, structure, other planes, halves of characters. */
const INTRUDERS = [
  " ",
  "\n",
  "\r\n",
  "\t",
  "\0",
  "\u0085",
  "\u2028",
  "\u200B",
  "@",
  ".",
  "-",
  "_",
  "/",
  '"',
].concat(["%", "é", "İ", "＠", "．", "℀", "😀", "\uD800"]);
const FILLERS = ["a", "é", "😀"];

function byKind(schema: z.core.$ZodType): readonly unknown[] {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault)
    return samplesOf(schema.unwrap());
  if (schema instanceof z.ZodPipe) return [...samplesOf(schema.in), ...texts(schema, schema.in)];
  if (schema instanceof z.ZodEnum)
    return [...schema.options, ...schema.options.map((text) => `${text} `)];
  if (schema instanceof z.ZodLiteral)
    return [...schema.values, ...[...schema.values].map((value) => `${value}s`)];
  if (schema instanceof z.ZodObject) return objects(schema);
  if (schema instanceof z.ZodArray) return arrays(schema);
  if (schema instanceof z.ZodUnion) return unions(schema);
  const { type } = schema._zod.def;
  if (type === "string") return texts(schema);
  if (type === "number") return numbers(schema);
  if (type === "boolean" || type === "null") return [];
  throw new Error(`No samples are known of a ${type}`);
}

function texts(...schemas: readonly z.core.$ZodType[]): string[] {
  const patterns = schemas.flatMap(patternsOf);
  const matching = patterns.flatMap((pattern) =>
    fc.sample(fc.stringMatching(pattern), { seed: SEED, numRuns: RANDOM_TEXTS }),
  );
  const examples = schemas.flatMap(ownExamples).filter((example) => typeof example === "string");
  const lengths = schemas
    .flatMap(boundsOf)
    .flatMap(around)
    .filter((length) => length >= 0);
  return [
    ...FOREIGN_TEXTS,
    ...matching,
    ...fc.sample(fc.string({ unit: "binary" }), { seed: SEED, numRuns: RANDOM_TEXTS }),
    ...lengths.flatMap((length) => FILLERS.map((filler) => filler.repeat(length))),
    ...examples.flatMap((example) => lengths.flatMap((length) => stretched(example, length))),
    ...examples.flatMap(altered),
    ...INTRUDERS.flatMap((intruder) => [intruder, `a${intruder}`, `${intruder}a`]),
  ];
}

function numbers(schema: z.core.$ZodType): number[] {
  const nearBounds = boundsOf(schema).flatMap((bound) => [
    ...around(bound),
    bound - 0.5,
    bound + 0.5,
  ]);
  return [...nearBounds, 2 ** 31 - 1, 2 ** 31, 2 ** 53, 1e21, -1e21, 5e-324, 0.1];
}

function objects(schema: z.ZodObject): unknown[] {
  const fields = Object.entries<z.core.$ZodType>(schema.shape);
  const example = Object(ownExamples(schema)[0] ?? {});
  const whole = Object.fromEntries(
    fields.map(([key, field]) => [key, example[key] ?? validOf(field)[0]]),
  );
  return [
    whole,
    ...fields.flatMap(([key, field]) =>
      samplesOf(field).map((sample) => ({ ...whole, [key]: sample })),
    ),
    ...fields.map(([key]) =>
      Object.fromEntries(Object.entries(whole).filter(([other]) => other !== key)),
    ),
    ...["extra", "__proto__", "constructor", "toString", ""].map((key) => ({
      ...whole,
      [key]: {},
    })),
    [whole],
  ];
}

function arrays(schema: z.ZodArray): unknown[] {
  const [first] = validOf(schema.element);
  const lengths = boundsOf(schema)
    .flatMap(around)
    .filter((length) => length >= 0);
  return [
    ...samplesOf(schema.element).map((sample) => [sample]),
    ...samplesOf(schema.element).map((sample) => [first, sample]),
    ...lengths.map((length) => Array.from({ length }, () => first)),
    { 0: first, length: 1 },
  ];
}

function unions(schema: z.ZodUnion): unknown[] {
  const samples = schema.options.flatMap(samplesOf);
  if (!(schema instanceof z.ZodDiscriminatedUnion)) return samples;
  const { discriminator } = schema.def;
  const wholes = schema.options.map((option) => Object(validOf(option)[0]));
  const tags = wholes.map((whole) => whole[discriminator]);
  return [
    ...samples,
    ...wholes.flatMap((whole) => tags.map((tag) => ({ ...whole, [discriminator]: tag }))),
  ];
}

function altered(example: string): string[] {
  const middle = Math.floor(example.length / 2);
  const inserted = [0, 1, middle, example.length - 1, example.length].flatMap((at) =>
    INTRUDERS.map((intruder) => example.slice(0, at) + intruder + example.slice(at)),
  );
  const replaced = [0, middle, example.length - 1].flatMap((at) =>
    INTRUDERS.map((intruder) => example.slice(0, at) + intruder + example.slice(at + 1)),
  );
  return [
    ...inserted,
    ...replaced,
    example.slice(1),
    example.slice(0, -1),
    example.toUpperCase(),
    ` ${example} `,
  ];
}

/** `example` with its beginning drawn out to `length` code points. */
function stretched(example: string, length: number): string[] {
  const missing = length - [...example].length;
  return missing > 0 ? FILLERS.map((filler) => filler.repeat(missing) + example) : [];
}

function around(bound: number): number[] {
  return [bound - 1, bound, bound + 1];
}

/** Every bound that Zod checks or the document is told of, so that a difference between them shows. */
function boundsOf(schema: z.core.$ZodType): number[] {
  const told = schema instanceof z.ZodType ? schema.meta() : {};
  const keys = [
    "minimum",
    "maximum",
    "length",
    "value",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
  ];
  return [...rulesOf(schema), told ?? {}]
    .flatMap((rule) => Object.entries(rule))
    .flatMap(([key, bound]) => (keys.includes(key) && typeof bound === "number" ? [bound] : []));
}

function patternsOf(schema: z.core.$ZodType): RegExp[] {
  const patterns = rulesOf(schema).flatMap((rule) => ("pattern" in rule ? [rule.pattern] : []));
  return patterns.filter((pattern) => pattern instanceof RegExp);
}

/** The schema's own definition, and those of its checks. */
function rulesOf({ _zod: { def } }: z.core.$ZodType): readonly object[] {
  return [def, ...(def.checks ?? []).map((check) => check._zod.def)];
}

function ownExamples(schema: z.core.$ZodType): readonly unknown[] {
  return schema instanceof z.ZodType ? examplesOf(schema) : [];
}
