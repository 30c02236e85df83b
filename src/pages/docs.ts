/** `/docs`: Swagger UI. The page alone; its assets come from a package and are served by `routes/docs.ts`. */
import { CSRF_HEADER } from "../contract/security.ts";
import { fillTemplate, page, type ServedFile } from "./page.ts";
import type { PageSources } from "./sources.ts";

/** `csrfCookie` is the name of the cookie with the proof, which the page reads. */
export function docsPage(sources: PageSources, csrfCookie: string): ServedFile {
  return page({
    path: "/docs",
    title: "Portcullis API",
    icon: "/docs/favicon.png",
    styles: ["/docs/swagger-ui.css", "/docs/page.css"],
    scripts: [
      { path: "/docs/swagger-ui-bundle.js", kind: "classic" },
      { path: "/docs/init.js", kind: "module" },
    ],
    given: { docs: { csrfCookie, csrfHeader: CSRF_HEADER } },
    body: fillTemplate(sources["browser/docs.html"]),
    // `data:` for the icons in Swagger UI's style sheet.
    allows: ["script-src 'self'", "style-src 'self'", "img-src 'self' data:", "connect-src 'self'"],
  });
}
