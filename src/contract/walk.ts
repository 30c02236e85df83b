import { z } from "zod";

/** `schema` and every schema inside it. Throws on a kind it cannot see into: a secret could hide there. */
export function* walk(schema: z.core.$ZodType): Generator<z.ZodType> {
  if (!(schema instanceof z.ZodType))
    throw new TypeError(`The contract knows no ${schema._zod.def.type}`);
  yield schema;
  for (const child of children(schema)) yield* walk(child);
}

const LEAVES: readonly string[] = [
  "string",
  "number",
  "boolean",
  "null",
  "literal",
  "enum",
  "transform",
];

function children(schema: z.ZodType): readonly z.core.$ZodType[] {
  if (schema instanceof z.ZodObject) return Object.values<z.core.$ZodType>(schema.shape);
  if (schema instanceof z.ZodArray) return [schema.element];
  if (schema instanceof z.ZodUnion) return schema.options;
  if (schema instanceof z.ZodRecord) return [schema.keyType, schema.valueType];
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) return [schema.unwrap()];
  if (schema instanceof z.ZodNullable || schema instanceof z.ZodReadonly) return [schema.unwrap()];
  if (schema instanceof z.ZodPipe) return [schema.in, schema.out];
  if (LEAVES.includes(schema.type)) return [];
  throw new TypeError(`The contract knows no ${schema.type}`);
}
