import type { z } from "zod";

/** The examples a schema was given; empty where it has none. The first is the one that is shown. */
export function examplesOf(schema: z.ZodType): readonly unknown[] {
  const examples: unknown = schema.meta()?.["examples"];
  return Array.isArray(examples) ? examples : [];
}
