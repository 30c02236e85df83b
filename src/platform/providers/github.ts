/** GitHub, on github.com and on servers of one's own: OAuth 2 without OpenID Connect. What differs is in docs.github.com. */
import type { ProvidedAddress, ProviderFault } from "../../domain/ports/providers.ts";
import { type FlowServer, beginFlow, exchangeCode, loadLibrary } from "./code-flow.ts";
import { claimedAddress } from "./claimed-address.ts";
import { faultFor } from "./faults.ts";
import { createGuardedFetch } from "./guarded-fetch.ts";
import { isJsonObject, parseJson } from "./json.ts";
import { faultOf } from "./library-faults.ts";
import { type ProviderAdapter, type ProviderWorld, describeProvider } from "./provider-adapter.ts";
import type { ProviderOptions } from "./provider-options.ts";

/** "API versions": the newest that every supported server knows. */
const API_VERSION = "2022-11-28";

export function createGitHub(options: ProviderOptions, world: ProviderWorld): ProviderAdapter {
  const { issuer } = options;
  const fetch = createGuardedFetch(issuer, world.fetch ?? globalThis.fetch);
  const server = serverOf(issuer);
  const api = apiOf(issuer);

  return {
    ...describeProvider(options),
    issuers: new Map([[issuer, issuer]]),

    async warm() {
      await loadLibrary();
    },

    async begin(redirectUri, state) {
      const { clientId, scopes } = options;
      const asked = { clientId, scopes, redirectUri, state, withNonce: false };
      return beginFlow(await loadLibrary(), server, asked);
    },

    async identify(flow, answer) {
      const oauth = await loadLibrary();
      const exchanged = await exchangeCode(oauth, server, options, fetch, flow, answer);
      if ("fault" in exchanged) return exchanged;
      const { access_token: token, token_type: type } = exchanged.body;
      if (typeof token !== "string" || token === "" || String(type).toLowerCase() !== "bearer")
        return faultFor("answer_malformed");
      const user = await ask("/user", token);
      if ("fault" in user) return user;
      if (user.status !== 200) return faultFor("access_refused");
      // A login can be given up and taken by somebody else; the number stays.
      const id = isJsonObject(user.body) ? user.body["id"] : undefined;
      if (typeof id !== "number" || !Number.isSafeInteger(id) || id <= 0)
        return faultFor("user_malformed");
      return { issuer, subject: String(id), address: () => address(token) };
    },
  };

  /**
   * The address that is primary and verified, from the list (FD-10). The one of `/user` is what the person shows, and
   * need not be proved.
   */
  async function address(token: string): Promise<ProvidedAddress | undefined | ProviderFault> {
    // "Pagination": 30 a page unless more are asked for, 100 at most.
    const listed = await ask("/user/emails?per_page=100", token);
    if ("fault" in listed) return listed;
    // "Scopes for OAuth apps": a person may grant fewer than were asked for. Then there is no list.
    if (listed.status === 403 || listed.status === 404) return undefined;
    if (listed.status !== 200) return faultFor("access_refused");
    if (!Array.isArray(listed.body)) return faultFor("user_malformed");
    const primary = listed.body
      .filter(isJsonObject)
      .find((each) => each["primary"] === true && each["verified"] === true);
    return primary && claimedAddress(primary, true);
  }

  async function ask(
    path: string,
    token: string,
  ): Promise<{ status: number; body: unknown } | ProviderFault> {
    const headers = {
      accept: "application/vnd.github+json",
      authorization: `Bearer ${token}`,
      "user-agent": "portcullis", // "Getting started with the REST API": refused without one
      "x-github-api-version": API_VERSION,
    };
    try {
      const response = await fetch(`${api}${path}`, { method: "GET", headers });
      const body = parseJson(await response.text());
      return body === undefined ? faultFor("answer_not_json") : { status: response.status, body };
    } catch (error) {
      return faultOf(error, "user_malformed");
    }
  }
}

/** "Authorizing OAuth apps", "GitHub authentication discovery endpoints": the issuer has the path of the flow in it. */
function serverOf(issuer: string): FlowServer {
  return {
    issuer: `${issuer}/login/oauth`,
    authorization_endpoint: `${issuer}/login/oauth/authorize`,
    token_endpoint: `${issuer}/login/oauth/access_token`,
    authorization_response_iss_parameter_supported: false,
    secretIn: "body",
  };
}

/** "Getting started with the REST API": of github.com, of a company's `ghe.com`, and of a server of one's own. */
function apiOf(issuer: string): string {
  const { protocol, host, hostname } = new URL(issuer);
  const isHosted = hostname === "github.com" || hostname.endsWith(".ghe.com");
  return isHosted ? `${protocol}//api.${host}` : `${issuer}/api/v3`;
}
