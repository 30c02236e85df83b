/** Rows for a terminal. */

/** Lays rows out in columns, each as wide as its longest cell. */
export function formatTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const cells = [header, ...rows].map((row) => row.map(printable));
  const widths = header.map((_, column) =>
    Math.max(...cells.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd();
  return cells.map(line).join("\n");
}

/** Replaces control characters, which a stranger may have chosen, by `?`: a terminal would obey them. */
export function printable(text: string): string {
  return text.replaceAll(/\p{C}/gu, "?");
}
