/** Files that are served as they are: already compressed, recognised by their ETag. */
import type { RouteDescriptor } from "@hectoday/http";
import { serve } from "./pages.ts";
import type { RequestState } from "./request-state.ts";
import type { Responder } from "./responder.ts";

export interface Asset {
  readonly contentType: string;
  readonly gzipped: Uint8Array<ArrayBuffer>;
  readonly plain: Uint8Array<ArrayBuffer>;
  /** With its quotes; weak, since both forms of the file share it (RFC 9110 §8.8.3). */
  readonly etag: string;
}

export interface AssetFile {
  readonly path: string;
  /** Told by the log in place of the path. */
  readonly pattern?: string;
  /** Loads it when it is first asked for. */
  readonly find: () => Promise<Asset>;
  readonly caching: Caching;
}

/** `checked`: asked about each time. `immutable`: its path has a digest of what is in it, so another content is another path. */
export type Caching = "checked" | "immutable";

const CACHE_CONTROL = {
  checked: "public, max-age=0, must-revalidate",
  immutable: "public, max-age=31536000, immutable",
} as const satisfies Record<Caching, string>;

export function createAssetRoutes(
  files: readonly AssetFile[],
  responder: Responder,
): RouteDescriptor[] {
  return files.map(({ path, pattern, find, caching }) =>
    serve(
      path,
      async (state, request) =>
        respondAsset(responder, state, request, await find(), CACHE_CONTROL[caching]),
      pattern,
    ),
  );
}

function respondAsset(
  responder: Responder,
  state: RequestState,
  request: Request,
  asset: Asset,
  cacheControl: string,
): Response {
  const headers = { etag: asset.etag, "cache-control": cacheControl, vary: "accept-encoding" };
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
