/** The problems of sign-in with a provider. */
import { z } from "zod";
import type { ProblemDescription } from "./problem-description.ts";
import { retryAfterSeconds } from "./problem-fields.ts";
import { exampleLinkToken, identityLinkToken, keptReturnTo } from "./provider-values.ts";

export const providerProblems = {
  return_not_allowed: {
    status: 400,
    title: "The place to return to is not allowed",
    detail:
      "The page in `returnTo` must be on the origin of PUBLIC_URL or on one in CORS_ORIGINS; `redirectUri` must be exactly one that the provider's setting lists.",
    why: "Whoever is led elsewhere after a sign-in could be led to a page that only looks like yours, and hand it what signs in.",
    remedy:
      "Whoever runs the server puts the page's origin into `CORS_ORIGINS`, or the whole URI into `PROVIDER_<ID>_REDIRECTS`, and starts the server again.",
  },
  provider_denied: {
    status: 403,
    title: "The provider's sign-in let nobody in",
    detail: "The sign-in with the provider ended without letting you in. `reason` says which kind.",
    why: "`denied`: it was cancelled there, or the account here may not sign in now. `invalid_answer`: what the provider answered is not what it must answer, and is not believed.",
    remedy:
      "Begin again, or sign in another way. If `invalid_answer` stays, whoever runs the server finds the event `provider_login_failed` in the log, and what it means in docs/providers.md.",
    fields: { reason: z.enum(["denied", "invalid_answer"]) },
    exampleFields: { reason: "denied" },
  },
  provider_email_unverified: {
    status: 403,
    title: "The provider vouches for no address",
    detail:
      "Nobody here is known by this sign-in, and the provider does not say that its address is yours.",
    why: "An account is made for a proved address alone, so that nobody gets one in the name of somebody else.",
    remedy:
      "Prove your address at the provider and begin again; or sign in another way, and link the provider to your account.",
  },
  identity_collision: {
    status: 409,
    title: "There is an account with this address already",
    detail:
      "Somebody has an account here with the address that the provider vouches for. Sign in to it, then link the provider.",
    why: "An address alone proves no person: it may have had another owner when the account was made. So the account has to say that the provider belongs to it.",
    remedy:
      "Sign in to that account as you did before, second factor included, and send `linkToken` to `claimIdentity` within ten minutes. From then on the provider signs you in.",
    fields: { linkToken: identityLinkToken, returnTo: keptReturnTo },
    exampleFields: { linkToken: exampleLinkToken, returnTo: "https://app.example.com/welcome" },
  },
  identity_taken: {
    status: 409,
    title: "It is linked already",
    detail:
      "It is linked to another account, or this account has somebody else of the same provider.",
    why: "Somebody at a provider signs in to one account, and an account has one of each provider.",
    remedy: "Remove that link first, in the account that has it.",
  },
  provider_unavailable: {
    status: 502,
    title: "The provider does not answer",
    detail:
      "The provider did not answer in time, or not as it must. Other ways to sign in are not affected.",
    why: "A sign-in with a provider needs the provider. It is down, cannot be reached from here, or is not set up as the settings say.",
    remedy:
      "Sign in another way, or wait `retryAfterSeconds` and begin again. Whoever runs the server finds the cause in the log.",
    fields: { retryAfterSeconds },
    exampleFields: { retryAfterSeconds: 10 },
  },
} as const satisfies Record<string, ProblemDescription>;
