/** Flows of the fake server that lead to a provider and back. Each ends once, for its provider and for whoever began it. */
import { linkStatePrefix } from "../generated/provider-return.ts";
import type { components } from "../generated/schema.ts";
import { normalEmail } from "./accounts.ts";
import { notGood, started } from "./answers.ts";
import type { Call } from "./calls.ts";
import type { Challenge } from "./challenges.ts";
import { authorizationUrlOf, type FakePerson, type KnownProvider } from "./fake-provider.ts";
import { newSecret, type ProviderFlow, type Session } from "./rows.ts";

type Starting = Pick<
  Call<"startProviderLogin" | "startProviderLink">,
  "input" | "accounts" | "settings" | "origin" | "now"
>;

/** Begins a flow, of a sign-in or of a session that is to get a link. */
export function beginFlow(
  { input, accounts, settings, origin, now }: Starting,
  provider: KnownProvider,
  session?: Session,
): components["schemas"]["ProviderRedirect"] | { readonly problem: "return_not_allowed" } {
  const ownPage = `${origin}/login/providers/${provider.id}/callback`;
  const { redirectUri = ownPage } = input;
  const returnTo =
    input.returnTo === undefined
      ? null
      : allowedReturn([origin, ...settings.corsOrigins], input.returnTo);
  const isKnown = redirectUri === ownPage || provider.redirects.has(redirectUri);
  if (returnTo === undefined || !isKnown) return { problem: "return_not_allowed" };
  const state = (session ? linkStatePrefix : "") + newSecret();
  const flow: ProviderFlow = { provider: provider.id, state, returnTo };
  const challenge = accounts.challenges.begin(
    session
      ? { purpose: "provider_link", account: session.account, session, email: "", flow }
      : { purpose: "provider_login", email: "", flow },
    now,
  );
  const authorizationUrl = authorizationUrlOf(provider, redirectUri, state);
  return { authorizationUrl, ...started(challenge, now) };
}

/** The page to go on to, as a browser reads it; undefined where its origin is none of these. */
function allowedReturn(origins: readonly string[], returnTo: string): string | undefined {
  if (!URL.canParse(returnTo)) return undefined;
  const url = new URL(returnTo);
  const isOurs = origins.includes(url.origin) && url.username === "" && url.password === "";
  return isOurs ? url.href : undefined;
}

type Ending = Pick<
  Call<"completeProviderLogin" | "completeProviderLink">,
  "input" | "accounts" | "challengeCookie" | "now"
>;

interface EndedFlow {
  readonly person: FakePerson;
  readonly returnTo: string | null;
}
type FlowFailure =
  | { readonly problem: "invalid_challenge" | "provider_unavailable" }
  | { readonly problem: "provider_denied"; readonly reason: "denied" | "invalid_answer" };

/** Ends a flow: the person who signed in there. A wrong state or issuer ends nothing. */
export function endFlow(
  call: Ending,
  provider: KnownProvider,
  session?: Session,
): EndedFlow | FlowFailure {
  const { input, accounts } = call;
  const found = findFlow(call, provider, session);
  if (found === undefined) return notGood;
  accounts.challenges.spend(found.challenge);
  if ("error" in input)
    return TEMPORARY.has(input.error)
      ? { problem: "provider_unavailable" }
      : { problem: "provider_denied", reason: "denied" };
  const approval = provider.codes.get(input.code);
  provider.codes.delete(input.code);
  // A code of another flow: the verifier does not fit (RFC 7636 §4.6).
  if (approval?.state !== input.state)
    return { problem: "provider_denied", reason: "invalid_answer" };
  return { person: approval.person, returnTo: found.flow.returnTo };
}

/** Errors by which a provider says that it cannot answer now (RFC 6749 §4.1.2.1). */
const TEMPORARY: ReadonlySet<string> = new Set(["server_error", "temporarily_unavailable"]);

/** The flow behind the handle, if all else is as it began. Two tabs share the cookie: the body comes first. */
function findFlow(
  { input, accounts, challengeCookie, now }: Ending,
  provider: KnownProvider,
  session: Session | undefined,
): { readonly challenge: Challenge; readonly flow: ProviderFlow } | undefined {
  const { challengeToken = challengeCookie, state, iss } = input;
  if (challengeToken === undefined) return undefined;
  const purpose = session ? "provider_link" : "provider_login";
  const challenge = accounts.challenges.findByHandle(purpose, challengeToken, now);
  const { flow } = challenge ?? {};
  if (challenge === undefined || flow === undefined || challenge.session !== session)
    return undefined;
  // All of the fake's providers promise it (RFC 9207 §2.4).
  const isIssuer = iss === provider.issuer;
  return flow.provider === provider.id && flow.state === state && isIssuer
    ? { challenge, flow }
    : undefined;
}

/** The address of a person, as accounts have it; undefined where there is none. */
export function addressOf({ email }: FakePerson): string | undefined {
  const address = normalEmail(email ?? "");
  return /^[^@\s]+@[^@\s]+$/.test(address) ? address : undefined;
}
