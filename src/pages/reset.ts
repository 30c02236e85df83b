/**
 * `/reset`: where the link of a reset mail leads. The token stands in the fragment, which never
 * leaves the browser; only the form's submission spends it (RS-07). Not part of the contract.
 */
import { operations } from "../contract/operations.ts";
import { pagePaths } from "../contract/page-paths.ts";
import {
  passwordRule,
  type PasswordBounds,
  weakPasswordSentences,
} from "../contract/password-policy.ts";
import { fillTemplate, page, script, type ServedFile, styleSheet } from "./page.ts";
import type { PageSources } from "./sources.ts";

const PATH = pagePaths.reset;
const SCRIPT_PATH = `${PATH}/page.js`;
const STYLE_PATH = `${PATH}/page.css`;

export function resetPage(sources: PageSources, bounds: PasswordBounds): ServedFile[] {
  const title = "Choose a new password";
  return [
    page({
      path: PATH,
      title,
      styles: [STYLE_PATH],
      scripts: [{ path: SCRIPT_PATH, kind: "module" }],
      given: {
        reset: {
          action: operations.resetPassword.path,
          weakPassword: weakPasswordSentences(bounds),
        },
      },
      body: fillTemplate(sources["browser/reset.html"], { title, rule: passwordRule(bounds) }),
      allows: ["script-src 'self'", "style-src 'self'", "connect-src 'self'"],
    }),
    script(SCRIPT_PATH, sources["built/reset.js"]),
    styleSheet(STYLE_PATH, sources["browser/look.css"], sources["browser/reset.css"]),
  ];
}
