/** The pages that are always served. `/docs` is not among them, because DOCS=off removes it. */
import type { PasswordBounds } from "../contract/password-policy.ts";
import { homePage } from "./home.ts";
import type { ServedFile } from "./page.ts";
import { problemPages } from "./problems.ts";
import { resetPage } from "./reset.ts";
import type { PageSources } from "./sources.ts";

export interface PageSettings {
  readonly newPassword: PasswordBounds;
  /** `/docs` is served: pages link to it. */
  readonly hasDocs: boolean;
}

export function renderPages(sources: PageSources, settings: PageSettings): readonly ServedFile[] {
  return [
    ...homePage(sources, settings.hasDocs),
    ...problemPages(sources),
    ...resetPage(sources, settings.newPassword),
  ];
}
