/** `/confirm`: ends a signup or an invitation by link. Whoever has the mail chooses the password (EM-03). */
import { operations } from "../contract/operations.ts";
import { pagePaths } from "../contract/page-paths.ts";
import { linkPage, newPasswordField, newPasswordGiven } from "./link-pages.ts";
import { fillTemplate, type ServedFile } from "./page.ts";
import type { PageSettings } from "./settings.ts";
import type { PageSources } from "./sources.ts";

export function confirmPage(
  sources: PageSources,
  { service, mountPath, newPassword }: PageSettings,
): ServedFile[] {
  const title = "Create your account";
  return linkPage(
    sources,
    { service, mountPath },
    {
      path: pagePaths.confirm,
      title,
      script: sources["built/confirm.js"],
      given: {
        confirm: newPasswordGiven(`${mountPath}${operations.confirmSignup.path}`, newPassword),
      },
      body: fillTemplate(sources["browser/confirm.html"], {
        title,
        password: newPasswordField(sources, "Password", newPassword),
      }),
    },
  );
}
