/** Flows to a provider and back: who may end one, once, with what, and where it may lead afterwards. */
import { beforeEach, describe, expect, test } from "vitest";
import { PROVIDER_CHALLENGE_SECONDS } from "../../src/contract/challenges.ts";
import type { Dependencies } from "../../src/domain/ports/dependencies.ts";
import { beginFlow, type FlowAnswer, type FlowRequest } from "../../src/domain/provider-flows.ts";
import { completeProviderLogin } from "../../src/domain/provider-logins.ts";
import { completeProviderLink } from "../../src/domain/identities.ts";
import { leaks } from "../support/canaries.ts";
import { NOW } from "../support/clock.ts";
import { type Domain, ISSUER, openDomain } from "../support/domain.ts";
import { logInByCookie, storedEvents } from "../support/logins.ts";
import {
  answerFrom,
  aProvider,
  beginAt,
  type BegunAt,
  signInAt,
  type TestProvider,
  vouchedFor,
  withProviders,
} from "../support/providers.ts";

const ADA = vouchedFor("ada@example.com");
const INVALID = { failure: "invalid_challenge" };

let domain: Domain;
let deps: Dependencies;
let acme: TestProvider;
let other: TestProvider;
beforeEach(async () => {
  domain = await openDomain();
  acme = aProvider();
  other = aProvider({ id: "other" });
  deps = withProviders(domain.deps, acme, other);
});

const end = (answer: FlowAnswer, provider: TestProvider = acme, now = NOW) =>
  completeProviderLogin(deps, domain.at(now), provider, { ...answer, deviceSecrets: [] });
const flows = () => domain.sql("SELECT id FROM challenges WHERE purpose LIKE 'provider_%'").length;
const accounts = () => domain.sql("SELECT id FROM users").length;

/** Refused: the flow is as good as before, the provider was not asked, and nothing came of it. */
async function expectNothing(answer: FlowAnswer, provider = acme, now = NOW) {
  const before = [flows(), accounts()];
  const asked = acme.exchanges() + other.exchanges();
  expect(await end(answer, provider, now)).toEqual(INVALID);
  expect([flows(), accounts()]).toEqual(before);
  expect(acme.exchanges() + other.exchanges()).toBe(asked);
}

test("FD-01 state, nonce and verifier are 256 bits, other ones each time, and nowhere at rest", async () => {
  const begun: BegunAt[] = [];
  for (let count = 0; count < 20; count += 1) begun.push(await beginAt(deps, acme));
  const secrets = begun.flatMap(({ challengeToken, state }, index) => {
    const { nonce = "", verifier = "" } = acme.begun[index] ?? {};
    return [challengeToken, state, nonce, verifier];
  });
  expect(new Set(secrets).size).toBe(80);
  for (const secret of secrets) expect(Buffer.from(secret, "base64url")).toHaveLength(32);
  const places = new Map([
    ["database", domain.bytesAtRest().toString("latin1")],
    ["events", JSON.stringify(storedEvents(domain))],
  ]);
  expect(
    leaks(places, new Map(secrets.map((secret, index) => [`secret ${index}`, secret]))),
  ).toEqual([]);
});

describe("FD-02 a flow ends for whoever holds its handle", () => {
  test("FD-02 and not without one, with another flow's, or with one that was made up", async () => {
    const begun = await beginAt(deps, acme);
    const elsewhere = await beginAt(deps, acme);
    const answer = answerFrom(begun, ADA);
    for (const challengeToken of [undefined, "", elsewhere.challengeToken, "A".repeat(43)])
      await expectNothing({ ...answer, challengeToken });
    expect(await end(answer)).toHaveProperty("pending");
  });

  test("FD-02 a wrong state spends nothing", async () => {
    const begun = await beginAt(deps, acme);
    const elsewhere = await beginAt(deps, acme);
    const answer = answerFrom(begun, ADA);
    const wrong = [elsewhere.state, `link.${begun.state}`, "", begun.state.slice(0, -1)];
    for (const state of wrong) await expectNothing({ ...answer, state });
    expect(await end(answer)).toHaveProperty("pending");
    expect(storedEvents(domain, "challenge_failed")).toMatchObject([
      { purpose: "provider_login", reason: "not_good" },
    ]);
  });

  test("FD-02 an error that somebody made up spends nothing", async () => {
    const begun = await beginAt(deps, acme);
    await expectNothing({ ...begun, state: "A".repeat(43), came: { error: "access_denied" } });
    expect(storedEvents(domain, "provider_login_failed")).toEqual([]);
    expect(await end(answerFrom(begun, ADA))).toHaveProperty("pending");
  });

  test("FD-02 nor is it good once its time is over", async () => {
    const answer = answerFrom(await beginAt(deps, acme), ADA);
    const end = NOW + PROVIDER_CHALLENGE_SECONDS * 1000;
    await expectNothing(answer, acme, end);
    expect(await completeAt(answer, end - 1)).toHaveProperty("pending");
  });
  const completeAt = (answer: FlowAnswer, now: number) => end(answer, acme, now);
});

describe("FD-03 a flow of one provider ends there alone", () => {
  test("FD-03 its answer at another provider's end spends nothing", async () => {
    const answer = answerFrom(await beginAt(deps, acme), ADA);
    await expectNothing(answer, other);
    expect(await end(answer)).toHaveProperty("pending");
  });

  test.each([
    [false, undefined, true],
    [false, "https://acme.example", true],
    [false, "https://other.example", false],
    [false, "https://acme.example/", false],
    [false, "", false],
    [true, undefined, false],
    [true, "https://acme.example", true],
    [true, "https://ACME.example", false],
  ])(
    "FD-03 where iss is promised %j, an answer with iss %j is taken %j",
    async (promised, iss, isGood) => {
      acme = aProvider({ promisesIssuer: promised });
      deps = withProviders(domain.deps, acme);
      const answer = { ...answerFrom(await beginAt(deps, acme), ADA), iss };
      if (isGood) expect(await end(answer)).toHaveProperty("pending");
      else await expectNothing(answer);
    },
  );
});

describe("FD-01 a flow ends once", () => {
  test("FD-01 with a code that is good", async () => {
    const begun = await beginAt(deps, acme);
    expect(await end(answerFrom(begun, ADA))).toHaveProperty("pending");
    await expectNothing(answerFrom(begun, ADA));
  });

  test.each([
    [
      { fault: "token", why: "nonce" },
      { failure: "provider_denied", reason: "invalid_answer" },
    ],
    [{ fault: "unavailable", why: "timeout" }, { failure: "provider_unavailable" }],
  ] as const)("FD-01 and with %j, which is told and makes nobody", async (fault, failure) => {
    const begun = await beginAt(deps, acme);
    expect(await end(answerFrom(begun, fault))).toEqual(failure);
    await expectNothing(answerFrom(begun, ADA));
    expect(accounts()).toBe(0);
    const reason = fault.fault;
    expect(storedEvents(domain, "provider_login_failed")).toMatchObject([
      { provider: "acme", reason, why: fault.why, userId: null },
    ]);
  });

  test.each([
    ["access_denied", { failure: "provider_denied", reason: "denied" }, "denied"],
    ["canary<script>", { failure: "provider_denied", reason: "denied" }, "denied"],
    ["server_error", { failure: "provider_unavailable" }, "unavailable"],
    ["temporarily_unavailable", { failure: "provider_unavailable" }, "unavailable"],
  ])("FD-19 and with the error %s, which is not repeated", async (error, failure, reason) => {
    const begun = await beginAt(deps, acme);
    expect(await end({ ...begun, came: { error } })).toEqual(failure);
    expect(acme.exchanges()).toBe(0);
    await expectNothing(answerFrom(begun, ADA));
    const [event] = storedEvents(domain, "provider_login_failed");
    expect(event).toMatchObject({ reason });
    expect(JSON.stringify(event)).not.toContain("canary");
  });

  test("FD-01 it is spent, for everybody, before the provider is asked", async () => {
    let whileAsked: unknown;
    const watched: TestProvider = {
      ...acme,
      async identify(flow, answer) {
        whileAsked = [
          flows(),
          await completeProviderLogin(deps, domain.at(), acme, { ...again, deviceSecrets: [] }),
        ];
        return acme.identify(flow, answer);
      },
    };
    const begun = await beginAt(deps, acme);
    const again = answerFrom(begun, ADA);
    expect(await end(answerFrom(begun, ADA), watched)).toHaveProperty("pending");
    expect(whileAsked).toEqual([0, INVALID]);
    expect(acme.exchanges()).toBe(1);
  });
});

test("FD-02 a flow of a sign-in ends no link, and one of a link no sign-in", async () => {
  const owner = await logInByCookie(domain, await domain.newUser());
  const login = answerFrom(await beginAt(deps, acme), ADA);
  const link = answerFrom(await beginAt(deps, acme, { owner }), ADA);
  expect(link.state).toMatch(/^link\./);
  expect(login.state).not.toMatch(/^link\./);
  expect(await completeProviderLink(deps, domain.at(), owner, acme, login)).toEqual(INVALID);
  expect(await end(link)).toEqual(INVALID);
  expect(flows()).toBe(2);
});

test("FD-15 a provider that does not answer at the start leaves nothing behind", async () => {
  const dead = aProvider({
    begin: async () => ({ fault: "unavailable", why: "timeout" }),
  });
  const request: FlowRequest = { provider: dead, returnTo: undefined, redirectUri: undefined };
  expect(await beginFlow(deps, domain.at(), request)).toEqual({ failure: "provider_unavailable" });
  expect(flows()).toBe(0);
  expect(storedEvents(domain, "provider_login_failed")).toMatchObject([
    { provider: "acme", reason: "unavailable", why: "timeout" },
  ]);
});

test("FD-08 a link whose session ends while the provider is asked leaves nothing behind", async () => {
  const owner = await logInByCookie(domain, await domain.newUser());
  const slow = aProvider({
    async begin(redirectUri, state) {
      domain.sql("DELETE FROM sessions WHERE id = ?", owner.session.id);
      return acme.begin(redirectUri, state);
    },
  });
  await beginAt(deps, slow, { owner });
  expect(flows()).toBe(0);
});

describe("FD-12 a flow leads to our own origins alone", () => {
  const APP = "https://app.example.com";
  beforeEach(() => {
    deps = { ...deps, returnOrigins: new Set([ISSUER, APP, "http://localhost:5173"]) };
  });
  const begin = (returnTo: string | undefined, redirectUri?: string) =>
    beginFlow(deps, domain.at(), { provider: acme, returnTo, redirectUri });

  test.each([
    [`${APP}/welcome?a=b#c`, `${APP}/welcome?a=b#c`],
    [APP, `${APP}/`],
    [`${APP}:443/`, `${APP}/`],
    ["HTTPS://APP.EXAMPLE.COM/", `${APP}/`],
    [`${APP}/a/../b`, `${APP}/b`],
    // Read as every browser reads it, and written so: it cannot be taken for another host afterwards.
    ["https:app.example.com/x", `${APP}/x`],
    ["https:\\\\app.example.com\\x", `${APP}/x`],
    ["https://app.example.com\\@evil.example/", `${APP}/@evil.example/`],
    ["http://localhost:5173/", "http://localhost:5173/"],
    [`${APP}//evil.example`, `${APP}//evil.example`],
    [`${ISSUER}/x`, `${ISSUER}/x`],
  ])("FD-12 %s leads to %s", async (returnTo, leadsTo) => {
    const started = await begin(returnTo);
    if (typeof started === "string" || "failure" in started) throw new Error("Refused");
    const { challengeToken, authorizationUrl } = started;
    const state = new URL(authorizationUrl).searchParams.get("state") ?? "";
    expect(authorizationUrl).not.toContain("returnTo");
    const outcome = await end(answerFrom({ provider: acme, challengeToken, state }, ADA));
    expect(outcome).toMatchObject({ returnTo: leadsTo });
  });

  test.each([
    "https://app.example.com.evil.example/",
    "https://app.example.com@evil.example/",
    "https://evil.example/https://app.example.com/",
    "https://user:password@app.example.com/",
    "https://user@app.example.com/",
    "https://app.example.com:8443/",
    "http://app.example.com/",
    "http://app.example.com:443/",
    "https://xn--pp-example-2v0d.com/",
    "https://аpp.example.com/",
    "https://app.example.com。evil.example/",
    "https://app.example.com%2eevil.example/",
    "https://evil.example\\@app.example.com/",
    "https://app.example.com\t.evil.example/",
    "https://sub.app.example.com/",
    "https://app.example.com./",
    "https://example.com/",
    "//evil.example/",
    "//app.example.com/",
    "/welcome",
    "welcome",
    "",
    "?a",
    "https://",
    "https:///evil.example",
    "javascript:alert(1)",
    "javascript://app.example.com/%0aalert(1)",
    "data:text/html,x",
    "blob:https://app.example.com/0f2c1a3e-0000-4000-8000-000000000000",
    "filesystem:https://app.example.com/x",
    "view-source:https://app.example.com/",
    "file:///etc/passwd",
    "ftp://app.example.com/",
    "wss://app.example.com/",
    "com.example.app:/callback",
    "null",
    "about:blank",
    `${APP}/${'"'.repeat(2000)}`, // longer than an answer can be, once it is escaped
  ])("FD-12 %j is refused, and begins nothing", async (returnTo) => {
    expect(await begin(returnTo)).toBe("return_not_allowed");
    expect(flows()).toBe(0);
    expect(acme.begun).toEqual([]);
  });

  test("FD-12 an answer brings no other place than the one it began with", async () => {
    const begun = await beginAt(deps, acme, { returnTo: `${APP}/here` });
    const answer = { ...answerFrom(begun, ADA), returnTo: "https://evil.example/" };
    expect(await end(answer)).toMatchObject({ returnTo: `${APP}/here` });
    expect(await signInAt(deps, acme, ADA)).toMatchObject({ returnTo: null });
  });

  test("FD-12 another place for the provider to lead back to is one that its setting has, to the letter", async () => {
    const listed = "com.example.app:/callback";
    acme = aProvider({ otherRedirectUris: new Set([listed]) });
    for (const redirectUri of [
      "com.example.app:/callback/",
      "com.example.app:/Callback",
      "com.example.app:/callback?x",
      "com.example.app:",
      other.redirectUri,
      `${acme.redirectUri}/`,
      "",
    ])
      expect(await begin(undefined, redirectUri)).toBe("return_not_allowed");
    expect(acme.begun).toEqual([]);
    expect(await begin(undefined, listed)).toHaveProperty("challengeToken");
    expect(await begin(undefined, acme.redirectUri)).toHaveProperty("challengeToken");
    expect(acme.begun.map(({ redirectUri }) => redirectUri)).toEqual([listed, acme.redirectUri]);
  });
});
