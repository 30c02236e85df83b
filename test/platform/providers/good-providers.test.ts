/** Good providers of each kind: ours, and one that somebody else wrote. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { OAuth2Server } from "oauth2-mock-server";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createProvider } from "../../../src/platform/providers/providers.ts";
import { freePort } from "../../support/free-port.ts";
import { PROVIDER_CLIENT, type TestProvider, startProvider } from "../../support/provider.ts";
import { REDIRECT_URI, TENANT, adapterOf, signIn } from "../../support/provider-flows.ts";

let there: TestProvider;
beforeAll(async () => void (there = await startProvider()));
beforeEach(() => there.reset());
afterAll(() => there.close());

const CONSUMERS = "9188040d-6c67-4c5b-b112-36a304b66dad";
const ANOTHER = "0dd4c4cb-2222-4aaa-8bbb-000000000002";

test("FD-04 a provider that others wrote signs a person in", async () => {
  const server = new OAuth2Server();
  await server.issuer.keys.generate("RS256");
  await server.start(await freePort(), "127.0.0.1");
  server.service.on("beforeTokenSigning", (token: { payload: Record<string, unknown> }) => {
    token.payload["email"] = "ada@provider.test";
    token.payload["email_verified"] = true;
  });
  const issuer = server.issuer.url ?? "";
  const adapter = adapterOf({ issuer });
  const flow = await adapter.begin(adapter.redirectUri, "state");
  if ("fault" in flow) throw new Error(flow.why);
  const went = await fetch(flow.authorizationUrl, { redirect: "manual" });
  const back = new URL(went.headers.get("location") ?? "");
  expect(back.searchParams.get("state")).toBe(flow.state);
  const identity = await adapter.identify(flow, { code: back.searchParams.get("code") ?? "" });
  if ("fault" in identity) throw new Error(identity.why);
  expect(identity).toMatchObject({ issuer, subject: "johndoe" });
  expect(await identity.address()).toEqual({ email: "ada@provider.test", verified: true });
  await server.stop();
});

describe("a flow", () => {
  test("FD-01 has the state it was given, a nonce and a verifier of 256 bits each, and sends the verifier's hash alone", async () => {
    const adapter = adapterOf(there);
    const [one, other] = [
      await adapter.begin(REDIRECT_URI, "state"),
      await adapter.begin(REDIRECT_URI, "state"),
    ];
    if ("fault" in one || "fault" in other) throw new Error("No flow");
    const secrets = [one.nonce, one.verifier, other.nonce, other.verifier];
    expect(new Set(secrets).size).toBe(4);
    for (const secret of secrets) expect(Buffer.from(secret ?? "", "base64url")).toHaveLength(32);
    const { searchParams } = new URL(one.authorizationUrl);
    expect([...searchParams.keys()].sort()).toEqual(
      [...new Set(searchParams.keys())].sort(), // none twice
    );
    expect(Object.fromEntries(searchParams)).toMatchObject({
      response_type: "code",
      client_id: PROVIDER_CLIENT.clientId,
      redirect_uri: REDIRECT_URI,
      scope: "openid email",
      state: "state",
      nonce: one.nonce,
      code_challenge_method: "S256",
    });
    expect(one.authorizationUrl).not.toContain(one.verifier);
    expect(one).toMatchObject({ state: "state", issuer: there.issuer, promisesIssuer: true });
  });

  test("FD-19 begins at an endpoint that brings parameters of its own, and has none of ours twice", async () => {
    there.knobs.metadata = (metadata) => ({
      ...metadata,
      authorization_endpoint: `${there.issuer}/authorize?client_id=evil&state=evil&theme=dark`,
    });
    const flow = await adapterOf(there).begin(REDIRECT_URI, "state");
    if ("fault" in flow) throw new Error(flow.why);
    const { searchParams } = new URL(flow.authorizationUrl);
    expect(searchParams.getAll("client_id")).toEqual([PROVIDER_CLIENT.clientId]);
    expect(searchParams.getAll("state")).toEqual([flow.state]);
    expect(searchParams.getAll("theme")).toEqual(["dark"]);
  });

  test("goes back to an app by the address that was asked for, as it was written", async () => {
    const adapter = adapterOf(there, { redirectUri: "org.example.app:/signed-in" });
    expect(await signIn(there, adapter)).toMatchObject({ identity: { subject: "subject-1" } });
    expect(there.exchanges[0]?.parameters.get("redirect_uri")).toBe("org.example.app:/signed-in");
  });

  test("FD-13 sends the secret in the body, and in the header only where nothing else is taken", async () => {
    const sentIn = async (methods: unknown) => {
      there.reset();
      there.knobs.metadata = (metadata) => ({
        ...metadata,
        token_endpoint_auth_methods_supported: methods,
      });
      expect(await signIn(there, adapterOf(there))).toMatchObject({ fault: undefined });
      const [exchange] = there.exchanges;
      const isInBody = exchange?.parameters.has("client_secret");
      expect(exchange?.headers.authorization !== undefined).toBe(!isInBody);
      return isInBody ? "body" : "header";
    };
    expect(await sentIn(undefined)).toBe("body");
    expect(await sentIn(["client_secret_basic", "client_secret_post"])).toBe("body");
    expect(await sentIn(["private_key_jwt"])).toBe("body");
    expect(await sentIn(["client_secret_basic"])).toBe("header");
  });
});

describe("generic OpenID Connect", () => {
  test("asks for the address only where it is asked for, and where the token has none", async () => {
    const adapter = adapterOf(there);
    const { address } = await signIn(there, adapter);
    expect(address).toEqual({ email: "ada@provider.test", verified: true });
    expect(there.hits("/userinfo")).toBe(0);

    there.knobs.claims = ({ email: _, ...claims }) => claims;
    const flow = await adapter.begin(REDIRECT_URI, "state");
    if ("fault" in flow) throw new Error(flow.why);
    const back = there.approve(flow.authorizationUrl).searchParams;
    const answer = { code: back.get("code") ?? "", iss: back.get("iss") ?? "" };
    const identity = await adapter.identify(flow, answer);
    if ("fault" in identity) throw new Error(identity.why);
    expect(there.hits("/userinfo")).toBe(0);
    expect(await identity.address()).toEqual({ email: "ada@provider.test", verified: true });
    expect(there.hits("/userinfo")).toBe(1);
  });

  test("FD-06 names the issuer as the settings do, by whichever of its names the token calls it", async () => {
    const alias = "https://old-name.provider.test/";
    there.knobs.claims = (claims) => ({ ...claims, iss: alias });
    const issuerAliases = new Set([alias]);
    const { identity } = await signIn(there, adapterOf(there, { issuerAliases }));
    expect(identity).toMatchObject({ issuer: there.issuer, subject: "subject-1" });
  });

  test.each([
    ["", "/realms/a"],
    ["/", "/realms/a/"],
  ])("FD-05 finds the document of an issuer that ends with '%s'", async (_, path) => {
    const issuer = `${there.issuer}${path}`;
    const wellKnown = "/realms/a/.well-known/openid-configuration";
    there.knobs.answers = {
      [wellKnown]: async (_request, response) => {
        const metadata = await fetch(`${there.issuer}/.well-known/openid-configuration`);
        response.writeHead(200, { "content-type": "application/json" });
        response.end(JSON.stringify({ ...((await metadata.json()) as object), issuer }));
      },
    };
    there.knobs.claims = (claims) => ({ ...claims, iss: issuer });
    there.knobs.comesBack = (back) => (back.set("iss", issuer), back);
    const { identity } = await signIn(there, adapterOf({ issuer }));
    expect(identity).toMatchObject({ issuer });
    expect(there.hits(wellKnown)).toBe(1);
  });
});

describe("Microsoft", () => {
  const cases: [string, string[], string, string][] = [
    ["one tenant", [TENANT], TENANT, TENANT],
    ["several tenants", [TENANT, ANOTHER], ANOTHER, "organizations"],
    ["personal accounts alone", [CONSUMERS], CONSUMERS, CONSUMERS],
    ["personal accounts too", [TENANT, CONSUMERS], CONSUMERS, "common"],
  ];
  test.each(cases)("FD-11 signs in people of %s", async (_, tenants, tid, path) => {
    there.person.claims = { tid, xms_edov: true };
    const adapter = adapterOf(there, { kind: "microsoft", tenants: new Set(tenants) });
    const { identity, address } = await signIn(there, adapter);
    // Not login.microsoftonline.com: so it is on every other cloud.
    expect(identity).toMatchObject({ issuer: `${there.issuer}/${tid}/v2.0`, subject: "subject-1" });
    expect(address).toEqual({ email: "ada@provider.test", verified: true });
    expect(there.hits(`/${path}/v2.0/.well-known/openid-configuration`)).toBe(1);
  });
});

describe("GitHub", () => {
  test("FD-10 is asked for the number of a person, and for the list of addresses only where it is needed", async () => {
    const adapter = adapterOf(there, { kind: "github" });
    const flow = await adapter.begin(REDIRECT_URI, "state");
    if ("fault" in flow) throw new Error(flow.why);
    expect(flow).toMatchObject({ nonce: undefined, promisesIssuer: false });
    expect(flow.issuer).toBe(`${there.issuer}/login/oauth`);
    const code = there.approve(flow.authorizationUrl).searchParams.get("code") ?? "";
    // RFC 9207, should it begin to send what its published document calls it.
    const identity = await adapter.identify(flow, { code, iss: flow.issuer });
    if ("fault" in identity) throw new Error(identity.why);
    expect(identity).toMatchObject({ issuer: there.issuer, subject: "4711" });
    expect(there.hits("/api/v3/user/emails")).toBe(0);
    expect(await identity.address()).toEqual({ email: "ada@provider.test", verified: true });
    expect(there.hits("/api/v3/user/emails")).toBe(1);
  });

  test.each([
    ["https://github.com", "https://api.github.com/user"],
    ["https://example.ghe.com", "https://api.example.ghe.com/user"],
    ["https://github.example.org", "https://github.example.org/api/v3/user"],
  ])("of %s has its API at %s", async (issuer, expected) => {
    const asked: string[] = [];
    const answering: typeof fetch = (url) => {
      asked.push(String(url));
      const token = { access_token: "token", token_type: "bearer", id: 1 };
      return Promise.resolve(Response.json(token));
    };
    const adapter = adapterOf({ issuer }, { kind: "github" }, { fetch: answering });
    const flow = await adapter.begin(REDIRECT_URI, "state");
    if ("fault" in flow) throw new Error(flow.why);
    expect(await adapter.identify(flow, { code: "code" })).toMatchObject({ issuer, subject: "1" });
    expect(asked).toEqual([`${issuer}/login/oauth/access_token`, expected]);
  });
});

test("a server loads nothing of OAuth before somebody signs in", async () => {
  const script = `
    import { registerHooks } from "node:module";
    const loaded = [];
    registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) });
    const { createProvider } = await import("./src/platform/providers/providers.ts");
    const provider = createProvider(${JSON.stringify({ kind: "github", issuer: "https://github.com", clientId: "c", clientSecret: "s", scopes: [] })}, { now: Date.now });
    const before = loaded.filter((url) => url.includes("node_modules")).length;
    await provider.begin("https://a.test/");
    console.log(before, loaded.some((url) => url.includes("oauth4webapi")));`;
  const flags = ["--input-type=module", "--eval", script];
  const { stdout } = await promisify(execFile)("node_modules/.bin/node", flags);
  expect(stdout.trim()).toBe("0 true");
});

test("a provider without a secret in it may be printed", () => {
  const provider = createProvider(
    {
      id: "there",
      name: "There",
      kind: "oidc",
      makesAccounts: true,
      linking: "ask",
      redirectUri: REDIRECT_URI,
      otherRedirectUris: new Set(),
      issuer: there.issuer,
      issuerAliases: new Set(),
      ...PROVIDER_CLIENT,
      scopes: [],
      tenants: new Set(),
    },
    { now: Date.now },
  );
  expect(JSON.stringify(provider)).not.toContain(PROVIDER_CLIENT.clientSecret);
});
