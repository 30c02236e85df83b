/** docs/doctor.md has a row for each check, with the contract's question, and shows JSON of the promised shape. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { doctorChecks, DoctorReport } from "../../src/contract/doctor.ts";

const page = readFileSync(new URL("../../docs/doctor.md", import.meta.url), "utf8");

test("the table is that of the contract, in its order, and says of each what to do", () => {
  const rows = page.split("\n").filter((line) => /^\| `[a-z_]+` \|/.test(line));
  const cells = rows.map((row) => row.split(" | ").map((cell) => cell.replace(/^\| | \|$/g, "")));
  expect(cells.map(([name, question]) => [name, question])).toEqual(
    Object.entries(doctorChecks).map(([name, question]) => [`\`${name}\``, question]),
  );
  for (const [name, , advice = ""] of cells)
    expect([name, advice.length > 20]).toEqual([name, true]);
});

test("the JSON that is shown has the promised shape", () => {
  const [, shown = ""] = /```json\n([^`]+)```/.exec(page) ?? [];
  expect(DoctorReport.safeParse(JSON.parse(shown)).error).toBeUndefined();
});
