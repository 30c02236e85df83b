/** A template: text with placeholders such as `{link}`, and nothing else. It is compiled once, and knows no logic. */

/** Pieces of text, and between them the names of values: those at odd places. */
export type Template = readonly string[];

/** Braces around one word. Those of a style sheet, which have more in them, are text. */
const PLACEHOLDER = /\{\s*([A-Za-z]\w*)\s*\}/;
/** As other template languages write it, and so probably meant for them. */
const DOUBLE_BRACES = /\{\{\s*[A-Za-z]\w*\s*\}\}/;

export interface Placeholders {
  /** Each must be there. */
  readonly required: readonly string[];
  /** These may. */
  readonly allowed: readonly string[];
}

/** Compiles a template, or answers one sentence for each fault. */
export function compileTemplate(
  source: string,
  { required, allowed }: Placeholders,
): Template | { readonly faults: readonly string[] } {
  const pieces = source.split(PLACEHOLDER);
  const used = namesIn(pieces);
  const known = [...required, ...allowed];
  const unknown = [...used].filter((name) => !known.includes(name));
  const missing = required.filter((name) => !used.has(name));
  const doubled = DOUBLE_BRACES.exec(source)?.[0];
  const there = known.map((name) => `{${name}}`).join(", ");
  const faults = [
    ...unknown.map((name) => `has {${name}}, which is no placeholder here: there are ${there}`),
    ...missing.map((name) => `does not have {${name}}, which it must tell`),
    ...(doubled === undefined ? [] : [`has ${doubled}: a placeholder stands in single braces`]),
  ];
  return faults.length > 0 ? { faults } : pieces;
}

/** The names of the placeholders in a source. */
export function placeholdersIn(source: string): ReadonlySet<string> {
  return namesIn(source.split(PLACEHOLDER));
}

function namesIn(pieces: Template): ReadonlySet<string> {
  return new Set(pieces.filter((_, index) => index % 2 === 1));
}

/** Puts the values in. Throws where one is missing, which `compileTemplate` was to prevent. */
export function fill(template: Template, values: Readonly<Record<string, string>>): string {
  let filled = "";
  for (const [index, piece] of template.entries()) {
    const text = index % 2 === 0 ? piece : values[piece];
    if (text === undefined) throw new Error(`A mail has no value for {${piece}}`);
    filled += text;
  }
  return filled;
}
