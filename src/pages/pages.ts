/** The pages that the server has. `/docs` is not among them, because DOCS=off removes it. */
import { renderApplication } from "./application.ts";
import type { ApplicationName } from "./entries.ts";
import { homePage } from "./home.ts";
import type { ServedFile, TranslatedPage } from "./page.ts";
import { problemPages } from "./problems.ts";
import type { PageSettings } from "./settings.ts";
import type { PageSources } from "./sources.ts";

/** Those that are always served, in English alone. */
export function renderPages(sources: PageSources, settings: PageSettings): readonly ServedFile[] {
  return problemPages(sources, settings);
}

/** `/`, and the applications that the settings let be served. */
export function renderTranslatedPages(
  sources: PageSources,
  settings: PageSettings,
): readonly TranslatedPage[] {
  const { hasPages, hasConsole } = settings.given;
  const names: readonly ApplicationName[] = [
    ...(hasPages ? (["sign-in", "account"] as const) : []),
    ...(hasConsole ? (["admin"] as const) : []),
    "links",
  ];
  return [
    homePage(sources, settings),
    ...names.map((name) => renderApplication(name, sources, settings)),
  ];
}
