/** Learns what a provider is from the document that it publishes (OpenID Connect Discovery 1.0). */
import type { PROVIDER_RETRY_SECONDS } from "../../contract/provider-values.ts";
import type { ProviderFault } from "../../domain/ports/providers.ts";
import { AnswerRefused, faultFor } from "./faults.ts";
import { type GuardedFetch, demandSecure } from "./guarded-fetch.ts";
import { type JsonObject, isJsonObject, parseJson } from "./json.ts";
import { faultOf } from "./library-faults.ts";

/** As long as a document is taken for what the provider is. Keys have their own time. Milliseconds. */
const DISCOVERY_FRESH_MS = 3_600_000;
/** A failure is not tried again before: a provider that is down costs a start nothing, and is not flooded. */
const RETRY_SECONDS: typeof PROVIDER_RETRY_SECONDS = 10;

/** The part of the document that sign-in uses, judged. */
export interface Metadata {
  readonly issuer: string;
  readonly authorization_endpoint: string;
  readonly token_endpoint: string;
  readonly jwks_uri: string;
  readonly userinfo_endpoint?: string;
  readonly id_token_signing_alg_values_supported?: string[];
  readonly userinfo_signing_alg_values_supported?: string[];
  readonly authorization_response_iss_parameter_supported: boolean;
  /** Of the two ways to send the secret, the one that it takes. */
  readonly secretIn: "body" | "header";
}

/** Where the document is, and the names that it may give to its provider. */
export interface DiscoverySource {
  /** The issuer's URL. Endpoints may be plain only where this is. */
  readonly url: string;
  readonly names: ReadonlySet<string>;
}

export interface DiscoveryWorld {
  readonly fetch: GuardedFetch;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Called once each time that the provider becomes one whose document cannot be had. */
  tell(why: string): void;
}

/**
 * Makes what asks for the document: at the first call, once an hour after it, and never twice at once. Where asking
 * again fails, the last good one is kept; where there is none, the failure is answered for ten seconds.
 */
export function createDiscovery(source: DiscoverySource, world: DiscoveryWorld) {
  let held: { metadata: Metadata; at: number } | undefined;
  let failed: { fault: ProviderFault; at: number } | undefined;
  let pending: Promise<Metadata | ProviderFault> | undefined;
  return (): Promise<Metadata | ProviderFault> => {
    if (held && world.now() - held.at < DISCOVERY_FRESH_MS) return Promise.resolve(held.metadata);
    if (failed && world.now() - failed.at < RETRY_SECONDS * 1000)
      return Promise.resolve(held?.metadata ?? failed.fault);
    return (pending ??= ask().finally(() => (pending = undefined)));
  };

  async function ask(): Promise<Metadata | ProviderFault> {
    const found = await discover(source, world.fetch);
    if ("fault" in found) {
      if (failed === undefined) world.tell(found.why);
      failed = { fault: found, at: world.now() };
      return held?.metadata ?? found;
    }
    failed = undefined;
    held = { metadata: isSame(held?.metadata, found) ? held.metadata : found, at: world.now() };
    return held.metadata;
  }
}

async function discover(
  source: DiscoverySource,
  fetch: GuardedFetch,
): Promise<Metadata | ProviderFault> {
  // Discovery 1.0 §4: a slash at the end of the issuer is left out, before the path is added.
  const url = `${source.url.replace(/\/$/, "")}/.well-known/openid-configuration`;
  try {
    const response = await fetch(url, { method: "GET", headers: { accept: "application/json" } });
    if (response.status !== 200) return faultFor("answer_status");
    const document = parseJson(await response.text());
    if (!isJsonObject(document)) return faultFor("answer_not_json");
    return judge(document, source);
  } catch (error) {
    return faultOf(error, "unexpected");
  }
}

function judge(document: JsonObject, source: DiscoverySource): Metadata | ProviderFault {
  const { issuer, code_challenge_methods_supported: challenges } = document;
  // As strings: a URL that is only the same when it is normalised is another name (Discovery 1.0 §4.3; FD-05).
  if (typeof issuer !== "string" || !source.names.has(issuer)) return faultFor("discovery_issuer");
  // Where nothing is listed, PKCE is sent all the same: who does not know it, ignores it (RFC 7636 §5).
  if (challenges !== undefined && !stringsOf(challenges)?.includes("S256"))
    return faultFor("discovery_without_s256");
  const authorization_endpoint = endpoint("authorization_endpoint");
  const token_endpoint = endpoint("token_endpoint");
  const jwks_uri = endpoint("jwks_uri");
  const algorithms = stringsOf(document["id_token_signing_alg_values_supported"]);
  const userInfoAlgorithms = stringsOf(document["userinfo_signing_alg_values_supported"]);
  const secrets = stringsOf(document["token_endpoint_auth_methods_supported"]);
  const onlyHeader =
    secrets?.includes("client_secret_basic") && !secrets.includes("client_secret_post");
  return {
    issuer,
    authorization_endpoint,
    token_endpoint,
    jwks_uri,
    ...(document["userinfo_endpoint"] !== undefined && {
      userinfo_endpoint: endpoint("userinfo_endpoint"),
    }),
    ...(algorithms && { id_token_signing_alg_values_supported: algorithms }),
    ...(userInfoAlgorithms && { userinfo_signing_alg_values_supported: userInfoAlgorithms }),
    authorization_response_iss_parameter_supported:
      document["authorization_response_iss_parameter_supported"] === true,
    secretIn: onlyHeader ? "header" : "body",
  };

  function endpoint(name: string): string {
    const url = document[name];
    // RFC 6749 §3.1, §3.2: without a fragment.
    if (typeof url !== "string" || url.includes("#")) throw new AnswerRefused("discovery_endpoint");
    demandSecure(url, source.url);
    return url;
  }
}

function stringsOf(value: unknown): string[] | undefined {
  return Array.isArray(value) ? value.filter((each) => typeof each === "string") : undefined;
}

function isSame(one: Metadata | undefined, other: Metadata): one is Metadata {
  return JSON.stringify(one) === JSON.stringify(other);
}
