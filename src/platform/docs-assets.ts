/** The published document, and the files of Swagger UI, from its package. Each is compressed once, when it is first asked for. */
import { readFile } from "node:fs/promises";
import type { Asset } from "../routes/assets.ts";
import type { DocsAssetName, DocsAssets } from "../routes/docs.ts";
import { assetOnDemand } from "./assets.ts";
import { codeFile, rootFile, swaggerFile } from "./files.ts";

const sources: Record<
  DocsAssetName,
  { readonly file: () => string | URL; readonly contentType: string }
> = {
  "openapi.json": {
    file: () => rootFile("openapi/openapi.json"),
    contentType: "application/json",
  },
  "swagger-ui.css": {
    file: () => swaggerFile("swagger-ui.css"),
    contentType: "text/css; charset=utf-8",
  },
  "swagger-ui-bundle.js": {
    file: () => swaggerFile("swagger-ui-bundle.js"),
    contentType: "text/javascript; charset=utf-8",
  },
  "init.js": {
    file: () => codeFile("pages/built/docs.js"),
    contentType: "text/javascript; charset=utf-8",
  },
};

/** `changeDocument` gets the published document, and answers the one to serve. */
export function createDocsAssets(changeDocument: (document: string) => string): DocsAssets {
  const known = new Map<DocsAssetName, () => Promise<Asset>>();
  return {
    find(name) {
      const found = known.get(name) ?? assetOf(name, changeDocument);
      known.set(name, found);
      return found();
    },
  };
}

function assetOf(
  name: DocsAssetName,
  changeDocument: (document: string) => string,
): () => Promise<Asset> {
  const { file, contentType } = sources[name];
  return assetOnDemand(contentType, async () => {
    const read = await readFile(file());
    return name === "openapi.json"
      ? new TextEncoder().encode(changeDocument(read.toString()))
      : read;
  });
}
