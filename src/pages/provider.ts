/**
 * `/login/providers/<id>/callback`: where a provider leads back to, one page for each. Its script takes code and state
 * out of the address bar and sends them: a GET signs nobody in (D6).
 */
import { operations } from "../contract/operations.ts";
import { pagePaths, providerCallbackPath } from "../contract/page-paths.ts";
import { providerReturn } from "../contract/provider-return.ts";
import { LINK_STATE_PREFIX } from "../contract/provider-values.ts";
import { CSRF_HEADER } from "../contract/security.ts";
import { linkPage, secondStepForm } from "./link-pages.ts";
import { fillTemplate, type ServedFile } from "./page.ts";
import type { PageSettings } from "./settings.ts";
import type { PageSources } from "./sources.ts";

export function providerPages(
  sources: PageSources,
  { service, mountPath, csrfCookie, providers }: PageSettings,
): ServedFile[] {
  return providers.flatMap(({ id, name }) => {
    const title = `Sign in with ${name}`;
    const pathOf = (path: string) => `${mountPath}${path.replace("{providerId}", id)}`;
    return linkPage(
      sources,
      { service, mountPath },
      {
        path: providerCallbackPath(id),
        title,
        script: sources["built/provider.js"],
        given: {
          provider: {
            id,
            name,
            names: providerReturn,
            linkPrefix: LINK_STATE_PREFIX,
            csrfCookie,
            csrfHeader: CSRF_HEADER,
            complete: pathOf(operations.completeProviderLogin.path),
            link: pathOf(operations.completeProviderLink.path),
            finish: pathOf(operations.finishLogin.path),
            passkey: pathOf(operations.startSecondFactorPasskey.path),
            me: pathOf(operations.getMe.path),
          },
        },
        body: fillTemplate(sources["browser/provider.html"], {
          title,
          name,
          secondStep: secondStepForm(sources, service),
        }),
        after: fillTemplate(sources["browser/provider-onward.html"], {
          home: `${mountPath}${pagePaths.home}`,
        }),
      },
    );
  });
}
