/** Values of sign-in with a provider, as clients send and get them. */
import { z } from "zod";
import { openEnum } from "./open-enum.ts";

/** Generic OpenID Connect, and the three that differ. */
export const providerKinds = ["oidc", "google", "microsoft", "github"] as const;
export const ProviderKind = openEnum(providerKinds, "For the look of a button.");

/** Longer names have no use in a path. Characters. */
const PROVIDER_ID_MAX_LENGTH = 32;

/** As the setting `PROVIDERS` lists it. */
export const ProviderId = z
  .string()
  .max(PROVIDER_ID_MAX_LENGTH)
  .regex(/^[a-z][a-z0-9-]*$/, {
    error: "Must be the id of a provider: lower-case letters, digits and hyphens",
  })
  .meta({
    id: "ProviderId",
    description: "The id of a provider, as the setting `PROVIDERS` lists it.",
    examples: ["google"],
  });

/** For people. Characters. */
export const PROVIDER_NAME_MAX_LENGTH = 64;
