/** `/reset`: where the link of a reset mail leads (RS-07). */
import { operations } from "../contract/operations.ts";
import { pagePaths } from "../contract/page-paths.ts";
import { linkPage, newPasswordField, newPasswordGiven } from "./link-pages.ts";
import { fillTemplate, type ServedFile } from "./page.ts";
import type { PageSettings } from "./settings.ts";
import type { PageSources } from "./sources.ts";

export function resetPage(
  sources: PageSources,
  { service, mountPath, newPassword }: PageSettings,
): ServedFile[] {
  const title = "Choose a new password";
  return linkPage(
    sources,
    { service, mountPath },
    {
      path: pagePaths.reset,
      title,
      script: sources["built/reset.js"],
      given: {
        reset: newPasswordGiven(`${mountPath}${operations.resetPassword.path}`, newPassword),
      },
      body: fillTemplate(sources["browser/reset.html"], {
        title,
        password: newPasswordField(sources, "New password", newPassword),
      }),
    },
  );
}
