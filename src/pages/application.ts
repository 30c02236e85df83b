/** The HTML of an application: what it loads, and what it is given. Its script makes the rest. */
import { type ApplicationName, applicationPaths } from "./entries.ts";
import { builtFiles } from "./built/files.ts";
import { type Allowance, fillTemplate, page, type TranslatedPage } from "./page.ts";
import { builtFilePath } from "./page-files.ts";
import { iconPath } from "./plain-page.ts";
import type { PageSettings } from "./settings.ts";
import type { PageSources } from "./sources.ts";

/** Titles until the script has chosen others. */
const titles = {
  "sign-in": "Sign in",
  account: "Your account",
  admin: "Console",
  links: "One moment",
} as const satisfies Record<ApplicationName, string>;

const USUAL_LANGUAGE = "en";

type File = (typeof builtFiles.names)[number];

interface Loaded {
  /** The entry is the last. */
  readonly scripts: readonly File[];
  readonly words: Readonly<Record<string, readonly File[]>>;
}

/** Its texts differ in the words that are loaded at once. */
export function renderApplication(
  name: ApplicationName,
  sources: PageSources,
  settings: PageSettings,
): TranslatedPage {
  const { scripts, words }: Loaded = builtFiles.applications[name];
  const languages = new Set([USUAL_LANGUAGE, ...Object.keys(words)]);
  const allows: readonly Allowance[] = [
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    "img-src 'self' data:",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ];
  const textIn = (language: string) => {
    const files = [...scripts, ...(words[language] ?? [])];
    return render(name, language, files.map(builtFilePath), sources, settings);
  };
  const ids = settings.providers.map(({ id }) => id);
  return {
    ...applicationPaths(name, ids),
    allows,
    texts: new Map([...languages].map((language) => [language, textIn(language)])),
  };
}

function render(
  name: ApplicationName,
  language: string,
  preloads: readonly string[],
  sources: PageSources,
  settings: PageSettings,
): string {
  const { mountPath, service, look, given } = settings;
  const { text } = page({
    mountPath,
    path: "",
    language,
    title: `${titles[name]} · ${service}`,
    icon: iconPath(settings),
    styles: [
      builtFilePath("base.css"),
      ...(name === "admin" ? [builtFilePath("admin.css")] : []),
      ...(look.theme === undefined ? [] : [look.theme]),
    ],
    preloads,
    scripts: [{ path: builtFilePath(`${name}.js`), kind: "module" }],
    given: { given },
    body: fillTemplate(sources["browser/application.html"]),
    allows: [],
  });
  return text;
}
