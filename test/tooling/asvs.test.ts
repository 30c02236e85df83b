/** docs/asvs.md has each line of two chapters of OWASP ASVS 5.0.0, sums up what it says, and cites what there is. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { operationIds } from "../../src/contract/operations.ts";

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

/** The levels of the requirements of each section, in order: 6.1.1 is of level 1, 6.1.2 of level 2. */
const standard = {
  "6.1": "122",
  "6.2": "111111112222",
  "6.3": "11223333",
  "6.4": "112233",
  "6.5": "22222333",
  "6.6": "2223",
  "6.7": "33",
  "6.8": "2222",
  "7.1": "222",
  "7.2": "1111",
  "7.3": "22",
  "7.4": "11222",
  "7.5": "223",
  "7.6": "22",
} as const;
const requirements = Object.entries(standard).flatMap(([section, levels]) =>
  Array.from(levels, (level, index) => ({ line: `${section}.${index + 1}`, level })),
);

const page = read("docs/asvs.md");
const rows = [
  ...page.matchAll(/^\| (\d\.\d\.\d+) \| (\d) \| [^|]+ \| ([^|]+) \| ([^|]+) \| [^|]+ \|$/gm),
].map(([, line = "", level = "", verdict = "", needs = ""]) => ({ line, level, verdict, needs }));
const [claims = ""] = /^## What holds$.*?(?=^## )/ms.exec(page) ?? [];

describe("docs/asvs.md", () => {
  it("has each requirement of the chapters 6 and 7, with its level", () => {
    expect(rows.map(({ line, level }) => ({ line, level }))).toEqual(requirements);
  });

  it("counts its verdicts as they are, and has no others", () => {
    const verdicts = ["holds", "in part", "none of ours"];
    const count = (chapter: string, level: string, verdict?: string) =>
      rows.filter(
        (row) =>
          row.line.startsWith(chapter) &&
          row.level === level &&
          (verdict === undefined ? true : row.verdict === verdict),
      ).length;
    const told = [...claims.matchAll(/^\| ([67]) \| ([123]) \| (.+) \|$/gm)];
    expect(told).toHaveLength(6);
    for (const [, chapter = "", level = "", counts] of told) {
      const each = [undefined, ...verdicts].map((verdict) => count(chapter, level, verdict));
      expect(counts, `${chapter}, level ${level}`).toBe(each.join(" | "));
    }
    expect(rows.filter(({ verdict }) => !verdicts.includes(verdict))).toEqual([]);
  });

  it("names each line that does not hold where it says which level does", () => {
    const missing = rows.filter(({ verdict }) => verdict === "in part").map(({ line }) => line);
    expect(missing.filter((line) => !new RegExp(`\\b${line}\\b(?!\\d)`).test(claims))).toEqual([]);
  });

  it("tells each setting that a line needs, with that line", () => {
    const needed = rows.flatMap(({ line, needs }) =>
      (needs.match(/(?<=`)[A-Z_]{4,}/g) ?? []).map((setting) => ({ line, setting })),
    );
    expect(needed.length).toBeGreaterThan(3);
    const told = claims.split("\n- ").slice(1);
    const untold = needed.filter(
      ({ line, setting }) =>
        !told.some((point) => point.includes(`\`${setting}`) && point.includes(line)),
    );
    expect(untold).toEqual([]);
  });

  it("cites rules that docs/security.md has", () => {
    const rules = new Set(read("docs/security.md").match(/(?<=^\| )[A-Z]{2}-\d{2}(?= \|)/gm));
    // Rules of second factors and passkeys are cited before the first of them has a row.
    const toCome = ["MF", "PK"].filter((family) => !rules.has(`${family}-01`));
    const cited = page.match(/\b[A-Z]{2}-\d{2}\b/g) ?? [];
    expect(cited.length).toBeGreaterThan(100);
    const unknown = [...new Set(cited)].filter((rule) => !rules.has(rule));
    expect(unknown.filter((rule) => !toCome.includes(rule.slice(0, 2)))).toEqual([]);
  });

  it("names operations that there are", () => {
    const named = page.match(/(?<=`)[a-z]+[A-Z][A-Za-z]+(?=`)/g) ?? [];
    expect(named.length).toBeGreaterThan(20);
    const known: readonly string[] = operationIds;
    expect(named.filter((name) => !known.includes(name))).toEqual([]);
  });
});
