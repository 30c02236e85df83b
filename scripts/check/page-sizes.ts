/** `node scripts/check/page-sizes.ts`: fails if a page is larger than its bound. docs/pages.md has the same table. */
import { formatTable } from "../../src/commands/table.ts";
import { pageSizes } from "../pages/sizes.ts";

const sizes = await pageSizes();
console.log(
  formatTable(
    ["application", "gzipped", "bound", ""],
    sizes.map(({ name, bytes, maxBytes }) => [
      name,
      `${bytes} B`,
      `${maxBytes} B`,
      bytes > maxBytes ? "TOO LARGE" : "ok",
    ]),
  ),
);
if (sizes.some(({ bytes, maxBytes }) => bytes > maxBytes)) process.exitCode = 1;
