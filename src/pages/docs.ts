/** `/docs`: Swagger UI. The page alone; its assets come from a package and are served by `routes/docs.ts`. */
import { pagePaths } from "../contract/page-paths.ts";
import { CSRF_HEADER } from "../contract/security.ts";
import { fillTemplate, page, type ServedFile } from "./page.ts";
import type { PageSettings } from "./settings.ts";
import type { PageSources } from "./sources.ts";

const PATH = pagePaths.docs;

export function docsPage(
  sources: PageSources,
  { csrfCookie, mountPath }: Pick<PageSettings, "csrfCookie" | "mountPath">,
): ServedFile {
  const document = `${mountPath}${pagePaths.document}`;
  return page({
    mountPath,
    path: PATH,
    title: "Portcullis API",
    icon: `${PATH}/favicon.png`,
    styles: [`${PATH}/swagger-ui.css`, `${PATH}/page.css`],
    scripts: [
      { path: `${PATH}/swagger-ui-bundle.js`, kind: "classic" },
      { path: `${PATH}/init.js`, kind: "module" },
    ],
    given: {
      docs: {
        csrfCookie,
        csrfHeader: CSRF_HEADER,
        documentPath: document,
        docsPath: `${mountPath}${PATH}`,
      },
    },
    body: fillTemplate(sources["browser/docs.html"], { document }),
    // `data:` for the icons in Swagger UI's style sheet.
    allows: ["script-src 'self'", "style-src 'self'", "img-src 'self' data:", "connect-src 'self'"],
  });
}
