/** Makes the provider of one entry of the settings. */
import { generic } from "./generic.ts";
import { createGitHub } from "./github.ts";
import { google } from "./google.ts";
import { microsoft } from "./microsoft.ts";
import { createOpenIdConnect } from "./openid-connect.ts";
import type { ProviderAdapter, ProviderWorld } from "./provider-adapter.ts";
import type { ProviderOptions } from "./provider-options.ts";

/** Asks nothing and loads nothing yet: a provider that is away does not stop a start. */
export function createProvider(options: ProviderOptions, world: ProviderWorld): ProviderAdapter {
  switch (options.kind) {
    case "oidc":
      return createOpenIdConnect(options, generic(options), world);
    case "google":
      return createOpenIdConnect(options, google(options), world);
    case "microsoft":
      return createOpenIdConnect(options, microsoft(options), world);
    case "github":
      return createGitHub(options, world);
  }
}
