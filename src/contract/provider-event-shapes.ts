/** The events of sign-in with a provider. */
import { z } from "zod";
import { nullable, operatorEvent, ownerEvent } from "./event-shape.ts";
import { openEnum } from "./open-enum.ts";
import { ProviderId } from "./provider-values.ts";
import { Id } from "./values.ts";

const userId = "01936f2e-8c00-7b3a-9d51-2f6f0a6c1e43";
const identityId = "01936f2e-8c00-7b3a-9d51-2f6f0a6c1e48";

export const providerEventShapes = {
  identity_linked: ownerEvent({
    about: "userId",
    shown: ["provider", "by"],
    level: "warn",
    summary: "Somebody at a provider signs in to the account from now on.",
    fields: {
      userId: Id,
      identityId: Id,
      provider: ProviderId,
      by: openEnum(
        ["user", "signup", "email_proof", "verified_email", "command"],
        "`user`: its owner, signed in; `signup`: with the account itself; `email_proof`: the address, never proved before, was proved by the provider; `verified_email`: the setting `PROVIDER_<ID>_LINK` is `verified`; `command`: an import.",
      ),
    },
    example: { userId, identityId, provider: "google", by: "user" },
  }),
  identity_removed: ownerEvent({
    about: "userId",
    shown: ["provider", "by"],
    level: "warn",
    summary: "Somebody at a provider signs in to the account no more.",
    fields: {
      userId: Id,
      identityId: Id,
      provider: ProviderId,
      by: openEnum(
        ["user", "email_proof", "email_change_undo"],
        "`email_proof`: the address, never proved before, was proved by its mailbox or by another provider; `email_change_undo`: it had been linked since the change of address that was undone.",
      ),
    },
    example: { userId, identityId, provider: "google", by: "user" },
  }),
  identity_collision: ownerEvent({
    about: "userId",
    shown: ["provider"],
    level: "warn",
    summary:
      "Somebody new signed in with a provider, and the address there is that of this account. They were told to sign in to the account first.",
    fields: { userId: Id, provider: ProviderId },
    example: { userId, provider: "google" },
  }),
  provider_login_failed: operatorEvent({
    about: "userId",
    level: "warn",
    summary:
      "A provider led nobody in. A flow that did not begin here, or has ended, is told as `challenge_failed`; an account that may not sign in, as `login_failed`.",
    fields: {
      provider: ProviderId,
      userId: nullable(Id).meta({ description: "Of a link: whose. Null for a sign-in." }),
      reason: openEnum(
        ["token", "email_unverified", "denied", "unavailable"],
        "`token`: its answer is not what it must be; `email_unverified`: it vouches for no address, and nobody is known by it; `denied`: it, or the person there, refused; `unavailable`: it did not answer.",
      ),
      why: nullable(z.string().max(64)).meta({
        description: "The rule it broke, or what failed, in words of this server.",
      }),
    },
    example: { provider: "google", userId: null, reason: "token", why: "token_nonce" },
  }),
};
