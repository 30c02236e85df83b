/** Settings of providers: what a provider or a browser would refuse later, or what would let in too many, is refused at the start. */
import { describe, expect, test } from "vitest";
import { providerNames } from "../../src/process/provider-names.ts";
import { readSettings } from "../../src/process/settings.ts";

const SECRET = "GOCSPX-a1B2c3D4e5F6g7H8i9J0";
const production = {
  NODE_ENV: "production",
  PUBLIC_URL: "https://auth.example.com",
  AUTH_SECRET: "Zq3v9Lr0pXw7Yt5Bn2Kd8Hs4Gf6Jc1Ma",
  SMTP_URL: "smtps://mail.example.com",
  MAIL_FROM: "Example <auth@example.com>",
};
type Environment = Record<string, string>;

function readOf(environment: Environment) {
  const read = readSettings(environment);
  if ("faults" in read) throw new Error(read.faults.join("; "));
  return read;
}
const providersOf = (environment: Environment) => readOf(environment).settings.providers;
const remarksOf = (environment: Environment) => readOf(environment).remarks;
function faultsOf(environment: Environment): readonly string[] {
  const read = readSettings(environment);
  return "faults" in read ? read.faults : [];
}

const TENANT = "72f988bf-86f1-41af-91ab-2d7cd011db47";
const client = (key: string, secret = `${SECRET}-${key}`): Environment => ({
  [`PROVIDER_${key}_CLIENT_ID`]: `client-${key}`,
  [`PROVIDER_${key}_CLIENT_SECRET`]: secret,
});
const google: Environment = { PROVIDERS: "google", ...client("GOOGLE") };
const github: Environment = { PROVIDERS: "github", ...client("GITHUB") };
const microsoft: Environment = {
  PROVIDERS: "microsoft",
  ...client("MICROSOFT"),
  PROVIDER_MICROSOFT_TENANTS: TENANT,
};
const work: Environment = {
  PROVIDERS: "work",
  ...client("WORK"),
  PROVIDER_WORK_ISSUER: "https://login.example.com/realms/main",
};

describe("without more than what a provider needs", () => {
  const usual = {
    linking: "ask",
    makesAccounts: true,
    otherRedirectUris: new Set(),
    tenants: new Set(),
    issuerAliases: new Set(),
  };
  const opened = (id: string) => ({
    id,
    redirectUri: `https://auth.example.com/login/providers/${id}/callback`,
    clientId: `client-${id.toUpperCase()}`,
    clientSecret: `${SECRET}-${id.toUpperCase()}`,
  });

  test("there are none", () => {
    expect(providersOf({})).toEqual([]);
    expect(providersOf({ PROVIDERS: "" })).toEqual([]);
  });

  test("google, microsoft and github are of the kind of their name, and generic ones of OpenID Connect", () => {
    const environment = { ...google, ...github, ...microsoft, ...work };
    expect(
      providersOf({ ...production, ...environment, PROVIDERS: "google, github,microsoft,work" }),
    ).toEqual([
      {
        ...usual,
        ...opened("google"),
        ...{ kind: "google", name: "Google", scopes: ["openid", "email"] },
        issuer: "https://accounts.google.com",
      },
      {
        ...usual,
        ...opened("github"),
        ...{ kind: "github", name: "GitHub", scopes: ["user:email"] },
        issuer: "https://github.com",
      },
      {
        ...usual,
        ...opened("microsoft"),
        ...{ kind: "microsoft", name: "Microsoft", scopes: ["openid", "email"] },
        issuer: "https://login.microsoftonline.com",
        tenants: new Set([TENANT]),
      },
      {
        ...usual,
        ...opened("work"),
        ...{ kind: "oidc", name: "Work", scopes: ["openid", "email"] },
        issuer: "https://login.example.com/realms/main",
      },
    ]);
  });

  test("the redirect address is of this machine where PUBLIC_URL is not set", () => {
    expect(providersOf({ PORT: "3001", ...google })).toMatchObject([
      { redirectUri: "http://localhost:3001/login/providers/google/callback" },
    ]);
  });

  test("SIGNUP=closed closes a provider's accounts too, unless its own setting says otherwise", () => {
    const closed = { ...google, SIGNUP: "closed" };
    expect(providersOf(closed)).toMatchObject([{ makesAccounts: false }]);
    expect(providersOf({ ...closed, PROVIDER_GOOGLE_SIGNUP: "on" })).toMatchObject([
      { makesAccounts: true },
    ]);
    for (const SIGNUP of ["open", "verified"]) {
      expect(providersOf({ ...google, SIGNUP })).toMatchObject([{ makesAccounts: true }]);
      expect(providersOf({ ...google, SIGNUP, PROVIDER_GOOGLE_SIGNUP: "off" })).toMatchObject([
        { makesAccounts: false },
      ]);
    }
  });
});

test("every value of a provider is as it was set", () => {
  const read = providersOf({
    ...production,
    PROVIDERS: "our-2nd-idp",
    PROVIDER_OUR_2ND_IDP_KIND: "google",
    PROVIDER_OUR_2ND_IDP_ISSUER: "https://idp.example.com/a/",
    PROVIDER_OUR_2ND_IDP_ISSUER_ALIASES: "https://idp.example.com/a, https://idp.example.com/b",
    PROVIDER_OUR_2ND_IDP_CLIENT_ID: "an id with spaces",
    PROVIDER_OUR_2ND_IDP_CLIENT_SECRET: "s".repeat(1_024),
    PROVIDER_OUR_2ND_IDP_NAME: "Bäckerei & Söhne",
    PROVIDER_OUR_2ND_IDP_SCOPES: "openid email offline:none",
    PROVIDER_OUR_2ND_IDP_SIGNUP: "off",
    PROVIDER_OUR_2ND_IDP_LINK: "verified",
    PROVIDER_OUR_2ND_IDP_REDIRECTS: "com.example.app:/callback, https://app.example.com/callback",
  });
  expect(read).toEqual([
    {
      id: "our-2nd-idp",
      kind: "google",
      name: "Bäckerei & Söhne",
      issuer: "https://idp.example.com/a/",
      issuerAliases: new Set(["https://idp.example.com/a", "https://idp.example.com/b"]),
      clientId: "an id with spaces",
      clientSecret: "s".repeat(1_024),
      scopes: ["openid", "email", "offline:none"],
      tenants: new Set(),
      makesAccounts: false,
      linking: "verified",
      redirectUri: "https://auth.example.com/login/providers/our-2nd-idp/callback",
      otherRedirectUris: new Set(["com.example.app:/callback", "https://app.example.com/callback"]),
    },
  ]);
});

describe("CF-12 PROVIDERS", () => {
  test.each([
    "Google",
    "google,",
    ",google",
    "google,google",
    "google;github",
    "google github",
    "my_idp",
    "1st",
    "-a",
    "a".repeat(33),
    "google,../x",
    Array.from({ length: 21 }, (_, index) => `p${index}`).join(","),
  ])("is refused in one line: %s", (PROVIDERS) => {
    const faults = faultsOf({ ...google, PROVIDERS });
    expect(faults.filter((fault) => fault.startsWith("PROVIDERS "))).toEqual([
      "PROVIDERS must be ids such as google,github, each once, at most 20, separated by commas: lower-case letters, digits and hyphens, with a letter first",
    ]);
    expect(faults.join("; ")).not.toContain("does not list");
  });

  test("may have twenty", () => {
    const ids = Array.from({ length: 20 }, (_, index) => `google-${index}`);
    const clients = ids.map((id) => ({
      ...client(id.toUpperCase().replace("-", "_")),
      [`PROVIDER_${id.toUpperCase().replace("-", "_")}_KIND`]: "google",
    }));
    const environment = Object.assign({ PROVIDERS: ids.join(",") }, ...clients) as Environment;
    expect(providersOf(environment).map(({ id }) => id)).toEqual(ids);
  });

  test("no two ids have one variable", () => {
    const ids = ["a", "a-issuer", "a-client", "a-issuer-aliases", "a-b", "a--b", "a-"];
    const names = providerNames(ids);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe("CF-12 what is missing is told at once, by its name", () => {
  test("of every provider", () => {
    expect(faultsOf({ PROVIDERS: "google,microsoft,work" })).toEqual([
      "PROVIDER_GOOGLE_CLIENT_ID is required for every id in PROVIDERS",
      "PROVIDER_GOOGLE_CLIENT_SECRET is required for every id in PROVIDERS",
      "PROVIDER_MICROSOFT_CLIENT_ID is required for every id in PROVIDERS",
      "PROVIDER_MICROSOFT_CLIENT_SECRET is required for every id in PROVIDERS",
      "PROVIDER_MICROSOFT_TENANTS is required for the kind microsoft: enter the Directory (tenant) ID that Entra shows",
      "PROVIDER_WORK_CLIENT_ID is required for every id in PROVIDERS",
      "PROVIDER_WORK_CLIENT_SECRET is required for every id in PROVIDERS",
      "PROVIDER_WORK_ISSUER is required for the kind oidc",
    ]);
  });

  test("beside the faults of other settings", () => {
    expect(faultsOf({ ...google, PROVIDER_GOOGLE_CLIENT_ID: "", PORT: "none" })).toEqual([
      expect.stringMatching(/^PORT /),
      "PROVIDER_GOOGLE_CLIENT_ID is required for every id in PROVIDERS",
    ]);
  });

  test("with the misspelt name that is set", () => {
    const misspelt = { PROVIDER_GOOGLE_CLIENT_ID: "", PROVIDER_GOOGLE_CLIENTID: "client" };
    expect(faultsOf({ ...google, ...misspelt })).toEqual([
      "PROVIDER_GOOGLE_CLIENT_ID is required for every id in PROVIDERS; PROVIDER_GOOGLE_CLIENTID, which is set, is not known",
    ]);
  });
});

describe("CF-12 a bad value is one line, which names it and never repeats it", () => {
  const issuer =
    /^PROVIDER_WORK_ISSUER must be the https URL by which the provider calls itself, such as .+: without \? or #; http only on this very machine$/;
  test.each([
    "login.shop.example",
    "http://login.shop.example",
    "http://login.shop.example.localhost.example",
    "ftp://login.shop.example",
    "https://login.shop.example/?tenant=a",
    "https://login.shop.example/?",
    "https://login.shop.example/#",
    "https://user:hunter2@login.shop.example",
    "https://user@login.shop.example",
    "https://*.example.com",
    "https://login.shop.example\\a",
    "https://login.shop.example/a b",
    "https://login.shop.example/ä",
    `https://login.shop.example/${"a".repeat(512)}`,
    "javascript:alert(1)",
  ])("an issuer that is none: %s", (PROVIDER_WORK_ISSUER) => {
    for (const environment of [work, { ...production, ...work }]) {
      const faults = faultsOf({ ...environment, PROVIDER_WORK_ISSUER });
      expect(faults).toEqual([expect.stringMatching(issuer)]);
      expect(faults.join()).not.toContain(PROVIDER_WORK_ISSUER);
    }
  });

  test.each([
    "https://login.example.com",
    "https://login.example.com/",
    "https://login.example.com:8443/realms/main",
    "https://login.example.com:443",
    "https://login.example.com/a//b/",
    "http://localhost:8080/realms/main",
    "http://127.0.0.1:8080/",
    "http://[::1]:8080",
    "http://idp.localhost",
    `https://login.microsoftonline.com/${TENANT}/v2.0`,
  ])("FD-05 an issuer is kept as it stands: %s", (PROVIDER_WORK_ISSUER) => {
    for (const environment of [work, { ...production, ...work }])
      expect(providersOf({ ...environment, PROVIDER_WORK_ISSUER })).toMatchObject([
        { issuer: PROVIDER_WORK_ISSUER },
      ]);
  });

  test.each([
    [
      "https://login.example.com/.well-known/openid-configuration",
      "must be the provider's own name, as its discovery has it in `issuer`: without /.well-known/openid-configuration",
    ],
    ["https://accounts.google.com", "is Google's: its _KIND must be google"],
    ["https://accounts.google.com/", "is Google's: its _KIND must be google"],
    ["https://github.com", "is GitHub's: its _KIND must be github"],
    ["https://github.com/login/oauth", "is GitHub's: its _KIND must be github"],
  ])("FD-10 an issuer that is known to be another kind: %s", (PROVIDER_WORK_ISSUER, fault) => {
    expect(faultsOf({ ...work, PROVIDER_WORK_ISSUER })).toEqual([`PROVIDER_WORK_ISSUER ${fault}`]);
  });

  test.each([
    "",
    "/",
    "/common/v2.0",
    "/organizations/v2.0",
    "/consumers/v2.0",
    "/contoso.com/v2.0",
  ])("FD-11 an issuer of Microsoft without a tenant's id: %j", (path) => {
    const PROVIDER_WORK_ISSUER = `https://login.microsoftonline.com${path}`;
    expect(faultsOf({ ...work, PROVIDER_WORK_ISSUER })).toEqual([
      "PROVIDER_WORK_ISSUER names no tenant by its id: set its _KIND to microsoft, and its _TENANTS to the ids of the directories",
    ]);
  });

  test.each([
    ["KIND", "OIDC"],
    ["KIND", "apple"],
    ["ISSUER_ALIASES", "login.shop.example"],
    ["ISSUER_ALIASES", "https://a.example,https://a.example"],
    ["ISSUER_ALIASES", "https://a.example,"],
    ["CLIENT_ID", "c".repeat(257)],
    ["CLIENT_ID", "kliënt"],
    ["CLIENT_ID", "a\u0007b"],
    ["CLIENT_SECRET", "s".repeat(1_025)],
    ["CLIENT_SECRET", "geheimnis-ä"],
    ["NAME", "x".repeat(65)],
    ["NAME", "a\nb"],
    ["NAME", "a\u202eb"],
    ["SCOPES", "email profile"],
    ["SCOPES", "openid,profile"],
    ["SCOPES", "openid  profile"],
    ["SCOPES", 'openid "profile"'],
    ["SCOPES", `openid ${"a".repeat(1_024)}`],
    ["SIGNUP", "true"],
    ["SIGNUP", "closed"],
    ["LINK", "on"],
    ["LINK", "always"],
    ["TENANTS", TENANT],
  ])("%s=%s", (field, value) => {
    const faults = faultsOf({ ...work, [`PROVIDER_WORK_${field}`]: value });
    expect(faults).toEqual([expect.stringMatching(new RegExp(`^PROVIDER_WORK_${field} `))]);
    expect(faults.join()).not.toContain(value);
  });

  test.each([
    [google, "PROVIDER_GOOGLE_TENANTS", TENANT, "is for the kind microsoft: leave it out"],
    [github, "PROVIDER_GITHUB_TENANTS", TENANT, "is for the kind microsoft: leave it out"],
    [
      github,
      "PROVIDER_GITHUB_ISSUER_ALIASES",
      "https://a.example",
      "is for the kinds oidc and google: leave it out",
    ],
    [
      microsoft,
      "PROVIDER_MICROSOFT_ISSUER_ALIASES",
      "https://a.example",
      "is for the kinds oidc and google: leave it out",
    ],
    [
      github,
      "PROVIDER_GITHUB_ISSUER",
      "https://github.example.com/",
      "must be the site that people sign in at, such as https://github.com or https://github.example.com: without a path",
    ],
    [
      microsoft,
      "PROVIDER_MICROSOFT_ISSUER",
      `https://login.microsoftonline.com/${TENANT}/v2.0`,
      "must be the site that people sign in at, such as https://login.microsoftonline.com: without a path, for the tenants stand in _TENANTS",
    ],
    [
      github,
      "PROVIDER_GITHUB_SCOPES",
      "user:email,read:user",
      "must be words with one space between them, such as user:email",
    ],
    [
      microsoft,
      "PROVIDER_MICROSOFT_CLIENT_SECRET",
      "0f8fad5b-d9cb-469f-a165-70867728950e",
      "is the id of a secret: enter its value, which is shown when it is made",
    ],
  ])("what a kind does not have, or has otherwise: %#", (environment, name, value, fault) => {
    expect(faultsOf(environment)).toEqual([]);
    expect(faultsOf({ ...environment, [name]: value })).toEqual([`${name} ${fault}`]);
  });

  test.each(["https://github.example.com", "http://localhost:9000"])(
    "GitHub and Microsoft may be at another site: %s",
    (site) => {
      expect(providersOf({ ...github, PROVIDER_GITHUB_ISSUER: site })).toMatchObject([
        { issuer: site },
      ]);
      expect(providersOf({ ...microsoft, PROVIDER_MICROSOFT_ISSUER: site })).toMatchObject([
        { issuer: site },
      ]);
    },
  );
});

describe("FD-11 the tenants of Microsoft", () => {
  const tenants = (PROVIDER_MICROSOFT_TENANTS: string) => ({
    ...microsoft,
    PROVIDER_MICROSOFT_TENANTS,
  });

  test("are ids of directories, in lower case", () => {
    const other = "9188040d-6c67-4c5b-b112-36a304b66dad";
    expect(providersOf(tenants(`${TENANT.toUpperCase()}, ${other}`))).toMatchObject([
      { tenants: new Set([TENANT, other]) },
    ]);
  });

  test.each(["common", "organizations", "consumers", "Common", `${TENANT},common`])(
    "are no word for everybody, and the fault says what to enter: %s",
    (words) => {
      expect(faultsOf(tenants(words))).toEqual([
        "PROVIDER_MICROSOFT_TENANTS lets in everybody who has an account at Microsoft: name the directories instead, by their Directory (tenant) ID; people's own accounts have 9188040d-6c67-4c5b-b112-36a304b66dad",
      ]);
    },
  );

  test.each([
    "contoso.onmicrosoft.com",
    TENANT.slice(1),
    `{${TENANT}}`,
    `${TENANT},`,
    `${TENANT},${TENANT.toUpperCase()}`,
    `${TENANT};${TENANT}`,
  ])("are no names: %s", (names) => {
    expect(faultsOf(tenants(names))).toEqual([
      "PROVIDER_MICROSOFT_TENANTS must be the ids of directories, such as 72f988bf-86f1-41af-91ab-2d7cd011db47, separated by commas: Entra shows it as Directory (tenant) ID",
    ]);
  });
});

describe("FD-12 the addresses of apps and other pages", () => {
  const redirects = (PROVIDER_GOOGLE_REDIRECTS: string) => ({
    ...production,
    ...google,
    PROVIDER_GOOGLE_REDIRECTS,
  });

  test.each([
    "com.example.app:/callback",
    "com.example.app://callback",
    "com.example.app:callback",
    "com.example-shop.app:/oauth2/google",
    "https://app.example.com/callback",
    "https://app.example.com/",
    "https://app.example.com:8443/a/b",
    "http://localhost:5173/callback",
    "http://127.0.0.1:8400/",
    "http://[::1]:8400/callback",
  ])("are kept as they stand: %s", (address) => {
    const [provider] = providersOf(redirects(address));
    expect(provider?.otherRedirectUris).toEqual(new Set([address]));
    // The library makes a URL of it, and its `redirect_uri` from that: the same.
    expect(new URL(address).href).toBe(address);
  });

  test.each([
    "https://app.example.com",
    "https://APP.example.com/callback",
    "https://app.example.com:443/callback",
    "https://app.example.com/a/../callback",
    "https://app.example.com/callback?from=google",
    "https://app.example.com/callback?",
    "https://app.example.com/callback#",
    "https://app.example.com/ä",
    "https://app.example.com\\callback",
    "https://*.example.com/callback",
    "https://user:hunter2@app.example.com/callback",
    "http://app.example.com/callback",
    "http://localhost.example.com/callback",
    "/callback",
    "app.example.com/callback",
    "myapp:/callback",
    "com.example.App:/callback",
    "com.example.app:/callback?",
    "javascript:alert(1)",
    "data:text/html,x",
    "file:///etc/passwd",
    "com.example.app:/a,com.example.app:/a",
    "com.example.app:/a,",
    `com.example.app:/${"a".repeat(2_048)}`,
    Array.from({ length: 33 }, (_, index) => `com.example.app:/${index}`).join(","),
  ])("are refused in one line where they are not whole and exact: %.80s", (addresses) => {
    expect(faultsOf(redirects(addresses))).toEqual([
      "PROVIDER_GOOGLE_REDIRECTS must be whole addresses as a URL parser writes them, such as com.example.app:/callback or https://app.example.com/callback, each once, separated by commas: without ? or #; http only on this very machine",
    ]);
  });

  test("FD-03 are of one provider each, so that a code of one cannot come to another", () => {
    const both = {
      ...google,
      ...github,
      PROVIDERS: "google,github",
      PROVIDER_GOOGLE_REDIRECTS: "com.example.app:/google,com.example.app:/both",
    };
    expect(faultsOf({ ...both, PROVIDER_GITHUB_REDIRECTS: "com.example.app:/both" })).toEqual([
      "PROVIDER_GITHUB_REDIRECTS has an address that PROVIDER_GOOGLE_REDIRECTS has: give each provider its own, so that nothing meant for one comes to the other",
    ]);
    expect(faultsOf({ ...both, PROVIDER_GITHUB_REDIRECTS: "com.example.app:/github" })).toEqual([]);
  });

  test.each(["google", "github"])("FD-03 are no page of this server: that of %s", (id) => {
    expect(faultsOf(redirects(`https://auth.example.com/login/providers/${id}/callback`))).toEqual([
      "PROVIDER_GOOGLE_REDIRECTS has a page of this server, whose own page is known: list apps, and pages of other sites",
    ]);
    // An application may be served on the same origin, with pages of its own.
    expect(faultsOf(redirects("https://auth.example.com/app/callback"))).toEqual([]);
  });
});

describe("CF-01 a client's secret", () => {
  const shared = "Zq3v9Lr0pXw7Yt5B+n2Kd8Hs4Gf6Jc1M/a==";
  const inUrl = encodeURIComponent(shared);
  const withSecret = { ...production, ...google, PROVIDER_GOOGLE_CLIENT_SECRET: shared };

  test.each([
    ["AUTH_SECRET", { AUTH_SECRET: shared }],
    ["ADMIN_PASSWORD", { ADMIN_EMAIL: "ada@example.com", ADMIN_PASSWORD: shared }],
    ["METRICS_TOKEN", { METRICS_TOKEN: shared }],
    ["DATABASE_URL", { DATABASE_URL: `postgres://u:${inUrl}@db/auth?sslmode=verify-full` }],
    ["SMTP_URL", { SMTP_URL: `smtps://u:${inUrl}@mail.example.com` }],
  ])("is refused where %s has it, and not shown", (other, environment) => {
    expect(faultsOf(withSecret)).toEqual([]);
    expect(faultsOf({ ...withSecret, ...environment })).toEqual([
      `PROVIDER_GOOGLE_CLIENT_SECRET must not have the secret that ${other} has`,
    ]);
  });

  test("is refused where another client has it", () => {
    const both = {
      ...google,
      ...client("WORK", `${SECRET}-GOOGLE`),
      PROVIDERS: "google,work",
      PROVIDER_WORK_KIND: "google",
      PROVIDER_WORK_NAME: "Work",
    };
    expect(faultsOf(both)).toEqual([
      "PROVIDER_WORK_CLIENT_SECRET must not have the secret that PROVIDER_GOOGLE_CLIENT_SECRET has",
    ]);
    const sameClient = { PROVIDER_WORK_CLIENT_ID: "client-GOOGLE" };
    expect(faultsOf({ ...both, ...sameClient })).toEqual([]);
  });
});

describe("CF-10 the variables of providers", () => {
  test.each(["CLIENT_ID", "CLIENT_SECRET", "NAME", "REDIRECTS", "KIND", "SIGNUP"])(
    "stand in no quotes and white space: _%s",
    (field) => {
      const name = `PROVIDER_GOOGLE_${field}`;
      expect(faultsOf({ ...google, [name]: `"google"` })).toEqual([
        `${name} stands in quotes, which would be a part of it: take them away`,
      ]);
      expect(faultsOf({ ...google, [name]: "google " })).toEqual([
        `${name} begins or ends with white space: take it away`,
      ]);
      expect(faultsOf({ ...google, [name]: "google\r" })).toEqual([
        `${name} ends in a line break: take it away (is its file from Windows?)`,
      ]);
    },
  );

  test.each([
    ["PROVIDER_GOOGLE_REDIRECT", "PROVIDER_GOOGLE_REDIRECTS"],
    ["PROVIDER_GOOGLE_SIGN_UP", "PROVIDER_GOOGLE_SIGNUP"],
    ["PROVIDER_GOGLE_NAME", "PROVIDER_GOOGLE_NAME"],
    ["PROVIDERS_GOOGLE_NAME", "PROVIDER_GOOGLE_NAME"],
    ["provider_google_name", "PROVIDER_GOOGLE_NAME"],
  ])("%s was meant to be %s", (name, meant) => {
    expect(remarksOf({ ...google, [name]: "on" })).toEqual([
      `${name} is not known, and has no effect: ${meant} was probably meant`,
    ]);
  });

  test("PROVIDER was meant to be PROVIDERS", () => {
    expect(remarksOf({ PROVIDER: "google" })).toEqual([
      "PROVIDER is not known, and has no effect: PROVIDERS was probably meant",
    ]);
  });

  test("of an id that PROVIDERS does not list are told of", () => {
    const unlisted = (environment: Environment) =>
      remarksOf({ ...environment, ...client("GITHUB") });
    const remarks = ["ID", "SECRET"].map(
      (end) => `PROVIDER_GITHUB_CLIENT_${end} has no effect: PROVIDERS does not list its provider`,
    );
    expect(unlisted({})).toEqual(remarks);
    expect(unlisted(google)).toEqual(remarks);
  });

  test("with an end that is none are told of, with the ends that there are", () => {
    expect(remarksOf({ ...google, PROVIDER_GOOGLE_TENANT_DOMAIN: "example.com" })).toEqual([
      "PROVIDER_GOOGLE_TENANT_DOMAIN is not known, and has no effect: the names of a provider's settings end in KIND, CLIENT_ID, CLIENT_SECRET, CLIENT_SECRET_FILE, NAME, SIGNUP, LINK, REDIRECTS, ISSUER, ISSUER_ALIASES, SCOPES, TENANTS",
    ]);
  });

  test("of others raise nothing", () => {
    for (const name of ["PROVIDER_TOKEN", "PROVIDER_API_URL", "PROVIDERS_FILE", "PROVIDER_SIGNUP"])
      expect(remarksOf({ ...google, [name]: "x" })).toEqual([]);
  });
});

test("two providers of one name are told of: people cannot tell them apart", () => {
  const both = {
    ...google,
    ...client("WORK"),
    PROVIDERS: "google,work",
    PROVIDER_WORK_KIND: "google",
  };
  expect(remarksOf(both)).toEqual([
    "PROVIDER_WORK_NAME is the same name as PROVIDER_GOOGLE_NAME: people cannot tell the two apart",
  ]);
  expect(remarksOf({ ...both, PROVIDER_WORK_NAME: "Work" })).toEqual([]);
});

test("LIMIT_PROVIDER_IP was meant by LIMIT_PROVIDERS_IP", () => {
  expect(remarksOf({ LIMIT_PROVIDERS_IP: "x" })).toEqual([
    "LIMIT_PROVIDERS_IP is not known, and has no effect: LIMIT_PROVIDER_IP was probably meant",
  ]);
});
