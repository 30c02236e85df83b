/** Prints what was measured, and fails what is larger than its bound. */
import { formatTable } from "../../src/commands/table.ts";

export interface Size {
  readonly name: string;
  readonly bytes: number;
  readonly maxBytes: number;
}

/** `kind`: of what the sizes are, as the head of the table has it. */
export function judgeSizes(kind: string, sizes: readonly Size[]): void {
  const rows = sizes.map(({ name, bytes, maxBytes }) => [
    name,
    `${bytes} B`,
    `${maxBytes} B`,
    bytes > maxBytes ? "TOO LARGE" : "ok",
  ]);
  console.log(formatTable([kind, "gzipped", "bound", ""], rows));
  if (sizes.some(({ bytes, maxBytes }) => bytes > maxBytes)) process.exitCode = 1;
}
