/** A provider that speaks OpenID Connect. What differs between kinds is in their rules. */
import type {
  ProvidedAddress,
  ProvidedIdentity,
  ProviderFault,
} from "../../domain/ports/providers.ts";
import {
  type OAuthLibrary,
  beginFlow,
  exchangeCode,
  jsonOf,
  loadLibrary,
  transport,
} from "./code-flow.ts";
import { type DiscoverySource, type Metadata, createDiscovery } from "./discovery.ts";
import { type Why, faultFor } from "./faults.ts";
import { createGuardedFetch } from "./guarded-fetch.ts";
import { type JsonObject, isJsonObject, parseJson } from "./json.ts";
import { createProviderKeys } from "./keys.ts";
import { faultOf } from "./library-faults.ts";
import { type ProviderAdapter, type ProviderWorld, describeProvider } from "./provider-adapter.ts";
import type { ProviderOptions } from "./provider-options.ts";

/** The part that differs between kinds of provider. */
export interface OpenIdRules {
  readonly source: DiscoverySource;
  /** The names that a token may give to its issuer, and the one by which identities know it. */
  readonly issuers: ReadonlyMap<string, string>;
  /** Judges claims that are verified, and the key that signed them, beyond what every token is judged by. */
  refuse?(claims: JsonObject, key: JsonObject | undefined): Why | undefined;
  /** The address in a token or in userinfo, and whether the provider vouches for it. */
  address(claims: JsonObject): ProvidedAddress | undefined;
  /** Where the token has no address, userinfo may have one. */
  readonly asksUserInfo: boolean;
}

/** Clocks differ by so much. Seconds; the library allows as much for `exp` and `nbf`. */
const CLOCK_TOLERANCE_SECONDS = 30;
/** A token of the code flow is made for the exchange. An older one was made for another. Seconds. */
const TOKEN_MAX_AGE_SECONDS = 600;
/** OpenID Connect Core 1.0 §2: at most 255 characters. */
const SUBJECT_MAX_LENGTH = 255;

export function createOpenIdConnect(
  options: ProviderOptions,
  rules: OpenIdRules,
  world: ProviderWorld,
): ProviderAdapter {
  const fetch = createGuardedFetch(options.issuer, world.fetch ?? globalThis.fetch);
  const now = () => world.now();
  const tell = (why: string) => world.tell?.({ provider: options.id, why });
  const discover = createDiscovery(rules.source, { fetch, now, tell });
  const keys = createProviderKeys({ fetch, now });
  const client = { client_id: options.clientId };
  const scopes = new Set(["openid", ...options.scopes]);

  return {
    ...describeProvider(options),
    issuers: rules.issuers,

    async warm() {
      await Promise.all([loadLibrary(), discover()]);
    },

    async begin(redirectUri, state) {
      const [oauth, metadata] = await Promise.all([loadLibrary(), discover()]);
      if ("fault" in metadata) return metadata;
      const asked = { clientId: options.clientId, scopes, redirectUri, state, withNonce: true };
      return beginFlow(oauth, metadata, asked);
    },

    async identify(flow, answer) {
      const [oauth, metadata] = await Promise.all([loadLibrary(), discover()]);
      if ("fault" in metadata) return metadata;
      const exchanged = await exchangeCode(oauth, metadata, options, fetch, flow, answer);
      if ("fault" in exchanged) return exchanged;
      const server = serverFor(metadata, rules, exchanged.body["id_token"]);
      const verified = await verify(oauth, server, exchanged.response, flow.nonce);
      if ("fault" in verified) return verified;
      return identityOf(oauth, server, verified.claims, verified.accessToken);
    },
  };

  /** Verifies the ID token as OpenID Connect Core 1.0 §3.1.3.7 says, its signature too: TLS alone proves the host only. */
  async function verify(
    oauth: OAuthLibrary,
    server: OpenIdServer,
    response: Response,
    nonce: string | undefined,
  ): Promise<
    { claims: JsonObject & { sub: string; iss: string }; accessToken: string } | ProviderFault
  > {
    // Without one, the library would demand that the token has none either.
    if (nonce === undefined) return faultFor("token_nonce");
    let tokens, claims;
    try {
      tokens = await oauth.processAuthorizationCodeResponse(server, client, response, {
        expectedNonce: nonce,
        requireIdToken: true,
      });
      claims = oauth.getValidatedIdTokenClaims(tokens);
      if (claims === undefined) return faultFor("token_malformed");
    } catch (error) {
      return faultOf(error, "token_malformed");
    }
    const unsigned = await refuseSignature(oauth, server, response);
    if (unsigned !== undefined) return unsigned;
    const why =
      refuseClaims(claims) ?? rules.refuse?.(claims, keys.find(headerOf(tokens.id_token)?.["kid"]));
    return why ? faultFor(why) : { claims, accessToken: tokens.access_token };
  }

  /** Verifies the signature of the JWT that the library found in a response, by the keys of the provider. */
  async function refuseSignature(
    oauth: OAuthLibrary,
    server: OpenIdServer,
    response: Response,
  ): Promise<ProviderFault | undefined> {
    try {
      const byKeys = transport(oauth, options, keys.fetch);
      await oauth.validateApplicationLevelSignature(server, response, byKeys);
      return undefined;
    } catch (error) {
      return faultOf(error, "token_signature");
    }
  }

  /** Judges the claims that the library does not judge. */
  function refuseClaims(claims: { sub: string; iat: number; azp?: unknown }): Why | undefined {
    const { sub, iat, azp } = claims;
    if (!isSubject(sub)) return "token_sub";
    // Core §3.1.3.7 point 5: where there is one, it is ours, also beside a single audience.
    if (azp !== undefined && azp !== options.clientId) return "token_azp";
    const nowSeconds = now() / 1000;
    const isRecent =
      iat <= nowSeconds + CLOCK_TOLERANCE_SECONDS && iat >= nowSeconds - TOKEN_MAX_AGE_SECONDS;
    return isRecent ? undefined : "token_iat";
  }

  function identityOf(
    oauth: OAuthLibrary,
    server: OpenIdServer,
    claims: JsonObject & { sub: string; iss: string },
    accessToken: string,
  ): ProvidedIdentity | ProviderFault {
    const issuer = rules.issuers.get(claims.iss);
    if (issuer === undefined) return faultFor("token_iss");
    const inToken = rules.address(claims);
    return {
      issuer,
      subject: claims.sub,
      async address() {
        if (inToken !== undefined) return inToken;
        if (!rules.asksUserInfo || server.userinfo_endpoint === undefined) return undefined;
        return addressInUserInfo(oauth, server, accessToken, claims.sub);
      },
    };
  }

  async function addressInUserInfo(
    oauth: OAuthLibrary,
    server: OpenIdServer,
    accessToken: string,
    subject: string,
  ): Promise<ProvidedAddress | undefined | ProviderFault> {
    try {
      const asked = transport(oauth, options, fetch);
      const response = await oauth.userInfoRequest(server, client, accessToken, asked);
      const isSigned = response.headers.get("content-type")?.split(";")[0] === "application/jwt";
      if (response.status === 200 && !isSigned && (await jsonOf(response.clone())) === undefined)
        return faultFor("answer_not_json");
      const info = await oauth.processUserInfoResponse(server, client, subject, response);
      const unsigned = isSigned ? await refuseSignature(oauth, server, response) : undefined;
      return unsigned ?? rules.address(info);
    } catch (error) {
      return faultOf(error, "userinfo_sub");
    }
  }
}

/** A provider as the library meets it. */
interface OpenIdServer extends Omit<Metadata, "secretIn"> {
  readonly [other: string]: string | string[] | boolean | undefined;
}

/**
 * The server whose token this may be: of the issuers that the operator allows, the one that the token names. The token
 * is not believed here. It only chooses the name that the library then compares with the verified claim, so that one
 * outside of the list is refused as a wrong `iss` is.
 */
function serverFor(metadata: Metadata, rules: OpenIdRules, idToken: unknown): OpenIdServer {
  const named = typeof idToken === "string" ? partOf(idToken, 1)?.["iss"] : undefined;
  const isAllowed = typeof named === "string" && rules.issuers.has(named);
  const [first = metadata.issuer] = rules.issuers.keys();
  const issuer = isAllowed ? named : first;
  const servers = serversOf.get(metadata) ?? new Map<string, OpenIdServer>();
  serversOf.set(metadata, servers);
  const known = servers.get(issuer);
  if (known !== undefined) return known;
  const { secretIn: _, ...published } = metadata;
  const server: OpenIdServer = { ...published, issuer };
  servers.set(issuer, server);
  return server;
}

/** The library keeps keys by the server object, so each is made once. */
const serversOf = new WeakMap<Metadata, Map<string, OpenIdServer>>();

function headerOf(idToken: string | undefined): JsonObject | undefined {
  return idToken === undefined ? undefined : partOf(idToken, 0);
}

/** One part of a JWT, unverified. Undefined where it cannot be read. */
function partOf(token: string, index: 0 | 1): JsonObject | undefined {
  const part = parseJson(Buffer.from(token.split(".")[index] ?? "", "base64url").toString());
  return isJsonObject(part) ? part : undefined;
}

/**
 * Control characters would spoil what shows a subject. A lone surrogate is stored as another character, so that two
 * subjects would become one.
 */
function isSubject(sub: string): boolean {
  return (
    sub.length > 0 && sub.length <= SUBJECT_MAX_LENGTH && sub.isWellFormed() && !/\p{Cc}/u.test(sub)
  );
}
