/** Every other answer of a provider, wrong in one place at a time: its document, its exchange, its people. */
import { SignJWT, exportJWK, generateKeyPair } from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { PROVIDER_CLIENT, type TestProvider, startProvider } from "../../support/provider.ts";
import { TENANT, adapterOf, signIn } from "../../support/provider-flows.ts";

let there: TestProvider;
beforeAll(async () => void (there = await startProvider()));
beforeEach(() => there.reset());
afterAll(() => there.close());

describe("the document of a provider", () => {
  const issuers: [string, () => unknown, string | undefined][] = [
    ["another's", () => "https://evil.test", "discovery_issuer"],
    ["one with a slash added", () => `${there.issuer}/`, "discovery_issuer"],
    ["one in capitals", () => there.issuer.toUpperCase(), "discovery_issuer"],
    ["one of another port", () => `${there.issuer}1`, "discovery_issuer"],
    ["one under ours", () => `${there.issuer}/evil`, "discovery_issuer"],
    ["one spelled otherwise", () => there.issuer.replace("127.0.0.1", "127.1"), "discovery_issuer"],
    ["none", () => undefined, "discovery_issuer"],
    ["a list of ours", () => [there.issuer], "discovery_issuer"],
    ["ours", () => there.issuer, undefined],
    ["an alias of ours", () => "https://alias.test/", undefined],
  ];
  test.each(issuers)("FD-05 names its issuer as the setting does: %s", async (_, issuer, why) => {
    there.knobs.metadata = (metadata) => ({ ...metadata, issuer: issuer() });
    there.knobs.comesBack = (back) => (back.set("iss", String(issuer())), back);
    const issuerAliases = new Set(["https://alias.test/"]);
    const { fault } = await signIn(there, adapterOf(there, { issuerAliases }));
    expect(fault).toBe(why && `unavailable ${why}`);
    expect(there.exchanges).toHaveLength(why === undefined ? 1 : 0);
  });

  const tenants: [string, string[], string, string | undefined][] = [
    ["a place for any tenant, of one tenant", [TENANT], "{tenantid}", "discovery_issuer"],
    ["another tenant, of one tenant", [TENANT], "another", "discovery_issuer"],
    ["one tenant, of several", [TENANT, "another"], TENANT, "discovery_issuer"],
    ["a place for any tenant, of several", [TENANT, "another"], "{tenantid}", undefined],
  ];
  test.each(tenants)(
    "FD-05 FD-11 of Microsoft is of its tenants: %s",
    async (_, ids, named, why) => {
      there.person.claims = { tid: TENANT };
      const issuer = `${there.issuer}/${named}/v2.0`;
      there.knobs.metadata = (metadata) => ({ ...metadata, issuer });
      const options = { kind: "microsoft", tenants: new Set(ids) } as const;
      const { fault } = await signIn(there, adapterOf(there, options));
      expect(fault).toBe(why && `unavailable ${why}`);
    },
  );

  const required = ["authorization_endpoint", "token_endpoint", "jwks_uri"];
  const endpoints: [string, () => unknown, string][] = [
    ["plain HTTP elsewhere", () => "http://evil.test/x", "endpoint_not_https"],
    [
      "plain HTTP of a name like loopback",
      () => "http://127.0.0.1.evil.test/x",
      "endpoint_not_https",
    ],
    ["a script", () => "javascript:alert(1)", "endpoint_not_https"],
    ["a file", () => "file:///etc/passwd", "endpoint_not_https"],
    ["a path", () => "/x", "endpoint_not_https"],
    ["credentials", () => "https://user:secret@evil.test/", "endpoint_with_credentials"],
    ["a fragment", () => `${there.issuer}/x#y`, "discovery_endpoint"],
    ["a number", () => 1, "discovery_endpoint"],
  ];
  const eachEndpoint = [...required, "userinfo_endpoint"].flatMap((name) =>
    endpoints.map(([title, url, why]) => [name, title, url, why] as const),
  );
  test.each(eachEndpoint)("FD-14 has a good %s, not %s", async (name, _, url, why) => {
    there.knobs.metadata = (metadata) => ({ ...metadata, [name]: url() });
    const { fault } = await signIn(there, adapterOf(there));
    expect(fault).toBe(`unavailable ${why}`);
  });
  test.each(required)("has a %s", async (name) => {
    there.knobs.metadata = ({ [name]: _, ...metadata }) => metadata;
    const { fault } = await signIn(there, adapterOf(there));
    expect(fault).toBe("unavailable discovery_endpoint");
  });
  test("FD-14 of an issuer with https has no endpoint on loopback", async () => {
    const answering: typeof fetch = () =>
      Promise.resolve(
        Response.json({
          issuer: "https://provider.test",
          authorization_endpoint: "https://provider.test/authorize",
          token_endpoint: "http://127.0.0.1/token",
          jwks_uri: "https://provider.test/keys",
        }),
      );
    const adapter = adapterOf({ issuer: "https://provider.test" }, {}, { fetch: answering });
    expect(await adapter.begin(adapter.redirectUri, "state")).toEqual({
      fault: "unavailable",
      why: "endpoint_not_https",
    });
  });

  test.each([
    ["plain alone", ["plain"], "unavailable discovery_without_s256"],
    ["none", [], "unavailable discovery_without_s256"],
    ["no list", "S256", "unavailable discovery_without_s256"],
    ["S256 too", ["plain", "S256"], undefined],
    ["nothing of it", undefined, undefined],
  ])("FD-01 takes the verifier as a hash, where it says of PKCE: %s", async (_, methods, fault) => {
    there.knobs.metadata = (metadata) => ({
      ...metadata,
      code_challenge_methods_supported: methods,
    });
    expect((await signIn(there, adapterOf(there))).fault).toBe(fault);
  });
});

describe("an exchange", () => {
  const bodies: [string, (truth: Record<string, unknown>) => unknown, string | undefined][] = [
    ["no ID token", ({ id_token: _, ...rest }) => rest, "token token_malformed"],
    [
      "an ID token that is a number",
      (truth) => ({ ...truth, id_token: 1 }),
      "token token_malformed",
    ],
    ["an empty ID token", (truth) => ({ ...truth, id_token: "" }), "token token_malformed"],
    ["no access token", ({ access_token: _, ...rest }) => rest, "token token_malformed"],
    ["another type of token", (t) => ({ ...t, token_type: "mac" }), "token token_unsupported"],
    ["a list", () => [], "unavailable answer_not_json"],
    ["null", () => null, "unavailable answer_not_json"],
    ["a text", () => "id_token", "unavailable answer_not_json"],
    ["its tokens", (truth) => truth, undefined],
  ];
  test.each(bodies)("FD-04 that answers %s", async (_, change, fault) => {
    there.knobs.tokenAnswer = change;
    expect((await signIn(there, adapterOf(there))).fault).toBe(fault);
  });

  const errors: [number, string, string][] = [
    [400, "invalid_grant", "token code_refused"],
    [401, "invalid_client", "unavailable client_refused"],
    [400, "unauthorized_client", "unavailable client_refused"],
    [400, "invalid_request", "unavailable request_refused"],
    [400, "temporarily_unavailable", "unavailable server_error"],
    [400, "an error of its own", "unavailable request_refused"],
    [400, "__proto__", "unavailable request_refused"],
    [400, "toString", "unavailable request_refused"],
    [200, "incorrect_client_credentials", "unavailable client_refused"],
    [200, "redirect_uri_mismatch", "unavailable redirect_uri_refused"],
    [200, "bad_verification_code", "token code_refused"],
    [200, "unverified_user_email", "token address_unproved_there"],
  ];
  const kinds = [
    ["oidc", "/token"],
    ["github", "/login/oauth/access_token"],
  ] as const;
  const eachError = kinds.flatMap(([kind, path]) =>
    errors.map((each) => [kind, path, ...each] as const),
  );
  test.each(eachError)(
    "FD-13 of %s that is refused says why in words of ours: %s %s %s",
    async (kind, path, status, error, fault) => {
      there.knobs.answers[path] = (_, response) => {
        response.writeHead(status, {
          "content-type": "application/json",
          "www-authenticate": `Basic realm="${PROVIDER_CLIENT.clientSecret}"`,
        });
        const told = `${PROVIDER_CLIENT.clientSecret} ${there.secrets.join(" ")}`;
        response.end(JSON.stringify({ error, error_description: told, error_uri: told }));
      };
      expect((await signIn(there, adapterOf(there, { kind }))).fault).toBe(fault);
    },
  );

  const statuses: [number, string, string][] = [
    [201, "{}", "unavailable answer_status"],
    [400, "{}", "unavailable answer_status"],
    [404, "<p>Not here</p>", "unavailable answer_not_json"],
    [200, "<p>Sign in to the network</p>", "unavailable answer_not_json"],
    [204, "", "unavailable answer_not_json"],
    [429, "{}", "unavailable too_many_requests"],
    [500, '{"error":"invalid_grant"}', "unavailable server_error"],
    [503, "", "unavailable server_error"],
    [999, "{}", "unavailable server_error"],
  ];
  test.each(statuses)("FD-15 that answers status %i with '%s'", async (status, body, fault) => {
    there.knobs.answers["/token"] = (_, response) => void response.writeHead(status).end(body);
    expect((await signIn(there, adapterOf(there))).fault).toBe(fault);
  });
});

describe("keys", () => {
  test.each([
    ["no object", () => [], "unavailable keys_malformed"],
    ["no list", () => ({ keys: {} }), "unavailable keys_malformed"],
    ["a list of texts", () => ({ keys: ["key"] }), "unavailable keys_malformed"],
    ["an error", () => ({ error: "not now" }), "unavailable keys_malformed"],
  ])("FD-04 that are %s verify nothing", async (_, keys, fault) => {
    there.knobs.keys = keys;
    expect((await signIn(there, adapterOf(there))).fault).toBe(fault);
  });
});

describe("an address", () => {
  const addresses: [string, object, object | undefined][] = [
    ["proved", { email_verified: true }, { email: "ada@provider.test", verified: true }],
    ["not proved", { email_verified: false }, { email: "ada@provider.test", verified: false }],
    ["of which nothing is said", { email_verified: undefined }, { verified: false }],
    ["proved in a text", { email_verified: "true" }, { verified: false }],
    ["proved in a number", { email_verified: 1 }, { verified: false }],
    ["proved in a list", { email_verified: [true] }, { verified: false }],
    ["that is a list", { email: ["ada@provider.test"] }, undefined],
    ["that is empty", { email: "" }, undefined],
    ["of 255 characters", { email: `${"a".repeat(242)}@provider.test` }, undefined],
  ];
  test.each(addresses)("FD-06 in the token, %s", async (_, claims, expected) => {
    there.knobs.claims = (truth) => ({ ...truth, ...claims });
    there.knobs.metadata = ({ userinfo_endpoint: _endpoint, ...metadata }) => metadata;
    const { fault, address } = await signIn(there, adapterOf(there));
    expect(fault).toBeUndefined();
    if (expected === undefined) expect(address).toBeUndefined();
    else expect(address).toMatchObject(expected);
  });
  test.each(addresses)("FD-06 in userinfo, %s", async (_, claims, expected) => {
    there.knobs.claims = ({ email: _email, ...truth }) => truth;
    there.knobs.userInfo = (truth) => ({ ...truth, ...claims });
    const { fault, address } = await signIn(there, adapterOf(there));
    expect(fault).toBeUndefined();
    if (expected === undefined) expect(address).toBeUndefined();
    else expect(address).toMatchObject(expected);
  });

  test("FD-13 a claim that is called as a fault of ours is a claim", async () => {
    there.knobs.claims = ({ email: _email, ...truth }) => truth;
    there.knobs.userInfo = (truth) => ({ ...truth, fault: "token", why: "canary" });
    const { fault, address } = await signIn(there, adapterOf(there));
    expect(fault).toBeUndefined();
    expect(address).toEqual({ email: there.person.email, verified: true });
  });

  const lies: [string, (truth: Record<string, unknown>) => unknown, string][] = [
    ["is of another person", (truth) => ({ ...truth, sub: "subject-2" }), "token userinfo_sub"],
    ["is of nobody", ({ sub: _, ...truth }) => truth, "token userinfo_sub"],
    ["is of a number", (truth) => ({ ...truth, sub: 1 }), "token userinfo_sub"],
    ["is a list", () => [], "unavailable answer_not_json"],
  ];
  test.each(lies)("FD-06 is not taken from userinfo that %s", async (_, lie, fault) => {
    there.knobs.claims = ({ email: _email, ...truth }) => truth;
    there.knobs.userInfo = lie;
    const signedIn = await signIn(there, adapterOf(there));
    expect(signedIn).toMatchObject({ fault, address: undefined });
  });
  test.each([
    [401, "{}", "unavailable answer_status"],
    [404, "{}", "unavailable answer_status"],
    [200, "<p>", "unavailable answer_not_json"],
    [503, "{}", "unavailable server_error"],
  ])("FD-15 is not had where userinfo answers %i '%s'", async (status, body, fault) => {
    there.knobs.claims = ({ email: _email, ...truth }) => truth;
    there.knobs.answers["/userinfo"] = (_, response) => void response.writeHead(status).end(body);
    expect((await signIn(there, adapterOf(there))).fault).toBe(fault);
  });

  describe("in a signed userinfo", () => {
    const signed: [string, object, "own" | "foreign", string | undefined][] = [
      ["of its key", {}, "own", undefined],
      ["of another key", {}, "foreign", "token token_signature"],
      ["for another client", { aud: "another" }, "own", "token token_aud"],
      ["of another issuer", { iss: "https://evil.test" }, "own", "token token_iss"],
      ["of another person", { sub: "subject-2" }, "own", "token userinfo_sub"],
    ];
    test.each(signed)("FD-04 %s", async (_, claims, signer, fault) => {
      const own = await generateKeyPair("RS256");
      const foreign = await generateKeyPair("RS256");
      const jwk = { ...(await exportJWK(own.publicKey)), kid: "key-1" };
      there.knobs.key = own.privateKey;
      there.knobs.keys = () => ({ keys: [jwk] });
      there.knobs.metadata = (metadata) => ({
        ...metadata,
        userinfo_signing_alg_values_supported: ["RS256"],
      });
      there.knobs.claims = ({ email: _email, ...truth }) => truth;
      const { sub, email } = there.person;
      const key = (signer === "own" ? own : foreign).privateKey;
      const jwt = await new SignJWT({ sub, email, email_verified: true, ...claims })
        .setProtectedHeader({ alg: "RS256", kid: "key-1" })
        .sign(key);
      there.knobs.answers["/userinfo"] = (_request, response) =>
        void response.writeHead(200, { "content-type": "application/jwt" }).end(jwt);
      const signedIn = await signIn(there, adapterOf(there));
      expect(signedIn.fault).toBe(fault);
      if (fault === undefined) expect(signedIn.address).toEqual({ email, verified: true });
    });
  });
});

describe("Google", () => {
  const cases: [string, Record<string, unknown>, boolean][] = [
    ["ada@gmail.com", { email_verified: true }, true],
    ["Ada@GMail.com", { email_verified: true }, true],
    ["ada@gmail.com", { email_verified: false }, false],
    ["ada@gmail.com", { email_verified: "true" }, false],
    ["ada@gmail.com.evil.test", { email_verified: true }, false],
    ["ada@notgmail.com", { email_verified: true }, false],
    ["ada@example.org", { email_verified: true }, false],
    ["ada@example.org", { email_verified: true, hd: "example.org" }, true],
    ["ada@example.org", { email_verified: false, hd: "example.org" }, false],
    ["ada@example.org", { email_verified: true, hd: "" }, false],
    ["ada@example.org", { email_verified: true, hd: true }, false],
  ];
  test.each(cases)("FD-11 vouches for %s with %j: %s", async (email, claims, verified) => {
    there.knobs.claims = (truth) => ({ ...truth, email, ...claims });
    const { address } = await signIn(there, adapterOf(there, { kind: "google" }));
    expect(address).toEqual({ email, verified });
  });

  test.each([
    ["https://accounts.google.com", undefined],
    ["accounts.google.com", undefined],
    ["http://accounts.google.com", "token token_iss"],
    ["accounts.google.com.evil.test", "token token_iss"],
  ])("FD-04 has two names in a token: %s", async (iss, fault) => {
    // Its name is Google's, and what it is asked goes to loopback.
    const google = "https://accounts.google.com";
    const proxied: typeof fetch = async (url, init) => {
      const path = new URL(String(url)).pathname;
      const answer = await fetch(`${there.issuer}${path}`, init);
      if (!path.startsWith("/.well-known")) return answer;
      const text = (await answer.text()).replaceAll(there.issuer, google);
      return new Response(text, { headers: { "content-type": "application/json" } });
    };
    there.knobs.claims = (truth) => ({ ...truth, iss });
    there.knobs.comesBack = (back) => (back.set("iss", google), back);
    const adapter = adapterOf({ issuer: google }, { kind: "google" }, { fetch: proxied });
    const signedIn = await signIn(there, adapter);
    expect(signedIn.fault).toBe(fault);
    if (fault === undefined) expect(signedIn.identity?.issuer).toBe(google);
  });
});

describe("Microsoft", () => {
  const cases: [unknown, boolean][] = [
    [true, true],
    [1, true],
    ["1", true],
    ["true", true],
    [false, false],
    [0, false],
    ["0", false],
    ["false", false],
    ["TRUE", false],
    [undefined, false],
    [null, false],
    [[true], false],
    [2, false],
  ];
  test.each(cases)(
    "FD-11 vouches for an address with xms_edov %j: %s",
    async (xms_edov, verified) => {
      // email_verified is not a word of Microsoft's: it may be anything.
      there.knobs.claims = (truth) => ({ ...truth, xms_edov, email_verified: true });
      const { address } = await signIn(there, adapterOf(there, { kind: "microsoft" }));
      expect(address).toEqual({ email: "ada@provider.test", verified });
    },
  );
  test("FD-11 has an address from the claim email alone, and asks nobody else for one", async () => {
    there.knobs.claims = ({ email: _, ...truth }) => ({
      ...truth,
      xms_edov: true,
      preferred_username: "ada@provider.test",
      upn: "ada@provider.test",
    });
    const { fault, address } = await signIn(there, adapterOf(there, { kind: "microsoft" }));
    expect(fault).toBeUndefined();
    expect(address).toBeUndefined();
    expect(there.hits("/userinfo")).toBe(0);
  });
});

describe("GitHub", () => {
  const one = (email: unknown, primary: unknown, verified: unknown) => ({
    email,
    primary,
    verified,
  });
  const lists: [string, unknown, string | undefined][] = [
    ["primary and verified", [one("ada@a.test", true, true)], "ada@a.test"],
    ["primary and not verified", [one("ada@a.test", true, false)], undefined],
    ["verified and not primary", [one("ada@a.test", false, true)], undefined],
    [
      "verified, beside a primary one that is not",
      [one("ada@a.test", true, false), one("old@a.test", false, true)],
      undefined,
    ],
    ["primary and verified in texts", [one("ada@a.test", "true", "true")], undefined],
    ["primary and verified in numbers", [one("ada@a.test", 1, 1)], undefined],
    ["that is a number", [one(1, true, true)], undefined],
    ["among things that are none", [null, "x", [], one("ada@a.test", true, true)], "ada@a.test"],
    ["of nobody", [], undefined],
  ];
  test.each(lists)("FD-10 has an address that is %s", async (_, emails, email) => {
    there.person.emails = emails;
    const { fault, address } = await signIn(there, adapterOf(there, { kind: "github" }));
    expect(fault).toBeUndefined();
    expect(address).toEqual(email && { email, verified: true });
  });
  test("FD-10 has a list that is a list", async () => {
    there.person.emails = { email: "ada@a.test", primary: true, verified: true };
    const { fault } = await signIn(there, adapterOf(there, { kind: "github" }));
    expect(fault).toBe("token user_malformed");
  });
  test("FD-10 is asked for a hundred addresses at once", async () => {
    const asked: (string | undefined)[] = [];
    there.knobs.answers["/api/v3/user/emails"] = (request, response) => {
      asked.push(request.url);
      response.end(JSON.stringify(there.person.emails));
    };
    await signIn(there, adapterOf(there, { kind: "github" }));
    expect(asked).toEqual(["/api/v3/user/emails?per_page=100"]);
  });
  test.each([
    [403, undefined],
    [404, undefined],
    [401, "unavailable access_refused"],
    [500, "unavailable server_error"],
  ])("FD-10 that gives no list with status %i vouches for no address", async (status, fault) => {
    there.knobs.answers["/api/v3/user/emails"] = (_, response) =>
      void response.writeHead(status).end("{}");
    const signedIn = await signIn(there, adapterOf(there, { kind: "github" }));
    expect(signedIn).toMatchObject({ fault, address: undefined });
  });

  const ids: [unknown, string | undefined][] = [
    [1, "1"],
    [9_007_199_254_740_991, "9007199254740991"],
    [9_007_199_254_740_992, undefined],
    [0, undefined],
    [-1, undefined],
    [1.5, undefined],
    ["1", undefined],
    [null, undefined],
    [[1], undefined],
  ];
  test.each(ids)("FD-06 knows people by a number: %j", async (id, subject) => {
    there.person.id = id;
    const { fault, identity } = await signIn(there, adapterOf(there, { kind: "github" }));
    expect(fault).toBe(subject === undefined ? "token user_malformed" : undefined);
    expect(identity?.subject).toBe(subject);
  });

  const answers: [string, (truth: Record<string, unknown>) => unknown][] = [
    ["no access token", ({ access_token: _, ...truth }) => truth],
    ["an empty access token", (truth) => ({ ...truth, access_token: "" })],
    ["an access token that is a number", (truth) => ({ ...truth, access_token: 1 })],
    ["another type of token", (truth) => ({ ...truth, token_type: "mac" })],
  ];
  test.each(answers)("FD-04 whose exchange answers %s is asked no more", async (_, change) => {
    there.knobs.tokenAnswer = change;
    const { fault } = await signIn(there, adapterOf(there, { kind: "github" }));
    expect(fault).toBe("token answer_malformed");
    expect(there.hits("/api/v3/user")).toBe(0);
  });
  test.each([
    [401, "unavailable access_refused"],
    [403, "unavailable access_refused"],
    [429, "unavailable too_many_requests"],
  ])("FD-15 that answers %i for the person gives nobody", async (status, fault) => {
    there.knobs.answers["/api/v3/user"] = (_, response) => {
      response.writeHead(status, { "www-authenticate": "Bearer" }).end('{"id":1}');
    };
    expect((await signIn(there, adapterOf(there, { kind: "github" }))).fault).toBe(fault);
  });
});
