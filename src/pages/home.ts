/** `/`: what answers here, for whoever opens the address in a browser. In production too, so it tells nothing but paths. */
import { operations } from "../contract/operations.ts";
import { pagePaths } from "../contract/page-paths.ts";
import { fillTemplate, joinHtml, page, type ServedFile, styleSheet } from "./page.ts";
import type { PageSources } from "./sources.ts";

const STYLE_PATH = "/home.css";

/** `hasDocs`: `/docs` and the document are served, and so are linked. */
export function homePage(sources: PageSources, hasDocs: boolean): ServedFile[] {
  const { docs, document, problems } = pagePaths;
  const documentation = fillTemplate(sources["browser/home-docs.html"], { docs, document });
  return [
    page({
      path: pagePaths.home,
      title: "Portcullis",
      styles: [STYLE_PATH],
      body: fillTemplate(sources["browser/home.html"], {
        documentation: joinHtml(hasDocs ? [documentation] : []),
        problems,
        health: operations.getHealth.path,
        readiness: operations.getReadiness.path,
      }),
      allows: ["style-src 'self'"],
    }),
    styleSheet(STYLE_PATH, sources["browser/look.css"], sources["browser/home.css"]),
  ];
}
