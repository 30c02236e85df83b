/** The files that pages are made of, from the disk. */
import { readFile } from "node:fs/promises";
import type { PageSources } from "../pages/sources.ts";
import { codeFile } from "./files.ts";

/** Rejects where a file is missing: the server does not start without its pages. */
export async function readPageSources(names: readonly (keyof PageSources)[]): Promise<PageSources> {
  const entries = await Promise.all(
    names.map(async (name) => [name, await readFile(codeFile(`pages/${name}`), "utf8")] as const),
  );
  return Object.fromEntries(entries) as PageSources; // an entry for each of `names`
}
