/** Inputs as the document shows them. */

/** The schema's own example, or one made of its fields'. The password in them is that of the tests' accounts. */
export function exampleOf(
  schema: { meta(): unknown; shape?: unknown } | undefined,
): Record<string, unknown> {
  const { examples } = (schema?.meta() ?? {}) as { examples?: Record<string, unknown>[] };
  if (examples?.[0] !== undefined) return examples[0];
  const fields = Object.entries((schema?.shape ?? {}) as Record<string, { meta(): unknown }>);
  return Object.fromEntries(
    fields.map(([name, field]) => [
      name,
      (field.meta() as { examples?: unknown[] } | undefined)?.examples?.[0],
    ]),
  );
}
