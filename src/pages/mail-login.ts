/**
 * `/login/mail`: where the link of a mail sign-in leads. It signs in the browser that asked, which has the challenge
 * cookie, once somebody presses the button. For elsewhere it shows the code (ML-02).
 */
import { operations } from "../contract/operations.ts";
import { pagePaths } from "../contract/page-paths.ts";
import { linkPage, secondStepForm } from "./link-pages.ts";
import { fillTemplate, type ServedFile } from "./page.ts";
import type { PageSettings } from "./settings.ts";
import type { PageSources } from "./sources.ts";

export function mailLoginPage(
  sources: PageSources,
  { service, mountPath }: PageSettings,
): ServedFile[] {
  const title = "Sign in";
  return linkPage(
    sources,
    { service, mountPath },
    {
      path: pagePaths.mailLogin,
      title,
      script: sources["built/mail-login.js"],
      given: {
        maillogin: {
          complete: `${mountPath}${operations.completeMailLogin.path}`,
          finish: `${mountPath}${operations.finishLogin.path}`,
          passkey: `${mountPath}${operations.startSecondFactorPasskey.path}`,
        },
      },
      body: fillTemplate(sources["browser/mail-login.html"], {
        title,
        secondStep: secondStepForm(sources, service),
      }),
      after: fillTemplate(sources["browser/mail-login-code.html"], {
        home: `${mountPath}${pagePaths.home}`,
      }),
    },
  );
}
