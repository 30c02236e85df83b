/** Text for a terminal. It may come from a stranger, so it cannot move the cursor or hide a line. */

/** Shows every control character (Unicode category C) as `?`. */
export function printable(text: string): string {
  return text.replaceAll(/\p{C}/gu, "?");
}

/** Aligns the rows under their header, in columns as wide as their widest cell. */
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
