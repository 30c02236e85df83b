/** The settings as pages have them. */
import { CSRF_COOKIE, plainCookieName } from "../contract/cookies.ts";
import { CSRF_HEADER } from "../contract/security.ts";
import type { Dependencies } from "../domain/ports/dependencies.ts";
import { builtFiles } from "../pages/built/files.ts";
import { builtFilePath, pageFilePath } from "../pages/page-files.ts";
import type { PageLook, PageSettings } from "../pages/settings.ts";
import { builtPageFile } from "../platform/page-files.ts";
import type { AssetFile } from "../routes/assets.ts";
import { commandLine } from "./command-line.ts";
import { passkeyRemark } from "./passkey-settings.ts";
import { mountPathOf, originOf, publicUrlOf } from "./setting-variables.ts";
import type { Settings } from "./settings.ts";

export const builtPageFiles: readonly AssetFile[] = builtFiles.names.map((name) => ({
  path: builtFilePath(name),
  pattern: pageFilePath("{digest}", name),
  find: builtPageFile(name),
  caching: "immutable",
}));

export function pageSettingsOf(
  settings: Settings,
  deps: Pick<Dependencies, "passwordPolicy" | "returnOrigins">,
  look: PageLook,
): PageSettings {
  const mountPath = mountPathOf(settings);
  const { minLength, maxLength } = deps.passwordPolicy;
  const common = {
    service: settings.SERVICE_NAME,
    mountPath,
    newPassword: { minLength, maxLength },
    hasDocs: settings.DOCS === "on",
  };
  const csrfCookie = settings.DEV_COOKIES === "plain" ? plainCookieName(CSRF_COOKIE) : CSRF_COOKIE;
  const providers = settings.providers.map(({ id, name }) => ({ id, name }));
  return {
    ...common,
    csrfCookie,
    providers,
    look,
    given: {
      ...common,
      csrf: { cookie: csrfCookie, header: CSRF_HEADER },
      waysIn: {
        mailCode: settings.MAIL_LOGIN === "on",
        passkeys: hasPasskeys(settings),
        providers,
      },
      signup: settings.SIGNUP,
      secondFactor: settings.SECOND_FACTOR,
      hasConsole: settings.CONSOLE === "on",
      commands: {
        listKeys: commandLine("keys", "list"),
        rotateKeys: commandLine("keys", "rotate"),
        doctor: commandLine("doctor"),
      },
      hasPages: settings.PAGES === "on",
      privacyUrl: settings.PRIVACY_URL ?? null,
      termsUrl: settings.TERMS_URL ?? null,
      logo: look.logo === undefined ? null : `${mountPath}${look.logo}`,
      returnOrigins: [...deps.returnOrigins],
    },
  };
}

/** On our own pages: an application's may have them where ours do not. */
function hasPasskeys(settings: Settings): boolean {
  const isListed = settings.WEBAUTHN_ORIGINS.has(originOf(settings));
  return isListed && passkeyRemark(URL.parse(publicUrlOf(settings)), {}) === undefined;
}
