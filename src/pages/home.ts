/** `/`: what answers here, for whoever opens the address in a browser. In production too, so it tells nothing but paths. */
import { operations } from "../contract/operations.ts";
import { pagePaths } from "../contract/page-paths.ts";
import type { Language } from "./browser/kit/words.ts";
import { home as de } from "./messages/de/home.ts";
import { kit as deKit } from "./messages/de/kit.ts";
import { home as en } from "./messages/en/home.ts";
import { kit as enKit } from "./messages/en/kit.ts";
import { fillTemplate, type Html, joinHtml, type TranslatedPage } from "./page.ts";
import { PLAIN_ALLOWANCES, plainPage } from "./plain-page.ts";
import type { PageSettings } from "./settings.ts";
import type { PageSources } from "./sources.ts";

/** By language, the usual one first. */
const words = {
  en: { ...enKit, ...en },
  de: { ...deKit, ...de },
} as const satisfies Record<Language, unknown>;
type Words = (typeof words)[keyof typeof words];

export function homePage(sources: PageSources, settings: PageSettings): TranslatedPage {
  const text = (language: string, own: Words) =>
    plainPage(sources, settings, {
      path: pagePaths.home,
      title: settings.service,
      language,
      words: own,
      body: body(sources, settings, own),
    }).text;
  return {
    paths: [pagePaths.home],
    hasSections: false,
    allows: PLAIN_ALLOWANCES,
    texts: new Map(Object.entries(words).map(([language, own]) => [language, text(language, own)])),
  };
}

function body(sources: PageSources, settings: PageSettings, own: Words): Html {
  const { service, given } = settings;
  return fillTemplate(sources["browser/home.html"], {
    service,
    what: given.hasPages ? own.what : own.whatHeadless,
    cutOff: own.cutOff,
    buttons: buttons(sources, settings, own),
    more: own.more,
    rows: joinHtml(rows(sources, settings, own)),
  });
}

/** Buttons for people. */
function buttons(sources: PageSources, { mountPath, given }: PageSettings, own: Words): Html {
  const button = (path: string, label: string, look = "button") =>
    fillTemplate(sources["browser/home-button.html"], {
      path: `${mountPath}${path}`,
      words: label,
      look,
    });
  if (!given.hasPages) return joinHtml([]);
  return fillTemplate(sources["browser/home-buttons.html"], {
    buttons: joinHtml([
      button(pagePaths.signIn, own.signIn, "button primary"),
      ...(given.signup === "closed" ? [] : [button(pagePaths.signUp, own.signUp)]),
      button(pagePaths.account, own.toAccount),
    ]),
  });
}

/** Rows for those who build on it, and those who run it. Only what is served is told of. */
function rows(
  sources: PageSources,
  { mountPath, hasDocs, given }: PageSettings,
  own: Words,
): readonly Html[] {
  const row = (path: string, label: string, about: string) =>
    fillTemplate(sources["browser/home-row.html"], {
      path: `${mountPath}${path}`,
      words: label,
      about,
    });
  return [
    ...(given.hasConsole ? [row(pagePaths.admin, own.console, own.consoleAbout)] : []),
    ...(hasDocs
      ? [
          row(pagePaths.docs, own.docs, own.docsAbout),
          row(pagePaths.document, own.document, own.documentAbout),
        ]
      : []),
    row(pagePaths.problems, own.problems, own.problemsAbout),
    row(operations.getHealth.path, own.health, own.healthAbout),
    row(operations.getReadiness.path, own.readiness, own.readinessAbout),
  ];
}
