/** `/docs`: Swagger UI. The page alone; its assets come from a package and are served by `routes/docs.ts`. */
import { CSRF_COOKIE } from "../contract/cookies.ts";
import { CSRF_HEADER } from "../contract/security.ts";
import { fillTemplate, page, type ServedFile } from "./page.ts";
import type { PageSources } from "./sources.ts";

export function docsPage(sources: PageSources): ServedFile {
  return page({
    path: "/docs",
    title: "Portcullis API",
    icon: "/docs/favicon.png",
    styles: ["/docs/swagger-ui.css", "/docs/page.css"],
    scripts: [
      { path: "/docs/swagger-ui-bundle.js", kind: "classic" },
      { path: "/docs/init.js", kind: "module" },
    ],
    given: { docs: { csrfCookie: CSRF_COOKIE, csrfHeader: CSRF_HEADER } },
    body: fillTemplate(sources["browser/docs.html"]),
    // `data:` for the icons in Swagger UI's style sheet.
    allows: ["script-src 'self'", "style-src 'self'", "img-src 'self' data:", "connect-src 'self'"],
  });
}
