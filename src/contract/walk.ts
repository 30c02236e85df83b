import { z } from "zod";

/** `schema` and every schema inside it. */
export function* walk(schema: z.core.$ZodType): Generator<z.ZodType> {
  if (!(schema instanceof z.ZodType)) return;
  yield schema;
  for (const child of children(schema)) yield* walk(child);
}

function children(schema: z.ZodType): readonly z.core.$ZodType[] {
  if (schema instanceof z.ZodObject) return Object.values(schema.shape);
  if (schema instanceof z.ZodArray) return [schema.element];
  if (schema instanceof z.ZodUnion || schema instanceof z.ZodDiscriminatedUnion)
    return schema.options;
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) return [schema.unwrap()];
  if (schema instanceof z.ZodPipe) return [schema.in, schema.out];
  return [];
}
