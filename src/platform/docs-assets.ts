/** The published document, and the files of Swagger UI, from its package. Each is compressed once, when it is first asked for. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { Asset, DocsAssetName, DocsAssets } from "../routes/docs.ts";
import { codeFile, rootFile, swaggerFile } from "./files.ts";

const compress = promisify(gzip);

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
  "favicon.png": {
    file: () => swaggerFile("favicon-32x32.png"),
    contentType: "image/png",
  },
  "init.js": {
    file: () => codeFile("pages/built/docs.js"),
    contentType: "text/javascript; charset=utf-8",
  },
  "page.css": {
    file: () => codeFile("pages/browser/docs.css"),
    contentType: "text/css; charset=utf-8",
  },
};

/** `changeDocument` gets the published document, and answers the one to serve. */
export function createDocsAssets(changeDocument: (document: string) => string): DocsAssets {
  const loaded = new Map<DocsAssetName, Promise<Asset>>();
  return {
    find(name) {
      const known = loaded.get(name);
      if (known) return known;
      const asset = load(name, name === "openapi.json" ? changeDocument : undefined);
      loaded.set(name, asset);
      // A file that could not be read for a moment is asked for again, not remembered as broken.
      asset.catch(() => loaded.delete(name));
      return asset;
    },
  };
}

async function load(name: DocsAssetName, change?: (text: string) => string): Promise<Asset> {
  const { file, contentType } = sources[name];
  const read = await readFile(file());
  const plain = change ? new TextEncoder().encode(change(read.toString())) : new Uint8Array(read);
  const gzipped = new Uint8Array(await compress(plain));
  const digest = createHash("sha256").update(plain).digest("base64url").slice(0, 22);
  return { contentType, plain, gzipped, etag: `W/"${digest}"` };
}
