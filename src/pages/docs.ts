/** `/docs`: Swagger UI. The page alone; its assets come from a package and are served by `routes/docs.ts`. */
import { pagePaths } from "../contract/page-paths.ts";
import { CSRF_HEADER } from "../contract/security.ts";
import { fillTemplate, page, type ServedFile } from "./page.ts";
import { builtFilePath } from "./page-files.ts";
import { iconPath, mark } from "./plain-page.ts";
import type { PageSettings } from "./settings.ts";
import type { PageSources } from "./sources.ts";

const PATH = pagePaths.docs;

export function docsPage(sources: PageSources, settings: PageSettings): ServedFile {
  const { csrfCookie, mountPath, service, look } = settings;
  const document = `${mountPath}${pagePaths.document}`;
  return page({
    mountPath,
    path: PATH,
    title: `API · ${service}`,
    icon: iconPath(settings),
    styles: [
      `${PATH}/swagger-ui.css`,
      builtFilePath("docs.css"),
      ...(look.theme === undefined ? [] : [look.theme]),
    ],
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
    body: fillTemplate(sources["browser/docs.html"], {
      document,
      home: `${mountPath}${pagePaths.home}`,
      problems: `${mountPath}${pagePaths.problems}`,
      mark: mark(sources, settings),
      service,
    }),
    // `data:` for the icons in Swagger UI's style sheet.
    allows: ["script-src 'self'", "style-src 'self'", "img-src 'self' data:", "connect-src 'self'"],
  });
}
