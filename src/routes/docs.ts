/** Swagger UI, self-hosted under a strict policy (HD-07), and the document it shows. */
import type { RouteDescriptor } from "@hectoday/http";
import { pagePaths } from "../contract/page-paths.ts";
import type { ServedFile } from "../pages/page.ts";
import { type Asset, createAssetRoutes } from "./assets.ts";
import { createPageRoutes } from "./pages.ts";
import type { Responder } from "./responder.ts";

export interface Docs {
  readonly page: ServedFile;
  readonly assets: DocsAssets;
}

/** The published document, and what `/docs` loads; each is loaded when first asked for, and kept in one copy (IV-21). */
export interface DocsAssets {
  find(name: DocsAssetName): Promise<Asset>;
}
export type DocsAssetName = (typeof assetNames)[number];
const assetNames = ["openapi.json", "swagger-ui.css", "swagger-ui-bundle.js", "init.js"] as const;

/** `/docs`, its assets, and `/openapi.json`. Not part of the contract; switched off by DOCS=off. */
export function createDocsRoutes(docs: Docs, responder: Responder): RouteDescriptor[] {
  const files = assetNames.map((name) => ({
    path: name === "openapi.json" ? pagePaths.document : `${pagePaths.docs}/${name}`,
    find: () => docs.assets.find(name),
    caching: "checked" as const,
  }));
  return [...createPageRoutes([docs.page], responder), ...createAssetRoutes(files, responder)];
}
