/** `/`: what answers here, for whoever opens the address in a browser. In production too, so it tells nothing but paths. */
import { operations } from "../contract/operations.ts";
import { pagePaths } from "../contract/page-paths.ts";
import { fillTemplate, joinHtml, page, type ServedFile, styleSheet } from "./page.ts";
import type { MountedPage } from "./settings.ts";
import type { PageSources } from "./sources.ts";

const STYLE_PATH = "/home.css";

/** `hasDocs`: `/docs` and the document are served, and so are linked. */
export function homePage(
  sources: PageSources,
  { hasDocs, mountPath }: MountedPage & { readonly hasDocs: boolean },
): ServedFile[] {
  const documentation = fillTemplate(sources["browser/home-docs.html"], {
    docs: `${mountPath}${pagePaths.docs}`,
    document: `${mountPath}${pagePaths.document}`,
  });
  return [
    page({
      mountPath,
      path: pagePaths.home,
      title: "Portcullis",
      styles: [STYLE_PATH],
      body: fillTemplate(sources["browser/home.html"], {
        documentation: joinHtml(hasDocs ? [documentation] : []),
        problems: `${mountPath}${pagePaths.problems}`,
        health: `${mountPath}${operations.getHealth.path}`,
        readiness: `${mountPath}${operations.getReadiness.path}`,
      }),
      allows: ["style-src 'self'"],
    }),
    styleSheet(STYLE_PATH, sources["browser/look.css"], sources["browser/home.css"]),
  ];
}
