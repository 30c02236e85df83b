import { PROVIDER_RETRY_SECONDS } from "../contract/provider-values.ts";
import {
  claimIdentity,
  completeProviderLink,
  removeIdentity,
  startProviderLink,
} from "../domain/identities.ts";
import type { Dependencies } from "../domain/ports/dependencies.ts";
import type { Identity } from "../domain/ports/identities.ts";
import {
  beginFlow,
  type FlowFailure,
  type FlowStarted,
  type ProviderUnavailable,
} from "../domain/provider-flows.ts";
import { completeProviderLogin, type ProviderLoginOutcome } from "../domain/provider-logins.ts";
import { challengeCookie, clearedChallengeCookie } from "./cookies.ts";
import type { Handlers } from "./handler.ts";
import { instantOf } from "./instants.ts";
import { presentPending } from "./sessions.ts";

export function createProviderHandlers(
  deps: Dependencies,
): Pick<
  Handlers,
  | "listProviders"
  | "startProviderLogin"
  | "completeProviderLogin"
  | "listMyIdentities"
  | "listUserIdentities"
  | "startProviderLink"
  | "completeProviderLink"
  | "claimIdentity"
  | "removeMyIdentity"
> {
  const { storage, providers } = deps;
  const items = [...providers.values()].map(({ id, name, kind }) => ({ id, name, kind }));
  return {
    listProviders: () => ({ status: 200, body: { items } }),
    async startProviderLogin({ input, occasion }) {
      const provider = providers.get(input.params.providerId);
      if (provider === undefined) return { problem: "not_found" };
      const { returnTo, redirectUri } = input.body;
      const begun = await beginFlow(deps, occasion, { provider, returnTo, redirectUri });
      return presentStart(begun);
    },
    async completeProviderLogin({ input, occasion, readChallengeToken, readDeviceSecrets }) {
      const provider = providers.get(input.params.providerId);
      if (provider === undefined) return { problem: "not_found" };
      const answer = {
        ...answerOf(input.body, readChallengeToken),
        deviceSecrets: readDeviceSecrets(),
      };
      const outcome = await completeProviderLogin(deps, occasion, provider, answer);
      if ("failure" in outcome) return presentLoginFailure(outcome);
      const body = { ...presentPending(outcome.pending), returnTo: outcome.returnTo };
      return { status: 200, body, setCookies: [clearedChallengeCookie] };
    },
    async listMyIdentities({ caller }) {
      const identities = await storage.identities.list(caller.user.id);
      return { status: 200, body: { items: identities.map(presentIdentity) } };
    },
    async listUserIdentities({ input }) {
      const { userId } = input.params;
      if ((await storage.users.find(userId)) === undefined) return { problem: "not_found" };
      const identities = await storage.identities.list(userId);
      return { status: 200, body: { items: identities.map(presentIdentity) } };
    },
    async startProviderLink({ input, caller, occasion }) {
      const provider = providers.get(input.params.providerId);
      if (provider === undefined) return { problem: "not_found" };
      const { returnTo, redirectUri } = input.body;
      const flow = { provider, returnTo, redirectUri };
      const begun = await startProviderLink(deps, occasion, caller, flow);
      return begun === "identity_taken" ? { problem: begun } : presentStart(begun);
    },
    async completeProviderLink({ input, caller, occasion, readChallengeToken }) {
      const provider = providers.get(input.params.providerId);
      if (provider === undefined) return { problem: "not_found" };
      const answer = answerOf(input.body, readChallengeToken);
      const outcome = await completeProviderLink(deps, occasion, caller, provider, answer);
      if ("failure" in outcome)
        return outcome.failure === "identity_taken"
          ? { problem: outcome.failure }
          : presentFailure(outcome);
      const body = presentIdentity(outcome.identity);
      return { status: 201, body, setCookies: [clearedChallengeCookie] };
    },
    async claimIdentity({ input, caller, occasion }) {
      const outcome = await claimIdentity(deps, occasion, caller, input.body.linkToken);
      if ("failure" in outcome) return { problem: outcome.failure };
      return { status: 201, body: presentIdentity(outcome.identity) };
    },
    async removeMyIdentity({ input, caller, occasion, callerDevice }) {
      const owner = { ...caller, device: await callerDevice() };
      const outcome = await removeIdentity(deps, occasion, owner, input.params.identityId);
      return outcome === "removed" ? { status: 204 } : { problem: outcome };
    },
  };
}

function presentStart(begun: FlowStarted | "return_not_allowed" | ProviderUnavailable) {
  if (typeof begun === "string") return { problem: begun } as const;
  if ("failure" in begun)
    return { problem: begun.failure, retryAfterSeconds: PROVIDER_RETRY_SECONDS } as const;
  const { challengeToken, expiresInSeconds } = begun;
  const setCookies = [challengeCookie(challengeToken, expiresInSeconds)];
  return { status: 200, body: begun, setCookies } as const;
}

/** The failure of a flow as a problem, with the fields that some have. */
function presentFailure(outcome: FlowFailure) {
  switch (outcome.failure) {
    case "provider_unavailable":
      return { problem: outcome.failure, retryAfterSeconds: PROVIDER_RETRY_SECONDS } as const;
    case "provider_denied":
      return { problem: outcome.failure, reason: outcome.reason } as const;
    case "invalid_challenge":
      return { problem: outcome.failure } as const;
  }
}

function presentLoginFailure(outcome: Extract<ProviderLoginOutcome, { failure: string }>) {
  switch (outcome.failure) {
    case "identity_collision":
      return {
        problem: outcome.failure,
        linkToken: outcome.linkToken,
        returnTo: outcome.returnTo,
      } as const;
    case "provider_email_unverified":
    case "signup_closed":
    case "email_taken":
    case "identity_taken":
      return { problem: outcome.failure } as const;
    case "provider_unavailable":
    case "provider_denied":
    case "invalid_challenge":
      return presentFailure(outcome);
  }
}

interface Body {
  readonly state: string;
  readonly iss?: string | undefined;
  readonly challengeToken?: string | undefined;
}

/** Two tabs share the cookie, and the last one to begin has it: the body says more exactly which flow it was. */
function answerOf(
  body: Body & ({ readonly code: string } | { readonly error: string }),
  readChallengeToken: () => string | undefined,
) {
  const { state, iss, challengeToken = readChallengeToken() } = body;
  const came = "code" in body ? { code: body.code } : { error: body.error };
  return { state, iss, challengeToken, came };
}

function presentIdentity({ id, provider, email, createdAt, lastUsedAt }: Identity) {
  return {
    id,
    provider,
    email,
    createdAt: new Date(createdAt).toISOString(),
    lastUsedAt: instantOf(lastUsedAt),
  };
}
