/** docs/security.md is complete, and what it points to is there. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { testTitles } from "../support/test-titles.ts";

const ROOT = new URL("../../", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, ROOT), "utf8");

/** Every requirement there is. Numbers that are missing were given up, and are not used again. */
const numbers: Readonly<Record<string, readonly number[]>> = {
  PW: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
  PH: [1, 2, 3, 4, 5],
  LG: [1, 3, 4, 5, 6, 7, 8],
  SE: [1, 2, 3, 4, 5, 6, 7, 12, 13],
  CS: [1, 2, 3, 5, 6, 7, 8],
  TK: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 19, 20, 21],
  RS: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 15],
  CH: [1, 2, 3, 4, 5, 6, 7, 8],
  EM: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
  MT: [1, 2, 3, 4, 5],
  RL: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 21, 22],
  ET: [1],
  ML: [1, 2, 3, 4, 5, 6, 7],
  MF: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
  IV: [1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15, 21, 22],
  HD: [1, 2, 3, 4, 7, 8, 9, 10],
  LA: [1, 3, 4, 5, 6, 7, 8, 9, 10],
  AZ: [1, 2, 3, 4, 5, 6, 7, 8],
  CF: [1, 2, 4, 7, 8, 9, 10, 11, 12, 13, 14],
  EB: [1, 2, 3, 4, 5, 6, 7, 8],
  ST: [1, 2, 3, 5, 6, 7, 12, 13, 14, 15, 16, 21, 22, 23, 24, 25],
  DR: [1, 2, 3, 4],
  SC: [1, 2, 3, 4],
  SU: [1, 2, 3, 4, 5],
  PK: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
  FD: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19],
  PG: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
  SV: [1, 2, 3, 4],
};
const ids = Object.entries(numbers).flatMap(([family, each]) =>
  each.map((number) => `${family}-${String(number).padStart(2, "0")}`),
);

/** Too long for a test: CI runs their script by itself. */
const scripted: Readonly<Record<string, string>> = {
  "ST-02": "soak:kill",
  "ST-16": "soak:faults",
};

/** An id, its meaning, its source; then `file` and title, or a script. */
const ROW =
  /^\| ([A-Z]{2}-\d{2}) \| ([^|]+) \| ([^|]+) \| (?:`npm run ([\w:]+)`|`([^`]+\.test\.ts)` ([^|]+)) \|$/gm;
const rows = [...read("docs/security.md").matchAll(ROW)].map(
  ([, id = "", meaning = "", source = "", script, file, title]) => ({
    id,
    meaning,
    source,
    script,
    file,
    title,
  }),
);

describe("docs/security.md", () => {
  it("has one row for every requirement, in order, and no other", () => {
    expect(rows.map(({ id }) => id)).toEqual(ids);
  });

  it("names one of the sources in every row", () => {
    const known =
      /^(OWASP ASVS 5\.0 \d|NIST SP 800-63B-4 \d|RFC \d{4} §\d|RFC 6265bis §\d|WebAuthn Level 3 §\d|WCAG 2\.2 \d|Core Web Vitals)/;
    expect(rows.filter(({ source }) => !known.test(source))).toEqual([]);
  });

  it("leaves to scripts what is listed here, and nothing else", () => {
    const left = rows.filter(({ file }) => file === undefined);
    expect(Object.fromEntries(left.map(({ id, script }) => [id, script]))).toEqual(scripted);
    const { scripts } = JSON.parse(read("package.json")) as { scripts: object };
    for (const script of Object.values(scripted)) expect(scripts).toHaveProperty([script]);
  });

  it.each(rows.filter(({ file }) => file !== undefined))(
    "$id is tested where it says: $file, $title",
    ({ id, file = "", title = "" }) => {
      expect(existsSync(new URL(`test/${file}`, ROOT))).toBe(true);
      const meant = testTitles(read(`test/${file}`)).filter((found) => found.includes(title));
      expect(meant.filter((found) => found.includes(id))).not.toEqual([]);
    },
  );

  it("has a row for every id that SECURITY.md and the sources cite", () => {
    const sources = readdirSync(new URL("src/", ROOT), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts"))
      .map((name) => read(`src/${name}`));
    const family = Object.keys(numbers).join("|");
    const cited = [read("SECURITY.md"), ...sources].join("\n");
    const found = cited.match(new RegExp(`\\b(?:${family})-\\d{2}\\b`, "g")) ?? [];
    expect([...new Set(found)].filter((id) => !ids.includes(id))).toEqual([]);
  });

  it("is linked from SECURITY.md", () => {
    expect(read("SECURITY.md")).toContain("](docs/security.md)");
  });
});

describe("a row's test is one that runs", () => {
  it.each([
    ["a test", `test("LA-01 a", () => {});`],
    ["one for each of many", `it.each([1, 2])("LA-01 %i", () => {});`],
    ["one that some machines cannot run", `test.skipIf(process.pid)("LA-01 a", () => {});`],
    ["one within a suite that has the id", `describe("LA-01", () => { it("a", () => {}); });`],
    [
      "one within suites of many",
      `describe.each(all)("%s", () => { for (;;) test(\`LA-01\`, f); });`,
    ],
  ])("such as %s", (_, source) => {
    expect(testTitles(source)).toEqual([expect.stringContaining("LA-01")]);
  });

  it.each([
    ["a comment", `// test("LA-01 a", () => {});`],
    ["a block of comment", `/* test("LA-01 a", () => {}); */`],
    ["a test that is skipped", `test.skip("LA-01 a", () => {});`],
    ["one that is to be written", `it.todo("LA-01 a");`],
    ["one that is to fail", `it.fails("LA-01 a", () => {});`],
    ["one of a suite that is skipped", `describe.skip("LA-01", () => { it("a", () => {}); });`],
    ["a suite with no test in it", `describe("LA-01", () => {});`],
    ["text that is given to something else", `expect("LA-01 a").toBe(1);`],
  ])("and not %s", (_, source) => {
    expect(testTitles(source)).toEqual([]);
  });
});
