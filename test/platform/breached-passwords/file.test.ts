import { mkdir, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { openBreachedFile } from "../../../src/platform/breached-passwords/file.ts";
import { createBreachLookup } from "../../../src/platform/breached-passwords/lookup.ts";
import { sha1 } from "../../support/range-server.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

async function fileOf(text: string): Promise<string> {
  const path = join(temporaryFolder(), "pwned.txt");
  await writeFile(path, text);
  return path;
}

async function open(path: string) {
  const source = await openBreachedFile(path);
  onTestFinished(() => source.close());
  return source;
}

/** Lines as the downloader writes them. */
const linesOf = (passwords: readonly string[], end = "\r\n") =>
  passwords
    .map(sha1)
    .toSorted()
    .map((hash, index) => `${hash}:${index % 1_000 === 0 ? 12_345_678 : index}${end}`)
    .join("");

const many = Array.from({ length: 20_000 }, (_, index) => `known ${index}`);

describe.each([
  ["CRLF", linesOf(many)],
  ["LF", linesOf(many, "\n")],
  ["LF, and none after the last line", linesOf(many, "\n").trimEnd()],
  ["small letters", linesOf(many).toLowerCase()],
  ["a single line", linesOf(["known 0"])],
  ["two lines", linesOf(["known 0", "known 1"])],
  ["as many lines as a block has", linesOf(many.slice(0, 93))],
])("PW-15 a list with %s", (_, text) => {
  test("has each password that is on it, the first and the last too, and no other", async () => {
    const source = await open(await fileOf(text));
    const known = text.toUpperCase().match(/^[0-9A-F]{40}/gm) ?? [];
    const some = known.filter((_hash, index) => index % 37 === 0);
    for (const hash of [...some, known[0] ?? "", known.at(-1) ?? ""])
      expect(await source.has(hash)).toBe(true);
    for (let index = 0; index < 300; index += 1)
      expect(await source.has(sha1(`unknown ${index}`))).toBe(false);
    for (const edge of ["0".repeat(40), "F".repeat(40)]) expect(await source.has(edge)).toBe(false);
    // A neighbour in one digit is another password.
    const [first = ""] = known;
    const last = first.endsWith("0") ? "1" : "0";
    expect(await source.has(first.slice(0, -1) + last)).toBe(false);
  });
});

describe("PW-15 a file that is no such list is refused as it is opened:", () => {
  test.each([
    ["empty", "", /does not have lines/],
    ["a page", "<html>".repeat(1_000), /does not have lines/],
    [
      "the list by NTLM",
      "0123456789ABCDEF0123456789ABCDEF:1\r\n".repeat(1_000),
      /does not have lines/,
    ],
    ["the list by count", many.map((one) => `${sha1(one)}:1\r\n`).join(""), /not in the order/],
    ["one line without an end", "A".repeat(100_000), /does not have lines/],
  ])("%s", async (_, text, fault) => {
    await expect(openBreachedFile(await fileOf(text))).rejects.toThrow(fault);
  });

  test("none, and a folder", async () => {
    const folder = temporaryFolder();
    await mkdir(join(folder, "list"));
    await expect(openBreachedFile(join(folder, "none.txt"))).rejects.toThrow("cannot be opened");
    await expect(openBreachedFile(join(folder, "list"))).rejects.toThrow("is no file");
  });
});

test.each([
  ["long", many],
  ["short", many.slice(0, 9)],
])(
  "PW-15 a %s list that is damaged later lets passwords through, and says so",
  async (_, known) => {
    const path = await fileOf(linesOf(known));
    const source = await open(path);
    const troubles: object[] = [];
    const outcomes: string[] = [];
    const isBreached = createBreachLookup(source, {
      meter: { breachChecked: (outcome) => outcomes.push(outcome) },
      tell: (trouble) => troubles.push(trouble),
    });
    expect(await isBreached("known 7")).toBe(true);
    await writeFile(path, "?".repeat(1_000_000));
    expect(await isBreached("known 7")).toBe(false);
    await truncate(path, 0);
    expect(await isBreached("known 7")).toBe(false);
    const trouble = { source: "file", why: "malformed_file" };
    expect(troubles).toEqual([trouble, trouble]);
    expect(outcomes).toEqual(["found", "unavailable", "unavailable"]);
  },
);
