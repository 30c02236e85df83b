/**
 * A provider to sign in with, on loopback: OpenID Connect, Microsoft's tenants and GitHub's OAuth 2 on one port. By
 * itself it is strict, as a good one is: a code is used once, the secret, the redirect address and the verifier are
 * compared. Each knob makes it lie in one way.
 */
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { type IncomingMessage, type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import {
  type CryptoKey,
  type JWK,
  type JWTPayload,
  SignJWT,
  exportJWK,
  generateKeyPair,
} from "jose";

export const PROVIDER_CLIENT = {
  clientId: "portcullis-tests",
  clientSecret: "canary-client-secret-of-tests",
} as const;

/** The person at the provider. What is undefined, is not sent. */
export interface ProviderPerson {
  sub: string;
  email: string | undefined;
  email_verified: unknown;
  name: string;
  /** More claims of the ID token: `hd` of Google; `tid`, `xms_edov` of Microsoft. */
  claims: Record<string, unknown>;
  /** GitHub's number and list. */
  id: unknown;
  emails: unknown;
}

export interface SignedToken {
  readonly header: Record<string, unknown>;
  readonly claims: JWTPayload;
}

export interface ProviderKnobs {
  /** The page of the authorization endpoint asks the person, or answers at once. */
  page: "asks" | "approves" | "denies";
  /** Every connection is cut. */
  down: boolean;
  /** Takes an endpoint over, by its path. */
  answers: Record<string, (request: IncomingMessage, response: ServerResponse) => void>;
  metadata: (metadata: Record<string, unknown>) => Record<string, unknown>;
  keys: (keys: JWK[]) => unknown;
  claims: (claims: JWTPayload) => Record<string, unknown>;
  header: (header: Record<string, unknown>) => Record<string, unknown>;
  /** The key that signs, instead of its own. */
  key: CryptoKey | Uint8Array | undefined;
  /** Makes the ID token as it is sent, instead of signing it. */
  idToken: ((token: SignedToken) => string | Promise<string>) | undefined;
  tokenAnswer: (answer: Record<string, unknown>) => unknown;
  userInfo: (answer: Record<string, unknown>) => unknown;
  /** The parameters with which the browser comes back. */
  comesBack: (parameters: URLSearchParams) => URLSearchParams;
}

export interface TestProvider {
  readonly port: number;
  /** `http://127.0.0.1:<port>`: of every kind. */
  readonly issuer: string;
  readonly person: ProviderPerson;
  readonly knobs: ProviderKnobs;
  /** Its own signing key, as it is published. */
  readonly publicKey: JWK;
  /** Requests, by path. */
  hits(path: string): number;
  /** The requests that reached its token endpoint. */
  readonly exchanges: readonly {
    readonly headers: IncomingMessage["headers"];
    readonly parameters: URLSearchParams;
  }[];
  /** Every code and access token that it gave. They may be found nowhere else. */
  readonly secrets: string[];
  /** Signs in there: answers the URL to which the browser comes back. */
  approve(authorizationUrl: string): URL;
  /** Puts person and knobs back, and forgets hits. */
  reset(): void;
  close(): Promise<void>;
}

/** One pair for every provider of a process: making one takes longer than all else here. */
let ownKeys: ReturnType<typeof generateKeyPair> | undefined;

/** Starts it. `port`: a number, to come back where it was after `close`. */
export async function startProvider({ port = 0 }: { port?: number } = {}): Promise<TestProvider> {
  const own = await (ownKeys ??= generateKeyPair("RS256"));
  const publicKey: JWK = {
    ...(await exportJWK(own.publicKey)),
    kid: "key-1",
    alg: "RS256",
    use: "sig",
  };
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const { port: actualPort } = server.address() as AddressInfo; // it listens on TCP
  const issuer = `http://127.0.0.1:${actualPort}`;

  const person = aPerson();
  const knobs = noKnobs();
  const hits = new Map<string, number>();
  const exchanges: { headers: IncomingMessage["headers"]; parameters: URLSearchParams }[] = [];
  const secrets: string[] = [];
  const codes = new Map<string, { parameters: URLSearchParams; tenant: string | undefined }>();
  const accessTokens = new Set<string>();

  return {
    port: actualPort,
    issuer,
    person,
    knobs,
    publicKey,
    hits: (path) => hits.get(path) ?? 0,
    exchanges,
    secrets,
    approve(authorizationUrl) {
      const { pathname, searchParams } = new URL(authorizationUrl);
      return comeBack(searchParams, "approves", tenantIn(pathname));
    },
    reset() {
      Object.assign(person, aPerson());
      Object.assign(knobs, noKnobs());
      hits.clear();
      exchanges.length = 0;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };

  async function answer(request: IncomingMessage, response: ServerResponse) {
    const { pathname, searchParams } = new URL(request.url ?? "/", issuer);
    hits.set(pathname, (hits.get(pathname) ?? 0) + 1);
    if (knobs.down) return void request.socket.destroy();
    const parameters = new URLSearchParams(request.method === "POST" ? await textOf(request) : "");
    const isExchange = pathname === "/token" || pathname === "/login/oauth/access_token";
    if (isExchange) exchanges.push({ headers: request.headers, parameters });
    const instead = knobs.answers[pathname];
    if (instead) return void instead(request, response);

    const metadataOf = /^(?:\/([^/]+)\/v2\.0)?\/\.well-known\/openid-configuration$/.exec(pathname);
    if (metadataOf) return void json(response, knobs.metadata(metadata(metadataOf[1])));
    if (pathname.endsWith("/authorize")) return void authorize(pathname, searchParams, response);
    if (pathname === "/keys") return void json(response, knobs.keys([publicKey]));
    if (pathname === "/token") return token(parameters, response, request);
    if (pathname === "/login/oauth/access_token") return void gitHubToken(parameters, response);

    if (!accessTokens.has(String(request.headers.authorization).replace(/^Bearer /, "")))
      return void json(response, { message: "Bad credentials" }, 401);
    if (pathname === "/userinfo") {
      const { sub, email, email_verified, name } = person;
      return void json(response, knobs.userInfo({ sub, email, email_verified, name }));
    }
    if (pathname === "/api/v3/user")
      return void json(
        response,
        knobs.userInfo({ id: person.id, login: "ada", email: "shown@a.test" }),
      );
    if (pathname === "/api/v3/user/emails") return void json(response, person.emails);
    json(response, { message: "Not Found" }, 404);
  }

  /** Of a tenant it is Microsoft's: the issuer has the tenant in it, or a place for one. */
  function metadata(tenant: string | undefined): Record<string, unknown> {
    const many = tenant === "common" || tenant === "organizations";
    const path = tenant === undefined ? "" : `/${tenant}/oauth2/v2.0`;
    return {
      issuer: tenant === undefined ? issuer : `${issuer}/${many ? "{tenantid}" : tenant}/v2.0`,
      authorization_endpoint: `${issuer}${path}/authorize`,
      token_endpoint: `${issuer}/token`,
      jwks_uri: `${issuer}/keys`,
      userinfo_endpoint: `${issuer}/userinfo`,
      response_types_supported: ["code"],
      subject_types_supported: ["public"],
      id_token_signing_alg_values_supported: ["RS256"],
      code_challenge_methods_supported: ["S256"],
      ...(tenant === undefined && { authorization_response_iss_parameter_supported: true }),
    };
  }

  function authorize(pathname: string, parameters: URLSearchParams, response: ServerResponse) {
    if (parameters.get("client_id") !== PROVIDER_CLIENT.clientId)
      return void html(response, "<p>No such client</p>", 400);
    const pressed = parameters.get("decision") ?? knobs.page;
    if (pressed !== "asks") {
      const decision = pressed === "approves" ? pressed : "denies";
      return void redirect(response, comeBack(parameters, decision, tenantIn(pathname)));
    }
    const link = (decision: "approves" | "denies", words: string) => {
      const href = `${pathname}?${parameters}&decision=${decision}`.replaceAll("&", "&amp;");
      return `<a href="${href}">${words}</a>`;
    };
    const links = `${link("approves", "Allow")} ${link("denies", "Refuse")}`;
    html(response, `<h1>The provider</h1><p>${links}</p>`);
  }

  function comeBack(
    parameters: URLSearchParams,
    decision: "approves" | "denies",
    tenant: string | undefined,
  ): URL {
    const back = new URLSearchParams();
    if (decision === "approves") {
      const code = `canary-code-${randomBytes(16).toString("hex")}`;
      codes.set(code, { parameters, tenant });
      secrets.push(code);
      back.set("code", code);
    } else back.set("error", "access_denied");
    back.set("state", parameters.get("state") ?? "");
    // As its metadata promises. GitHub and Microsoft send none.
    if (parameters.has("nonce") && tenant === undefined) back.set("iss", issuer);
    const url = new URL(parameters.get("redirect_uri") ?? "about:blank");
    url.search = knobs.comesBack(back).toString();
    return url;
  }

  /** Refuses what a strict provider refuses (RFC 6749 §4.1.3, RFC 7636 §4.6). Undefined where the code is good. */
  function refusal(parameters: URLSearchParams, request?: IncomingMessage) {
    const begun = codes.get(parameters.get("code") ?? "");
    codes.delete(parameters.get("code") ?? "");
    const [id, secret] = basicOf(request) ?? [
      parameters.get("client_id"),
      parameters.get("client_secret"),
    ];
    const authorized = id === PROVIDER_CLIENT.clientId && secret === PROVIDER_CLIENT.clientSecret;
    if (!authorized) return "invalid_client";
    const challenge = createHash("sha256")
      .update(parameters.get("code_verifier") ?? "")
      .digest("base64url");
    const good =
      begun?.parameters.get("code_challenge") === challenge &&
      begun.parameters.get("code_challenge_method") === "S256" &&
      begun.parameters.get("redirect_uri") === parameters.get("redirect_uri");
    return good ? begun : "invalid_grant";
  }

  async function token(
    parameters: URLSearchParams,
    response: ServerResponse,
    request: IncomingMessage,
  ) {
    const begun = refusal(parameters, request);
    if (typeof begun === "string") return void json(response, { error: begun }, 400);
    const now = Math.floor(Date.now() / 1000);
    const { sub, email, email_verified } = person;
    const { tid = begun.tenant } = person.claims;
    const claims = {
      iss: tid === undefined ? issuer : `${issuer}/${String(tid)}/v2.0`,
      aud: PROVIDER_CLIENT.clientId,
      sub,
      iat: now,
      exp: now + 300,
      nonce: begun.parameters.get("nonce") ?? undefined,
      email,
      email_verified,
      tid,
      ...person.claims,
    };
    const signed = {
      header: knobs.header({ alg: "RS256", kid: "key-1", typ: "JWT" }),
      claims: withoutUndefined(knobs.claims(claims)),
    };
    const id_token = knobs.idToken ? await knobs.idToken(signed) : await sign(signed);
    secrets.push(id_token);
    json(response, knobs.tokenAnswer({ ...bearer(), id_token }));
  }

  function sign({ header, claims }: SignedToken): Promise<string> {
    // A header that the type refuses is what an evil provider sends.
    const protectedHeader = withoutUndefined(header) as { alg: string };
    return new SignJWT(claims)
      .setProtectedHeader(protectedHeader)
      .sign(knobs.key ?? own.privateKey);
  }

  /** GitHub's errors have status 200. */
  function gitHubToken(parameters: URLSearchParams, response: ServerResponse) {
    const begun = refusal(parameters);
    if (begun === "invalid_client")
      return void json(response, { error: "incorrect_client_credentials" });
    if (begun === "invalid_grant") return void json(response, { error: "bad_verification_code" });
    json(response, knobs.tokenAnswer({ ...bearer(), scope: "user:email" }));
  }

  function bearer() {
    const access_token = `canary-access-token-${randomBytes(16).toString("hex")}`;
    accessTokens.add(access_token);
    secrets.push(access_token);
    return { access_token, token_type: "Bearer", expires_in: 300 };
  }
}

/** RFC 6749 §2.3.1: both parts are encoded as in a form, before they are joined. */
function basicOf(request: IncomingMessage | undefined): string[] | undefined {
  const encoded = /^Basic (.+)$/.exec(request?.headers.authorization ?? "")?.[1];
  if (encoded === undefined) return undefined;
  const parts = Buffer.from(encoded, "base64").toString().split(":");
  return parts.map((part) => new URLSearchParams(`part=${part}`).get("part") ?? "");
}

/** Microsoft's, whose every path begins with the tenant. */
function tenantIn(pathname: string): string | undefined {
  return /^\/([^/]+)\/oauth2\/v2\.0\//.exec(pathname)?.[1];
}

function aPerson(): ProviderPerson {
  return {
    sub: "subject-1",
    email: "ada@provider.test",
    email_verified: true,
    name: "Ada",
    claims: {},
    id: 4711,
    emails: [
      { email: "old@provider.test", primary: false, verified: true, visibility: null },
      { email: "ada@provider.test", primary: true, verified: true, visibility: "private" },
    ],
  };
}

function noKnobs(): ProviderKnobs {
  return {
    page: "asks",
    down: false,
    answers: {},
    metadata: (metadata) => metadata,
    keys: (keys) => ({ keys }),
    claims: (claims) => claims,
    header: (header) => header,
    key: undefined,
    idToken: undefined,
    tokenAnswer: (answer) => answer,
    userInfo: (answer) => answer,
    comesBack: (parameters) => parameters,
  };
}

function withoutUndefined<T extends object>(values: T): T {
  // Only members whose value is undefined are gone: to JSON it is the same.
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T;
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  return text;
}

function json(response: ServerResponse, body: unknown, status = 200) {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}

function html(response: ServerResponse, body: string, status = 200) {
  response.writeHead(status, { "content-type": "text/html; charset=utf-8" });
  response.end(`<!doctype html><title>The provider</title>${body}`);
}

function redirect(response: ServerResponse, to: URL) {
  response.writeHead(302, { location: to.href });
  response.end();
}
