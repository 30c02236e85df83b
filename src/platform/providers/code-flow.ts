/** The authorization code flow with PKCE (RFC 6749 §4.1, RFC 7636), the same for every kind of provider. */
import type * as OAuth from "oauth4webapi";
import type {
  KeptFlow,
  ProviderAnswer,
  ProviderFault,
  ProviderFlow,
} from "../../domain/ports/providers.ts";
import { faultFor } from "./faults.ts";
import type { GuardedFetch } from "./guarded-fetch.ts";
import { type JsonObject, isJsonObject, parseJson } from "./json.ts";
import { faultOf, faultOfErrorAnswer } from "./library-faults.ts";
import type { ProviderOptions } from "./provider-options.ts";

export type OAuthLibrary = typeof OAuth;

/** Loads the library at the first call: a server without providers never pays for it. */
export function loadLibrary(): Promise<OAuthLibrary> {
  return import("oauth4webapi");
}

/** A provider as this flow meets it. */
export interface FlowServer {
  readonly issuer: string;
  readonly authorization_endpoint: string;
  readonly token_endpoint: string;
  readonly authorization_response_iss_parameter_supported: boolean;
  readonly secretIn: "body" | "header";
}

/** Makes a flow. Its nonce and verifier have 256 random bits each, as its state has (FD-01). */
export async function beginFlow(
  oauth: OAuthLibrary,
  server: FlowServer,
  asked: {
    clientId: string;
    scopes: Iterable<string>;
    redirectUri: string;
    state: string;
    withNonce: boolean;
  },
): Promise<ProviderFlow> {
  const { state } = asked;
  const verifier = oauth.generateRandomCodeVerifier();
  const nonce = asked.withNonce ? oauth.generateRandomNonce() : undefined;
  const url = new URL(server.authorization_endpoint);
  // Set, not appended: an endpoint that has one of them already must not have two.
  url.searchParams.set("response_type", "code");
  url.searchParams.set("client_id", asked.clientId);
  url.searchParams.set("redirect_uri", asked.redirectUri);
  url.searchParams.set("scope", [...asked.scopes].join(" "));
  url.searchParams.set("state", state);
  if (nonce !== undefined) url.searchParams.set("nonce", nonce);
  url.searchParams.set("code_challenge", await oauth.calculatePKCECodeChallenge(verifier));
  url.searchParams.set("code_challenge_method", "S256");
  return {
    authorizationUrl: url.href,
    state,
    nonce,
    verifier,
    redirectUri: asked.redirectUri,
    issuer: server.issuer,
    promisesIssuer: server.authorization_response_iss_parameter_supported,
  };
}

/**
 * Exchanges the code. Answers the response, for the library to judge, and its body, of which nothing is judged yet but
 * that it is JSON and no error.
 */
export async function exchangeCode(
  oauth: OAuthLibrary,
  server: FlowServer,
  options: ProviderOptions,
  fetch: GuardedFetch,
  flow: KeptFlow,
  { code, iss }: ProviderAnswer,
): Promise<{ response: Response; body: JsonObject } | ProviderFault> {
  const client = { client_id: options.clientId };
  const published = { ...server };
  const authenticate =
    server.secretIn === "header"
      ? oauth.ClientSecretBasic(options.clientSecret)
      : oauth.ClientSecretPost(options.clientSecret);
  const cameBack = new URLSearchParams({ state: flow.state, code });
  if (iss !== undefined) cameBack.set("iss", iss);
  try {
    const response = await oauth.authorizationCodeGrantRequest(
      published,
      client,
      authenticate,
      oauth.validateAuthResponse(published, client, cameBack, flow.state),
      flow.redirectUri,
      flow.verifier,
      transport(oauth, options, fetch),
    );
    // A copy, because the library reads the answer too.
    const body = await jsonOf(response.clone());
    if (body === undefined) return faultFor("answer_not_json");
    if (typeof body["error"] === "string") return faultOfErrorAnswer(body["error"]);
    return response.status === 200 ? { response, body } : faultFor("answer_status");
  } catch (error) {
    return faultOf(error, "answer_malformed");
  }
}

/** Undefined where the body is no object of JSON. */
export async function jsonOf(response: Response): Promise<JsonObject | undefined> {
  const body = parseJson(await response.text());
  return isJsonObject(body) ? body : undefined;
}

/**
 * Has the library ask by our fetch. By itself it refuses plain HTTP; where the issuer itself is plain, our fetch decides,
 * which allows loopback alone.
 */
export function transport<Fetch>(oauth: OAuthLibrary, { issuer }: ProviderOptions, fetch: Fetch) {
  return {
    [oauth.customFetch]: fetch,
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- marked so to stand out; see above
    [oauth.allowInsecureRequests]: issuer.startsWith("http:"),
  };
}
