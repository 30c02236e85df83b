/** Pages that the server writes whole: no script, one frame. */
import { pagePaths } from "../contract/page-paths.ts";
import { kit } from "./messages/en/kit.ts";
import {
  type Allowance,
  fillTemplate,
  type Html,
  joinHtml,
  page,
  type ServedFile,
} from "./page.ts";
import { builtFilePath } from "./page-files.ts";
import type { PageSettings } from "./settings.ts";
import type { PageSources } from "./sources.ts";

export const PLAIN_ALLOWANCES: readonly Allowance[] = ["style-src 'self'", "img-src 'self' data:"];

interface PlainPage {
  readonly path: string;
  readonly title: string;
  /** Absent: English. */
  readonly language?: string;
  /** For the links at the foot. */
  readonly words?: { readonly privacy: string; readonly terms: string };
  readonly body: Html;
}

export function plainPage(
  sources: PageSources,
  settings: PageSettings,
  { path, title, language, words = kit, body }: PlainPage,
): ServedFile {
  const { mountPath, service, look, given } = settings;
  const { privacyUrl, termsUrl } = given;
  const link = (url: string | null, label: string) =>
    url === null ? [] : [fillTemplate(sources["browser/foot-link.html"], { url, words: label })];
  return page({
    mountPath,
    path,
    title,
    ...(language !== undefined && { language }),
    icon: iconPath(settings),
    styles: [
      builtFilePath("base.css"),
      ...(look.theme === undefined ? [] : [look.theme]),
      builtFilePath("plain.css"),
    ],
    body: fillTemplate(sources["browser/plain-frame.html"], {
      home: `${mountPath}${pagePaths.home}`,
      mark: mark(sources, settings),
      service,
      body,
      links: joinHtml([...link(privacyUrl, words.privacy), ...link(termsUrl, words.terms)]),
    }),
    allows: PLAIN_ALLOWANCES,
  });
}

/** LOGO, or the mark of Portcullis, for the tab of the browser. */
export function iconPath({ look }: Pick<PageSettings, "look">): string {
  return look.logo ?? builtFilePath("logo.svg");
}

/** LOGO, or the mark of Portcullis in the accent's colour, before the service's name. */
export function mark(sources: PageSources, { given }: Pick<PageSettings, "given">): Html {
  return given.logo === null
    ? fillTemplate(sources["browser/mark.html"])
    : fillTemplate(sources["browser/logo-image.html"], { logo: given.logo });
}
