/** The style sheets of the pages. */
import { readFile } from "node:fs/promises";

const browser = new URL("../../src/pages/browser/", import.meta.url);

/** By their names, each with the sources that it is made of. */
const sheets = {
  /** Of every page but `/docs`. */
  "base.css": ["tokens.css", "base.css"],
  /** Of the console, after `base.css`. */
  "admin.css": ["admin.css"],
  /** Of pages that the server writes whole, after `base.css`. */
  "plain.css": ["plain.css"],
  /** Of `/docs`, whose elements look as Swagger UI has them. */
  "docs.css": ["tokens.css", "docs.css"],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** The sheets by their names, without comments and indentation. */
export async function buildStyles(): Promise<ReadonlyMap<string, string>> {
  const built = new Map<string, string>();
  for (const [name, sources] of Object.entries(sheets)) {
    const texts = await Promise.all(sources.map(read));
    built.set(name, `${texts.map(shorten).join("\n")}\n`);
  }
  return built;
}

async function read(name: string): Promise<string> {
  return readFile(new URL(name, browser), "utf8");
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
