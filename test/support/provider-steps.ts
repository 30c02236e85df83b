/** The steps of somebody who signs in with a provider, on a server, by the plain operations of the SDK. */
import { uuidv7 } from "uuidv7";
import { dataOf, freshEmail, type TestClient } from "./clients.ts";
import { PROVIDER_CLIENT, type TestProvider } from "./provider.ts";

/** As the examples of the document have it: what they ask for is there. */
export const PROVIDER_ID = "google";
/** The origin in the examples of the document. */
export const RETURN_ORIGIN = "https://app.example.com";

/** Settings of a server that has the provider. `more`: by the end of their names. */
export function providerSettings(
  { issuer }: Pick<TestProvider, "issuer">,
  more: Readonly<Record<string, string>> = {},
): Record<string, string> {
  return {
    PROVIDERS: PROVIDER_ID,
    CORS_ORIGINS: RETURN_ORIGIN,
    ...variablesOf(PROVIDER_ID, issuer, { KIND: "oidc", NAME: "Acme", ...more }),
  };
}

/** The variables of one provider, at which every server here is the same client. */
export function variablesOf(
  id: string,
  issuer: string,
  more: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const { clientId: CLIENT_ID, clientSecret: CLIENT_SECRET } = PROVIDER_CLIENT;
  const fields = { ISSUER: issuer, CLIENT_ID, CLIENT_SECRET, ...more };
  return Object.fromEntries(
    Object.entries(fields).map(([field, value]) => [
      `PROVIDER_${id.toUpperCase()}_${field}`,
      value,
    ]),
  );
}

/** Somebody new sits in front of the provider. Answers the address that it vouches for. */
export function somebodyAt(
  { person }: TestProvider,
  { email = freshEmail(), verified = true }: { email?: string; verified?: boolean } = {},
): string {
  Object.assign(person, { sub: uuidv7(), email, email_verified: verified });
  return email;
}

export interface StartedAt {
  readonly authorizationUrl: string;
  readonly challengeToken: string;
}

/** The parameters with which the browser comes back once the person has signed in there. */
export function answerOf(provider: TestProvider, { authorizationUrl, challengeToken }: StartedAt) {
  const { searchParams } = provider.approve(authorizationUrl);
  return {
    providerId: PROVIDER_ID,
    challengeToken,
    state: searchParams.get("state") ?? "",
    code: searchParams.get("code") ?? "",
    iss: searchParams.get("iss") ?? undefined,
  };
}

/** Signs in as whoever sits there, as far as the half-login, a collision, or a refusal. */
export async function completeAt(
  api: Pick<TestClient, "startProviderLogin" | "completeProviderLogin">,
  provider: TestProvider,
) {
  const started = dataOf(await api.startProviderLogin({ providerId: PROVIDER_ID }));
  return api.completeProviderLogin(answerOf(provider, started));
}

/** Links whoever sits there to the account that is signed in; answers what came of it. */
export async function linkOver(
  api: Pick<TestClient, "startProviderLink" | "completeProviderLink">,
  provider: TestProvider,
) {
  const started = dataOf(await api.startProviderLink({ providerId: PROVIDER_ID }));
  return api.completeProviderLink(answerOf(provider, started));
}

/** The link token of a sign-in that collided; throws where it did not. */
export function linkTokenOf(result: Awaited<ReturnType<typeof completeAt>>): string {
  if (!result.ok && result.problem?.code === "identity_collision") return result.problem.linkToken;
  throw new Error("Expected a collision");
}
