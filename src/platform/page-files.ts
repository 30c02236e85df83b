/** The files that pages load, from `pages/built`. */
import { readFile } from "node:fs/promises";
import { extname } from "node:path";
import type { Asset } from "../routes/assets.ts";
import { assetOnDemand } from "./assets.ts";
import { codeFile } from "./files.ts";

const contentTypes: ReadonlyMap<string, string> = new Map([
  [".css", "text/css; charset=utf-8"],
  [".js", "text/javascript; charset=utf-8"],
  [".png", "image/png"],
  [".svg", "image/svg+xml"],
]);

/** By the name of a file of `pages/built`. */
export function builtPageFile(name: string): () => Promise<Asset> {
  return assetOnDemand(contentTypeOf(name), () => readFile(codeFile(`pages/built/${name}`)));
}

/** The name says the type: `theme.css`. */
export function ownPageFile(name: string, content: Uint8Array): () => Promise<Asset> {
  return assetOnDemand(contentTypeOf(name), async () => content);
}

function contentTypeOf(name: string): string {
  const found = contentTypes.get(extname(name));
  if (found === undefined) throw new Error(`${name} has no content type`);
  return found;
}
