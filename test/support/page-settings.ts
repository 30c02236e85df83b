/** Settings of pages, for tests that build them without a server. */
import { CSRF_COOKIE } from "../../src/contract/cookies.ts";
import { CSRF_HEADER } from "../../src/contract/security.ts";
import type { PageSettings } from "../../src/pages/settings.ts";

type Chosen = Partial<
  Pick<PageSettings, "service" | "mountPath" | "newPassword" | "hasDocs" | "providers">
>;

export function pageSettings({
  service = "Portcullis",
  mountPath = "",
  newPassword = { minLength: 15, maxLength: 256 },
  hasDocs = true,
  providers = [],
}: Chosen = {}): PageSettings {
  const common = { service, mountPath, newPassword, hasDocs };
  return {
    ...common,
    csrfCookie: CSRF_COOKIE,
    providers,
    look: { theme: undefined, logo: undefined },
    given: {
      ...common,
      csrf: { cookie: CSRF_COOKIE, header: CSRF_HEADER },
      waysIn: { mailCode: true, passkeys: true, providers },
      signup: "open",
      secondFactor: "optional",
      hasConsole: true,
      commands: {
        listKeys: "npm run keys -- list",
        rotateKeys: "npm run keys -- rotate",
        doctor: "npm run doctor",
      },
      hasPages: true,
      privacyUrl: null,
      termsUrl: null,
      logo: null,
      returnOrigins: ["https://auth.example.com"],
    },
  };
}
