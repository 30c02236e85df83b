/** `/docs`: Swagger UI. The page alone; its assets come from a package and are served by `routes/docs.ts`. */
import { pagePaths } from "../contract/page-paths.ts";
import { CSRF_HEADER } from "../contract/security.ts";
import { fillTemplate, page, type ServedFile } from "./page.ts";
import type { PageSources } from "./sources.ts";

const PATH = pagePaths.docs;

/** `csrfCookie` is the name of the cookie with the proof, which the page reads. */
export function docsPage(sources: PageSources, csrfCookie: string): ServedFile {
  const { document } = pagePaths;
  return page({
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
        docsPath: PATH,
      },
    },
    body: fillTemplate(sources["browser/docs.html"], { document }),
    // `data:` for the icons in Swagger UI's style sheet.
    allows: ["script-src 'self'", "style-src 'self'", "img-src 'self' data:", "connect-src 'self'"],
  });
}
