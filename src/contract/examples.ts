import type { z } from "zod";

/** The examples a schema was given; empty where it has none. The first is the one that is shown. */
export function examplesOf(schema: z.ZodType): readonly unknown[] {
  const examples: unknown = schema.meta()?.["examples"];
  return Array.isArray(examples) ? examples : [];
}

/**
 * The example of a body, as a media type has it; or one for each form the body can have, named by its `method`, or by its
 * fields. Throws where two forms would have one name: the first would be lost.
 */
export function namedExamples(schema: z.ZodType): Readonly<Record<string, object>> {
  const [first, ...others] = examplesOf(schema);
  if (others.length === 0) return { example: { value: first } };
  const named: Record<string, object> = {};
  for (const value of [first, ...others]) {
    const { name, summary } = nameOfForm(value ?? {});
    if (name in named) throw new Error(`Two examples of one body are named ${name}`);
    named[name] = { summary, value };
  }
  return named;
}

function nameOfForm(example: object): { readonly name: string; readonly summary: string } {
  if ("method" in example)
    return { name: String(example.method), summary: `method: ${String(example.method)}` };
  const fields = Object.keys(example);
  return { name: fields.join("-"), summary: `By ${fields.join(" and ")}` };
}
