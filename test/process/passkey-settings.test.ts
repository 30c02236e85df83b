/** Settings of second factors and passkeys: what a browser or an app would refuse later is refused, or told, at the start. */
import { describe, expect, test } from "vitest";
import { readSettings } from "../../src/process/settings.ts";

const production = {
  NODE_ENV: "production",
  PUBLIC_URL: "https://auth.example.com",
  AUTH_SECRET: "Zq3v9Lr0pXw7Yt5Bn2Kd8Hs4Gf6Jc1Ma",
  SMTP_URL: "smtps://mail.example.com",
  MAIL_FROM: "Example <auth@example.com>",
};
type Environment = Record<string, string>;

function settingsOf(environment: Environment) {
  const read = readSettings(environment);
  if ("faults" in read) throw new Error(read.faults.join("; "));
  return read.settings;
}
function faultsOf(environment: Environment): readonly string[] {
  const read = readSettings(environment);
  return "faults" in read ? read.faults : [];
}
function remarksOf(environment: Environment): readonly string[] {
  const read = readSettings(environment);
  if ("faults" in read) throw new Error(read.faults.join("; "));
  return read.remarks;
}

const ANDROID = `android:apk-key-hash:${"Ab-_".repeat(10)}xyz`;

describe("SECOND_FACTOR", () => {
  test.each([{}, production])("leaves it to each account unless it is set: %j", (environment) => {
    expect(settingsOf(environment)).toMatchObject({ SECOND_FACTOR: "optional" });
    for (const SECOND_FACTOR of ["optional", "admins", "required"])
      expect(settingsOf({ ...environment, SECOND_FACTOR })).toMatchObject({ SECOND_FACTOR });
  });

  test.each(["on", "admin", "Required", "required,admins", "true"])(
    "%s is none of its words, which the fault names",
    (SECOND_FACTOR) => {
      expect(faultsOf({ SECOND_FACTOR })).toEqual([
        "SECOND_FACTOR must be optional, admins or required",
      ]);
    },
  );
});

describe("TOTP_ISSUER", () => {
  test.each([
    ["Example Shop", "Example Shop"],
    ["Shop: Berlin", "Shop - Berlin"],
    ["a:b:c", "a - b - c"],
    [":", "-"],
  ])("is SERVICE_NAME, %j, without its colons", (SERVICE_NAME, issuer) => {
    expect(settingsOf({ ...production, SERVICE_NAME })).toMatchObject({
      SERVICE_NAME,
      TOTP_ISSUER: issuer,
    });
  });

  test("is as it was set", () => {
    expect(settingsOf({ SERVICE_NAME: "A", TOTP_ISSUER: "Bäckerei & Söhne" })).toMatchObject({
      TOTP_ISSUER: "Bäckerei & Söhne",
    });
  });

  test.each(["Shop: Berlin", ":", "x".repeat(65), "a\nb", "a\u202eb"])(
    "is refused where an app would read it wrongly: %j",
    (TOTP_ISSUER) => {
      expect(faultsOf({ TOTP_ISSUER })).toEqual([
        "TOTP_ISSUER must be a name of at most 64 characters, without a colon, such as Example Shop",
      ]);
    },
  );
});

describe("MF-06 LIMIT_SECOND_FACTOR", () => {
  test.each([{}, production])("is as strict in development as in production: %j", (environment) => {
    expect(settingsOf(environment).LIMIT_SECOND_FACTOR).toEqual({ count: 10, seconds: 900 });
  });

  test("may be a hundred wrong codes, and no more", () => {
    expect(settingsOf({ LIMIT_SECOND_FACTOR: "100/86400" }).LIMIT_SECOND_FACTOR).toEqual({
      count: 100,
      seconds: 86_400,
    });
    expect(faultsOf({ LIMIT_SECOND_FACTOR: "101/60" })).toEqual([
      "LIMIT_SECOND_FACTOR must be <count>/<seconds>, such as 10/900: at most 100 wrong codes, then a lock of that many seconds",
    ]);
  });
});

test.each(["LIMIT_PASSKEY_IP", "LIMIT_REAUTHENTICATION", "LIMIT_SECOND_FACTOR"])(
  "%s is a count and seconds",
  (name) => {
    expect(settingsOf({ [name]: "7/8" })).toMatchObject({ [name]: { count: 7, seconds: 8 } });
    for (const value of ["0/60", "5", "5/0", "5/86401", "-5/60", "5 / 60", "off"])
      expect(faultsOf({ [name]: value })).toEqual([
        expect.stringMatching(new RegExp(`^${name} must be <count>/<seconds>, such as `)),
      ]);
  },
);

describe("PK-03 WEBAUTHN_RP_ID and WEBAUTHN_ORIGINS", () => {
  test.each<[Environment, string, string]>([
    [{}, "localhost", "http://localhost:3000"],
    [{ PORT: "4000" }, "localhost", "http://localhost:4000"],
    [production, "auth.example.com", "https://auth.example.com"],
    [
      { PUBLIC_URL: "https://AUTH.example.com:8443/" },
      "auth.example.com",
      "https://auth.example.com:8443",
    ],
  ])("are host and origin of PUBLIC_URL unless they are set: %j", (environment, id, origin) => {
    expect(settingsOf(environment)).toMatchObject({
      WEBAUTHN_RP_ID: id,
      WEBAUTHN_ORIGINS: new Set([origin]),
    });
    expect(remarksOf(environment)).toEqual([]);
  });

  test.each<[string, Environment]>([
    ["the host itself", { WEBAUTHN_RP_ID: "auth.example.com" }],
    ["a domain above it", { WEBAUTHN_RP_ID: "example.com" }],
    [
      "a domain that several origins share",
      {
        WEBAUTHN_RP_ID: "example.com",
        WEBAUTHN_ORIGINS: "https://auth.example.com, https://app.example.com:8443",
      },
    ],
    [
      "one that another origin is related to",
      { WEBAUTHN_ORIGINS: "https://auth.example.com,https://shop.example" },
    ],
    [
      "one for a page of this machine, while it is written",
      { WEBAUTHN_RP_ID: "localhost", WEBAUTHN_ORIGINS: "http://localhost:5173" },
    ],
    [
      "one with an app beside the page",
      { WEBAUTHN_ORIGINS: `https://auth.example.com,${ANDROID}` },
    ],
    ["one of apps alone", { WEBAUTHN_RP_ID: "example.com", WEBAUTHN_ORIGINS: ANDROID }],
  ])("may be %s", (_, environment) => {
    for (const others of [production, { PUBLIC_URL: production.PUBLIC_URL }]) {
      const settings = settingsOf({ ...others, ...environment });
      const given = environment["WEBAUTHN_ORIGINS"]?.split(",").map((each) => each.trim());
      expect(settings.WEBAUTHN_ORIGINS).toEqual(new Set(given ?? [production.PUBLIC_URL]));
      expect(settings.WEBAUTHN_RP_ID).toBe(environment["WEBAUTHN_RP_ID"] ?? "auth.example.com");
    }
  });

  const ofOrigins =
    "WEBAUTHN_RP_ID must be the host of an origin in WEBAUTHN_ORIGINS, or a domain above it, such as example.com for https://app.example.com: browsers refuse every other";
  test.each([
    ["shop.example", "https://auth.example.com", ofOrigins],
    ["auth.example.com", "https://example.com", ofOrigins],
    ["xample.com", "https://example.com", ofOrigins],
    ["com", "https://auth.example.com", ofOrigins],
    ["localhost", "http://app.localhost:3000", ofOrigins],
    ["example.com", "https://example.com.evil.example", ofOrigins],
    [
      "shop.example",
      "",
      "WEBAUTHN_RP_ID must be the host of PUBLIC_URL, or a domain above it, such as example.com for https://app.example.com: browsers refuse every other",
    ],
    [
      "",
      "https://app.example.com",
      "WEBAUTHN_RP_ID must be set: no origin in WEBAUTHN_ORIGINS is on the host of PUBLIC_URL or below it. Set it to the domain that they share, such as example.com",
    ],
  ])("are refused where no origin may claim the name: %s on %s", (id, origins, fault) => {
    const environment = { WEBAUTHN_RP_ID: id, WEBAUTHN_ORIGINS: origins };
    expect(faultsOf({ ...production, ...environment })).toEqual([fault]);
    expect(faultsOf({ PUBLIC_URL: production.PUBLIC_URL, ...environment })).toEqual([fault]);
  });

  test("raise no second fault where PUBLIC_URL is none", () => {
    for (const others of [
      { WEBAUTHN_RP_ID: "example.com" },
      { WEBAUTHN_ORIGINS: "https://app.example.com" },
    ])
      expect(faultsOf({ ...production, PUBLIC_URL: "auth.example.com", ...others })).toEqual([
        expect.stringMatching(/^PUBLIC_URL must be /),
      ]);
  });

  test.each([
    "https://example.com",
    "example.com:443",
    "example.com/",
    "Example.com",
    "*.example.com",
    "10.0.0.7",
    "::1",
    "[::1]",
    "bücher.example",
  ])("WEBAUTHN_RP_ID is refused in one line where it is no name: %s", (WEBAUTHN_RP_ID) => {
    expect(faultsOf({ ...production, WEBAUTHN_RP_ID })).toEqual([
      "WEBAUTHN_RP_ID must be a host name in lower case, such as example.com, and no IP address",
    ]);
  });

  test.each([
    "app.example.com",
    "https://app.example.com/",
    "https://app.example.com/login",
    "https://APP.example.com",
    "https://app.example.com:443",
    "https://*.example.com",
    "http://app.example.com",
    "https://auth.example.com,",
    "https://auth.example.com;https://app.example.com",
    "null",
    "*",
    "android:apk-key-hash:short",
    `${ANDROID}=`,
    "ios:bundle-id:com.example",
    "chrome-extension://abcdefghijklmnop",
  ])("WEBAUTHN_ORIGINS is refused in one line where it is not exact: %s", (WEBAUTHN_ORIGINS) => {
    expect(faultsOf({ ...production, WEBAUTHN_ORIGINS })).toEqual([
      "WEBAUTHN_ORIGINS must be exact origins such as https://app.example.com or android:apk-key-hash:…, separated by commas",
    ]);
  });

  test.each(["https://10.0.0.7", "http://127.0.0.1:5173", "https://[2001:db8::7]", "http://[::1]"])(
    "WEBAUTHN_ORIGINS is refused in one line where no browser makes a passkey: %s",
    (WEBAUTHN_ORIGINS) => {
      for (const environment of [production, {}])
        expect(faultsOf({ ...environment, WEBAUTHN_ORIGINS })).toEqual([
          "WEBAUTHN_ORIGINS has an IP address, and browsers make passkeys for names alone: give names, such as https://app.example.com or http://localhost:3000",
        ]);
    },
  );
});

describe("a PUBLIC_URL at which no browser makes a passkey is told of, and the start goes on", () => {
  const address =
    "PUBLIC_URL is an IP address: browsers make passkeys for names alone, so there are none here. Give it a name, such as https://auth.example.com, or http://localhost:3000 on this machine";

  test.each(["https://10.0.0.7", "http://127.0.0.1:3000", "https://[2001:db8::7]:8443"])(
    "%s is an IP address, in development and in production",
    (PUBLIC_URL) => {
      expect(remarksOf({ PUBLIC_URL })).toEqual([address]);
      expect(remarksOf({ ...production, PUBLIC_URL })).toEqual([address]);
    },
  );

  test("http on another machine is no place for them either", () => {
    const PUBLIC_URL = "http://auth.example.com";
    expect(remarksOf({ PUBLIC_URL })).toEqual([
      "PUBLIC_URL is plain http: browsers make passkeys over https, and on localhost, so there are none here. Put TLS in front, and begin it with https",
    ]);
    expect(remarksOf({ ...production, PUBLIC_URL })).toEqual([
      expect.stringMatching(/^PUBLIC_URL is plain http: browsers .* make no passkeys, /),
    ]);
  });

  test("nothing is said where the pages are elsewhere, or it has a name", () => {
    const pages = { WEBAUTHN_RP_ID: "example.com", WEBAUTHN_ORIGINS: "https://app.example.com" };
    expect(remarksOf({ PUBLIC_URL: "https://10.0.0.7", ...pages })).toEqual([]);
    for (const PUBLIC_URL of ["https://auth.example.com", "http://localhost:3000"])
      expect(remarksOf({ PUBLIC_URL })).toEqual([]);
    expect(remarksOf({})).toEqual([]);
  });

  test("a name for an address is refused: no page is on it", () => {
    expect(faultsOf({ PUBLIC_URL: "https://10.0.0.7", WEBAUTHN_RP_ID: "example.com" })).toEqual([
      expect.stringMatching(/^WEBAUTHN_RP_ID must be the host of PUBLIC_URL, /),
    ]);
  });
});

test.each([
  ["SECOND_FACTORS", "SECOND_FACTOR"],
  ["TOTP_ISUER", "TOTP_ISSUER"],
  ["WEBAUTHN_RPID", "WEBAUTHN_RP_ID"],
  ["WEBAUTHN_ORIGIN", "WEBAUTHN_ORIGINS"],
  ["LIMIT_PASSKEYS_IP", "LIMIT_PASSKEY_IP"],
  ["LIMIT_REAUTENTICATION", "LIMIT_REAUTHENTICATION"],
  ["LIMIT_SECONDFACTOR", "LIMIT_SECOND_FACTOR"],
])("CF-10 %s was meant to be %s", (name, meant) => {
  expect(remarksOf({ [name]: "x" })).toEqual([
    `${name} is not known, and has no effect: ${meant} was probably meant`,
  ]);
});
