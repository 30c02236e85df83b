/** A provider as the settings name it. */
import type { Provider } from "../../domain/ports/providers.ts";

export interface ProviderOptions extends Pick<
  Provider,
  "id" | "name" | "kind" | "makesAccounts" | "linking" | "redirectUri" | "otherRedirectUris"
> {
  /**
   * The provider's own name for itself, compared as it stands (FD-05). Of kind microsoft: the URL before the tenant,
   * `https://login.microsoftonline.com`; of kind github: the site, `https://github.com`.
   */
  readonly issuer: string;
  /** Other names by which its discovery and its tokens may call it. Of the kinds oidc and google. */
  readonly issuerAliases: ReadonlySet<string>;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scopes: readonly string[];
  /** Of kind microsoft: the tenants whose people may sign in, as GUIDs in lower case. At least one. */
  readonly tenants: ReadonlySet<string>;
}
