/** Swagger UI, self-hosted under a strict policy (HD-07), and the document it shows. */
import type { RouteDescriptor } from "@hectoday/http";
import { pagePaths } from "../contract/page-paths.ts";
import type { ServedFile } from "../pages/page.ts";
import { createPageRoutes, serve } from "./pages.ts";
import type { RequestState } from "./request-state.ts";
import type { Responder } from "./responder.ts";

export interface Docs {
  readonly page: ServedFile;
  readonly assets: DocsAssets;
}

/** A file that is served as it is: already compressed, recognised by its ETag. */
export interface Asset {
  readonly contentType: string;
  readonly gzipped: Uint8Array<ArrayBuffer>;
  readonly plain: Uint8Array<ArrayBuffer>;
  /** With its quotes; weak, since both forms of the file share it (RFC 9110 §8.8.3). */
  readonly etag: string;
}

/** The published document, and what `/docs` loads; each is loaded when first asked for, and kept in one copy (IV-21). */
export interface DocsAssets {
  find(name: DocsAssetName): Promise<Asset>;
}
export type DocsAssetName = (typeof assetNames)[number];
const assetNames = [
  "openapi.json",
  "swagger-ui.css",
  "swagger-ui-bundle.js",
  "init.js",
  "page.css",
  "favicon.png",
] as const;

/** `/docs`, its assets, and `/openapi.json`. Not part of the contract; switched off by DOCS=off. */
export function createDocsRoutes(docs: Docs, responder: Responder): RouteDescriptor[] {
  return [
    ...createPageRoutes([docs.page], responder),
    ...assetNames.map((name) =>
      serve(
        name === "openapi.json" ? pagePaths.document : `${pagePaths.docs}/${name}`,
        async (state, request) =>
          respondAsset(responder, state, request, await docs.assets.find(name)),
      ),
    ),
  ];
}

function respondAsset(
  responder: Responder,
  state: RequestState,
  request: Request,
  asset: Asset,
): Response {
  const headers = {
    etag: asset.etag,
    "cache-control": "public, max-age=0, must-revalidate",
    vary: "accept-encoding",
  };
  if (isKnown(request.headers.get("if-none-match"), asset.etag))
    return responder.page(state, 304, null, headers);
  const gzip = acceptsGzip(request.headers.get("accept-encoding"));
  return responder.page(state, 200, gzip ? asset.gzipped : asset.plain, {
    ...headers,
    "content-type": asset.contentType,
    ...(gzip && { "content-encoding": "gzip" }),
  });
}

/** Weak comparison against a list (RFC 9110 §13.1.2); proxies make a strong tag weak when they compress. */
function isKnown(ifNoneMatch: string | null, etag: string): boolean {
  const opaque = (tag: string) => tag.trim().replace(/^W\//, "");
  return ifNoneMatch?.split(",").some((tag) => opaque(tag) === opaque(etag)) ?? false;
}

/** `gzip;q=0` is a refusal (RFC 9110 §12.4.2). */
function acceptsGzip(acceptEncoding: string | null): boolean {
  return (
    acceptEncoding
      ?.split(",")
      .some((coding) => /^\s*gzip\s*(;\s*q=(?!0(\.0*)?\s*$)|$)/i.test(coding)) ?? false
  );
}
