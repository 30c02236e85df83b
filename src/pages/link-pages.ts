/**
 * Pages that people are led to: by links of mails (`/reset`, `/confirm`, `/email`, `/login/mail`), and by a provider
 * (`/login/providers/<id>/callback`). The token of a mail stands in the fragment, which never leaves the browser. Opening
 * such a page spends nothing; only a person who presses its button does (RS-07, CH-07). Not part of the contract.
 */
import type { PageGiven } from "./page-given.ts";
import {
  fillTemplate,
  type Html,
  joinHtml,
  page,
  script,
  type ServedFile,
  styleSheet,
} from "./page.ts";
import { pagePaths } from "../contract/page-paths.ts";
import {
  passwordRule,
  type PasswordBounds,
  weakPasswordSentences,
} from "../contract/password-policy.ts";
import type { PageSettings } from "./settings.ts";
import type { PageSources } from "./sources.ts";

/** The parts that one such page has of its own. */
export interface LinkPage {
  readonly path: string;
  readonly title: string;
  /** The page's script, built. */
  readonly script: string;
  readonly given: Partial<PageGiven>;
  readonly body: Html;
  /** Stands below the line that says how it went. */
  readonly after?: Html;
}

export function linkPage(
  sources: PageSources,
  { service, mountPath }: Pick<PageSettings, "service" | "mountPath">,
  { path, title, given, body, after = joinHtml([]), script: code }: LinkPage,
): ServedFile[] {
  const scriptPath = `${path}/page.js`;
  const stylePath = `${path}/page.css`;
  return [
    page({
      mountPath,
      path,
      title: `${title} · ${service}`,
      styles: [stylePath],
      scripts: [{ path: scriptPath, kind: "module" }],
      given,
      body: fillTemplate(sources["browser/link-frame.html"], {
        service,
        home: `${mountPath}${pagePaths.home}`,
        body,
        after,
      }),
      allows: ["script-src 'self'", "style-src 'self'", "connect-src 'self'"],
    }),
    script(scriptPath, code),
    styleSheet(stylePath, sources["browser/link.css"]),
  ];
}

/** The field for a new password, with its rule before the first mistake. */
export function newPasswordField(
  sources: PageSources,
  label: string,
  bounds: PasswordBounds,
): Html {
  return fillTemplate(sources["browser/password-field.html"], {
    label,
    rule: passwordRule(bounds),
  });
}

/** The form that asks for a second factor, on a page that signs in. */
export function secondStepForm(sources: PageSources, service: string): Html {
  return fillTemplate(sources["browser/second-step-form.html"], { service });
}

/** Values for the script of a page with a field for a new password. */
export function newPasswordGiven(action: string, bounds: PasswordBounds): PageGiven["reset"] {
  return { action, weakPassword: weakPasswordSentences(bounds) };
}
