/** The style sheet of every page. */
import { readFile } from "node:fs/promises";

const browser = new URL("../../src/pages/browser/", import.meta.url);

/** Both sheets as one, without comments and indentation. */
export async function buildStyle(): Promise<string> {
  const sheets = await Promise.all(["tokens.css", "base.css"].map(read));
  return `${sheets.map(shorten).join("\n")}\n`;
}

async function read(name: string): Promise<string> {
  return readFile(new URL(name, browser), "utf8").catch(() => "");
}

/** Spaces that may mean something stay: those of selectors, and around the signs of `calc()`. */
function shorten(sheet: string): string {
  return sheet
    .replaceAll(/\/\*[^]*?\*\//g, "")
    .replaceAll(/\s+/g, " ")
    .replaceAll(/ ?([{};,]) ?/g, "$1")
    .replaceAll(";}", "}")
    .replaceAll("}", "}\n")
    .trim();
}
