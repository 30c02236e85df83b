/** `/`: what answers here, for whoever opens the address in a browser. In production too, so it tells nothing but paths. */
import { operations } from "../contract/operations.ts";
import { pagePaths } from "../contract/page-paths.ts";
import { fillTemplate, type Html, joinHtml, type ServedFile } from "./page.ts";
import { plainPage } from "./plain-page.ts";
import type { PageSettings } from "./settings.ts";
import type { PageSources } from "./sources.ts";

export function homePage(sources: PageSources, settings: PageSettings): ServedFile {
  const { service, given } = settings;
  return plainPage(sources, settings, {
    path: pagePaths.home,
    title: service,
    body: fillTemplate(sources["browser/home.html"], {
      service,
      what: given.hasPages
        ? "This is where accounts are kept: people sign in here, and applications by the API."
        : "This is an authentication server. Applications sign people up and in here, by its API; there is no page to sign in on.",
      buttons: buttons(sources, settings),
      rows: joinHtml(rows(sources, settings)),
    }),
  });
}

/** Buttons for people. */
function buttons(sources: PageSources, { mountPath, given }: PageSettings): Html {
  const button = (path: string, words: string, look = "button") =>
    fillTemplate(sources["browser/home-button.html"], { path: `${mountPath}${path}`, words, look });
  if (!given.hasPages) return joinHtml([]);
  return fillTemplate(sources["browser/home-buttons.html"], {
    buttons: joinHtml([
      button(pagePaths.signIn, "Sign in", "button primary"),
      ...(given.signup === "closed" ? [] : [button(pagePaths.signUp, "Create an account")]),
      button(pagePaths.account, "Your account"),
    ]),
  });
}

/** Rows for those who build on it, and those who run it. Only what is served is told of. */
function rows(sources: PageSources, { mountPath, hasDocs, given }: PageSettings): readonly Html[] {
  const row = (path: string, words: string, about: string) =>
    fillTemplate(sources["browser/home-row.html"], { path: `${mountPath}${path}`, words, about });
  return [
    ...(given.hasConsole
      ? [row(pagePaths.admin, "Console", "For administrators: users, events, keys and settings.")]
      : []),
    ...(hasDocs
      ? [
          row(pagePaths.docs, "API documentation", "Every operation, to read and to try."),
          row(pagePaths.document, "OpenAPI document", "The same for programs."),
        ]
      : []),
    row(pagePaths.problems, "Problems", "What each refusal means, and what to do."),
    row(operations.getHealth.path, "Health", "Is the process up?"),
    row(operations.getReadiness.path, "Readiness", "Can it serve?"),
  ];
}
