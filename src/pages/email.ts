/**
 * `/email`: confirms an address (`#token=`), changes it (`#change=`), takes a change back (`#undo=`). The first two need
 * the session of the browser (EM-05). The last needs the token alone, so it asks a question before (CH-07).
 */
import { operations } from "../contract/operations.ts";
import { pagePaths } from "../contract/page-paths.ts";
import { CSRF_HEADER } from "../contract/security.ts";
import { linkPage } from "./link-pages.ts";
import { fillTemplate, type ServedFile } from "./page.ts";
import type { PageSettings } from "./settings.ts";
import type { PageSources } from "./sources.ts";

export function emailPage(
  sources: PageSources,
  { service, mountPath, csrfCookie }: PageSettings,
): ServedFile[] {
  const title = "Your e-mail address";
  return linkPage(
    sources,
    { service, mountPath },
    {
      path: pagePaths.email,
      title,
      script: sources["built/email.js"],
      given: {
        email: {
          csrfCookie,
          csrfHeader: CSRF_HEADER,
          me: `${mountPath}${operations.getMe.path}`,
          verify: `${mountPath}${operations.confirmEmailVerification.path}`,
          change: `${mountPath}${operations.confirmEmailChange.path}`,
          undo: `${mountPath}${operations.undoEmailChange.path}`,
        },
      },
      body: fillTemplate(sources["browser/email.html"], { title }),
    },
  );
}
