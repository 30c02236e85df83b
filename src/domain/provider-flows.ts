/**
 * Flows that lead to a provider and back. One is a challenge: whoever began it holds its handle, and what its end needs
 * is sealed in it. It ends once, for its provider alone; a wrong `state` or `iss` ends nothing (FD-01 to FD-03).
 */
import type { EventFields } from "../contract/events.ts";
import type { LINK_STATE_PREFIX } from "../contract/provider-state.ts";
import { readReturnUrl } from "../contract/return-to.ts";
import { notGood, openSealed, prepareChallenge, saveOfSession } from "./challenges.ts";
import { commit, type Uses } from "./change.ts";
import type { Challenge } from "./ports/challenges.ts";
import type { Journal, Occasion } from "./ports/events.ts";
import type { ProvidedIdentity, Provider, KeptFlow } from "./ports/providers.ts";
import type { Session } from "./ports/sessions.ts";
import { hashSecret, isSameSecret, newSecret } from "./secrets.ts";

/** Another prefix than the contract's does not compile. */
const LINK_PREFIX: typeof LINK_STATE_PREFIX = "link.";

export interface FlowRequest {
  readonly provider: Provider;
  readonly returnTo: string | undefined;
  /** Instead of our own page. */
  readonly redirectUri: string | undefined;
  /** The session that is to get the link; undefined for a sign-in. */
  readonly session?: Pick<Session, "id" | "userId"> | undefined;
}

export interface FlowStarted {
  readonly authorizationUrl: string;
  readonly challengeToken: string;
  readonly expiresInSeconds: number;
}

type FlowUses = Journal & Uses<"secretKeys" | "lifetimes" | "returnOrigins">;

/** Begins a flow. Nothing is stored where the provider does not answer. */
export async function beginFlow(
  deps: FlowUses,
  occasion: Occasion,
  { provider, returnTo, redirectUri = provider.redirectUri, session }: FlowRequest,
): Promise<FlowStarted | "return_not_allowed" | ProviderUnavailable> {
  const destination = returnTo === undefined ? null : readReturnUrl(returnTo, deps.returnOrigins);
  const isKnown =
    redirectUri === provider.redirectUri || provider.otherRedirectUris.has(redirectUri);
  if (destination === undefined || !isKnown) return "return_not_allowed";
  const state = session ? LINK_PREFIX + newSecret() : newSecret();
  const begun = await provider.begin(redirectUri, state);
  if ("fault" in begun)
    return letNobodyIn(deps, occasion, { provider, session }, "unavailable", begun.why);
  const { authorizationUrl, ...flow } = begun;
  const kept: SealedFlow = { provider: provider.id, flow, returnTo: destination };
  const { challenge, challengeToken, expiresInSeconds } = prepareChallenge(deps, occasion, {
    purpose: session ? "provider_link" : "provider_login",
    lifetimeSeconds: deps.lifetimes.providerSeconds,
    userId: session?.userId ?? null,
    ...(session && { sessionId: session.id }),
    sealed: kept,
    by: ["handle"],
  });
  await commit(deps, occasion, async (change) => {
    if (session) await saveOfSession(change, session, challenge);
    else await change.stores.challenges.insert(challenge);
  });
  return { authorizationUrl, challengeToken, expiresInSeconds };
}

interface SealedFlow {
  readonly provider: string;
  readonly flow: KeptFlow;
  readonly returnTo: string | null;
}

/** The parameters with which a browser came back, and the handle of whoever began it. */
export interface FlowAnswer {
  readonly challengeToken: string | undefined;
  readonly state: string;
  readonly iss?: string | undefined;
  readonly came: { readonly code: string } | { readonly error: string };
}

export interface ProviderDenied {
  readonly failure: "provider_denied";
  readonly reason: "denied" | "invalid_answer";
}
export interface ProviderUnavailable {
  readonly failure: "provider_unavailable";
}
export type FlowFailure =
  ProviderDenied | ProviderUnavailable | { readonly failure: "invalid_challenge" };

export interface EndedFlow {
  readonly identity: ProvidedIdentity;
  readonly returnTo: string | null;
}

/**
 * Ends a flow: finds it, compares, spends it, and asks the provider who it was. The network comes after what was spent
 * is durable, and outside of every transaction.
 */
export async function endFlow(
  deps: FlowUses,
  occasion: Occasion,
  provider: Provider,
  answer: FlowAnswer,
  session?: Pick<Session, "id" | "userId">,
): Promise<EndedFlow | FlowFailure> {
  const purpose = session ? "provider_link" : "provider_login";
  const found = await findFlow(deps, occasion, purpose, answer);
  const isTheirs =
    found?.kept.provider === provider.id &&
    found.challenge.sessionId === (session?.id ?? null) &&
    (await deps.storage.challenges.spend(purpose, found.challenge.id, occasion.now));
  if (!isTheirs) {
    await notGood(deps, occasion, purpose);
    return { failure: "invalid_challenge" };
  }
  const { flow, returnTo } = found.kept;
  const { came, iss } = answer;
  if ("error" in came) {
    // Never in the provider's own words: whoever made the link may have chosen them.
    const isTemporary = TEMPORARY.has(came.error);
    const reason = isTemporary ? "unavailable" : "denied";
    const why = isTemporary ? "error" : null;
    return letNobodyIn(deps, occasion, { provider, session }, reason, why);
  }
  const identity = await provider.identify(flow, { code: came.code, iss });
  if ("fault" in identity)
    return letNobodyIn(deps, occasion, { provider, session }, identity.fault, identity.why);
  return { identity, returnTo };
}

/** Finds the flow behind the handle, if `state` and `iss` are those it began with. Spends nothing. */
async function findFlow(
  { storage, secretKeys }: Uses<"storage" | "secretKeys">,
  { now }: Occasion,
  purpose: "provider_login" | "provider_link",
  { challengeToken, state, iss }: FlowAnswer,
): Promise<{ readonly challenge: Challenge; readonly kept: SealedFlow } | undefined> {
  if (challengeToken === undefined) return undefined;
  const challenge = await storage.challenges.findByHandle(purpose, hashSecret(challengeToken), now);
  if (challenge === undefined) return undefined;
  const kept = openSealed({ secretKeys }, challenge) as SealedFlow; // sealed above, under the same id
  const { flow } = kept;
  if (!isSameSecret(hashSecret(flow.state), hashSecret(state))) return undefined;
  // RFC 9207 §2.4: an answer of another provider must not be sent to this one.
  const isIssuer = iss === undefined ? !flow.promisesIssuer : iss === flow.issuer;
  return isIssuer ? { challenge, kept } : undefined;
}

/** Errors by which a provider says that it cannot answer now (RFC 6749 §4.1.2.1). All others are a refusal. */
const TEMPORARY: ReadonlySet<string> = new Set(["server_error", "temporarily_unavailable"]);

type Reason = EventFields<"provider_login_failed">["reason"];

/** The failures that callers are told of, by the reason that the log has. */
const failures = {
  denied: { failure: "provider_denied", reason: "denied" },
  token: { failure: "provider_denied", reason: "invalid_answer" },
  unavailable: { failure: "provider_unavailable" },
  email_unverified: { failure: "provider_email_unverified" },
} as const satisfies Record<Reason, object>;

/** Records that the provider led nobody in, and answers what the caller is told of it. */
export async function letNobodyIn<R extends Reason>(
  deps: Journal,
  occasion: Occasion,
  { provider, session }: Pick<FlowRequest, "provider" | "session">,
  reason: R,
  why: string | null,
): Promise<(typeof failures)[R]> {
  const userId = session?.userId ?? null;
  await commit(deps, occasion, ({ record }) =>
    record("provider_login_failed", { provider: provider.id, userId, reason, why }),
  );
  return failures[reason];
}
