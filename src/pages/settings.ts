import type { PasswordBounds } from "../contract/password-policy.ts";
import type { Given } from "./given.ts";

/** Where pages are served. */
export interface MountedPage {
  /** Begins every path that a page leads to or loads, `/auth`; empty at the root. */
  readonly mountPath: string;
}

/** Values of this deployment that pages tell or use. */
export interface PageSettings extends MountedPage {
  readonly newPassword: PasswordBounds;
  /** `/docs` is served: pages link to it. */
  readonly hasDocs: boolean;
  /** SERVICE_NAME: the name people know the application by. */
  readonly service: string;
  /** Name of the cookie with the CSRF proof, which scripts read. */
  readonly csrfCookie: string;
  /** Those that people sign in with, in the order of the setting PROVIDERS. */
  readonly providers: readonly { readonly id: string; readonly name: string }[];
  readonly look: PageLook;
  /** Values for the applications. */
  readonly given: Given;
}

/** Files that this deployment has of its own: paths without the mount path. */
export interface PageLook {
  /** The shades of ACCENT_COLOR. */
  readonly theme: string | undefined;
  /** LOGO. */
  readonly logo: string | undefined;
}
