import type { z } from "zod";

/** The examples a schema was given; empty where it has none. The first is the one that is shown. */
export function examplesOf(schema: z.ZodType): readonly unknown[] {
  const examples: unknown = schema.meta()?.["examples"];
  return Array.isArray(examples) ? examples : [];
}

/** The example of a body, as a media type has it; or one for each form the body can have, named by its fields. */
export function namedExamples(schema: z.ZodType): Readonly<Record<string, object>> {
  const [first, ...others] = examplesOf(schema);
  if (others.length === 0) return { example: { value: first } };
  const forms = [first, ...others].map((value): [string, object] => {
    const names = Object.keys(value ?? {});
    return [names.join("-"), { summary: `By ${names.join(" and ")}`, value }];
  });
  return Object.fromEntries(forms);
}
