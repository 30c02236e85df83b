import crypto, { randomBytes } from "node:crypto";
import { availableParallelism } from "node:os";
import pg from "pg";
import { describe, expect, onTestFinished, test } from "vitest";
import { hasArgon2 } from "../src/domain/argon2.ts";
import { mountPathOf, originOf } from "../src/process/setting-variables.ts";
import { readSettings } from "../src/process/settings.ts";
import {
  type DatabaseTarget,
  parseDatabaseUrl,
  sendsPlainText,
} from "../src/storage/engine/target.ts";

const SECRET = "Zq3v9Lr0pXw7Yt5Bn2Kd8Hs4Gf6Jc1Ma";
const production = {
  NODE_ENV: "production",
  PUBLIC_URL: "https://auth.example.com",
  AUTH_SECRET: SECRET,
  SMTP_URL: "smtps://mail.example.com",
  MAIL_FROM: "Example <auth@example.com>",
};
type Environment = Record<string, string | undefined>;

function settingsOf(environment: Environment) {
  const read = readSettings(environment);
  if ("faults" in read) throw new Error(read.faults.join("; "));
  return read.settings;
}
function faultsOf(environment: Environment): readonly string[] {
  const read = readSettings(environment);
  return "faults" in read ? read.faults : [];
}

test("CF-02 without any setting there are safe defaults", () => {
  const { TRUST_PROXY: trusts, given, remarks, ...settings } = settingsOf({});
  expect([given.size, remarks]).toEqual([0, []]);
  for (const address of ["127.0.0.1", "::1", "10.0.0.1"]) expect(trusts(address)).toBe(false);
  expect(settings).toEqual({
    NODE_ENV: "development",
    PORT: 3000,
    HOST: "127.0.0.1",
    database: { kind: "sqlite", path: "data/portcullis.db" },
    pool: { poolSize: 10, statementTimeoutSeconds: 5, connectTimeoutSeconds: 3 },
    dataFolder: "data",
    DOCS: "on",
    PAGES: "on",
    CONSOLE: "on",
    DEV_COOKIES: "secure",
    LOG_LEVEL: "info",
    PASSWORD_HASH: "bcrypt",
    BCRYPT_COST: 12,
    ARGON2_MEMORY_KIB: 19_456,
    ARGON2_PASSES: 2,
    BREACHED_PASSWORDS: { kind: "off" },
    HASH_WORKERS: availableParallelism(),
    HASH_QUEUE: 16 * availableParallelism(),
    PASSWORD_MIN_LENGTH: 15,
    ACCESS_TOKEN_TTL: 900,
    REFRESH_TOKEN_TTL: 2_592_000,
    REFRESH_GRACE: 10,
    RESET_TOKEN_TTL: 1_800,
    SESSION_TTL: 86_400,
    SESSION_IDLE_TTL: 3_600,
    EVENT_RETENTION_DAYS: 365,
    SIGNUP: "open",
    SIGNUP_TTL: 86_400,
    MAIL_LOGIN: "off",
    SECOND_FACTOR: "optional",
    TOTP_ISSUER: "Portcullis",
    WEBAUTHN_RP_ID: "localhost",
    WEBAUTHN_ORIGINS: new Set(["http://localhost:3000"]),
    CHALLENGE_TTL: 600,
    RECENT_AUTH_SECONDS: 600,
    providers: [],
    SHARED_DATABASE: "off",
    SERVICE_NAME: "Portcullis",
    MAIL_LOCALE: "en",
    CORS_ORIGINS: new Set(),
    CORS_HEADERS: new Set(),
    ...developmentLimits,
    LOCKOUT_THRESHOLD: 10,
    LOCKOUT_SECONDS: 900,
  });
});

const untroubled = { count: 1_000, seconds: 60 };
/** A developer, and a test suite, are everybody behind one address; an account is guarded as in production. */
const developmentLimits = {
  LIMIT_LOGIN_IP: untroubled,
  LIMIT_LOGIN_EMAIL: { count: 5, seconds: 60 },
  LIMIT_SIGNUP_IP: untroubled,
  LIMIT_FORGOT_IP: untroubled,
  LIMIT_FORGOT_EMAIL: untroubled,
  LIMIT_REFRESH_IP: untroubled,
  LIMIT_SIGNUP_EMAIL: untroubled,
  LIMIT_MAIL_LOGIN_IP: untroubled,
  LIMIT_MAIL_LOGIN_EMAIL: untroubled,
  LIMIT_CHALLENGE_IP: untroubled,
  LIMIT_EMAIL_CHANGE: untroubled,
  LIMIT_PASSKEY_IP: untroubled,
  LIMIT_PROVIDER_IP: untroubled,
  LIMIT_REAUTHENTICATION: untroubled,
  LIMIT_SECOND_FACTOR: { count: 10, seconds: 900 },
};

test("CF-02 production has strict limits without any setting, and development those that keep no developer waiting", () => {
  expect(settingsOf(production)).toMatchObject({
    LIMIT_LOGIN_IP: { count: 20, seconds: 60 },
    LIMIT_LOGIN_EMAIL: { count: 5, seconds: 60 },
    LIMIT_SIGNUP_IP: { count: 10, seconds: 3_600 },
    LIMIT_FORGOT_IP: { count: 20, seconds: 3_600 },
    LIMIT_FORGOT_EMAIL: { count: 3, seconds: 3_600 },
    LIMIT_REFRESH_IP: { count: 120, seconds: 60 },
    LIMIT_SIGNUP_EMAIL: { count: 3, seconds: 3_600 },
    LIMIT_MAIL_LOGIN_IP: { count: 20, seconds: 3_600 },
    LIMIT_MAIL_LOGIN_EMAIL: { count: 3, seconds: 3_600 },
    LIMIT_CHALLENGE_IP: { count: 30, seconds: 600 },
    LIMIT_EMAIL_CHANGE: { count: 5, seconds: 86_400 },
    LIMIT_PASSKEY_IP: { count: 60, seconds: 600 },
    LIMIT_PROVIDER_IP: { count: 30, seconds: 600 },
    LIMIT_REAUTHENTICATION: { count: 10, seconds: 900 },
    LIMIT_SECOND_FACTOR: { count: 10, seconds: 900 },
    LOCKOUT_THRESHOLD: 10,
    LOCKOUT_SECONDS: 900,
  });
  expect(settingsOf({ NODE_ENV: "test" })).toMatchObject(developmentLimits);
  for (const name of Object.keys(developmentLimits))
    for (const environment of [{}, { NODE_ENV: "test" }, production])
      expect(settingsOf({ ...environment, [name]: "7/8" })).toMatchObject({
        [name]: { count: 7, seconds: 8 },
      });
});

test("IV-07 HASH_QUEUE follows HASH_WORKERS unless it is set itself", () => {
  expect(settingsOf({ HASH_WORKERS: "1" }).HASH_QUEUE).toBe(16);
  expect(settingsOf({ HASH_WORKERS: "4" }).HASH_QUEUE).toBe(64);
  expect(settingsOf({ HASH_WORKERS: "4", HASH_QUEUE: "5" }).HASH_QUEUE).toBe(5);
});

test.skipIf(!hasArgon2())(
  "IV-07 HASH_QUEUE of argon2id has more room, because its hashes take less time",
  () => {
    const argon2id = { PASSWORD_HASH: "argon2id", HASH_WORKERS: "2" };
    expect(settingsOf(argon2id).HASH_QUEUE).toBe(320);
    expect(settingsOf({ ...argon2id, ARGON2_PASSES: "4" }).HASH_QUEUE).toBe(160);
    expect(settingsOf({ ...argon2id, ARGON2_MEMORY_KIB: "262144" }).HASH_QUEUE).toBe(32);
    expect(settingsOf({ ...argon2id, HASH_QUEUE: "5" }).HASH_QUEUE).toBe(5);
  },
);

test("PW-08 argon2id on a Node that has none is refused, in one sentence that says what to do", () => {
  const { argon2Sync } = crypto;
  onTestFinished(() => void Object.assign(crypto, { argon2Sync }));
  Reflect.deleteProperty(crypto, "argon2Sync");
  expect(faultsOf({ PASSWORD_HASH: "argon2id" })).toEqual([
    `PASSWORD_HASH argon2id needs Node 24.7 or newer, and this is ${process.versions.node}: use such a Node, or bcrypt`,
  ]);
  expect(settingsOf({}).PASSWORD_HASH).toBe("bcrypt");
});

test("PW-08 one hash of argon2id takes no seconds", () => {
  expect(faultsOf({ ARGON2_MEMORY_KIB: "262144", ARGON2_PASSES: "5" })).toEqual([
    expect.stringMatching(/^ARGON2_PASSES times ARGON2_MEMORY_KIB must not exceed 1048576/),
  ]);
});

test("BREACHED_PASSWORDS is off, the service, or a file; no variable names another service", () => {
  const of = (BREACHED_PASSWORDS: string) => settingsOf({ BREACHED_PASSWORDS }).BREACHED_PASSWORDS;
  expect(faultsOf({ BREACHED_PASSWORDS: "file:" })).toHaveLength(1);
  expect(of("off")).toEqual({ kind: "off" });
  expect(of("hibp")).toEqual({ kind: "hibp", url: "https://api.pwnedpasswords.com" });
  expect(of("file:/srv/a b:c.txt")).toEqual({ kind: "file", path: "/srv/a b:c.txt" });
});

test("an empty variable is one that is not set", () => {
  const names = [
    "PORT",
    "HOST",
    "AUTH_SECRET",
    "PUBLIC_URL",
    "DOCS",
    "ADMIN_EMAIL",
    "ADMIN_PASSWORD",
    "NODE_ENV",
    "SMTP_URL",
    "MAIL_FROM",
    "CORS_ORIGINS",
    "TRUST_PROXY",
    "LIMIT_LOGIN_IP",
    "LOCKOUT_THRESHOLD",
  ];
  const { TRUST_PROXY: trusts, ...settings } = settingsOf(
    Object.fromEntries(names.map((name) => [name, ""])),
  );
  expect(trusts("127.0.0.1")).toBe(false);
  expect({ ...settings, TRUST_PROXY: trusts }).toEqual({ ...settingsOf({}), TRUST_PROXY: trusts });
  expect(faultsOf({ ...production, AUTH_SECRET: "" })).toEqual([
    "AUTH_SECRET is required in production",
  ]);
});

test("PUBLIC_URL may have a path: it is kept without a slash at its end, and origins are without it", () => {
  for (const url of ["https://example.com/auth/v1", "https://EXAMPLE.com:443/x/../auth/v1/"]) {
    const settings = settingsOf({ PUBLIC_URL: url });
    expect(settings.PUBLIC_URL).toBe("https://example.com/auth/v1");
    expect([originOf(settings), mountPathOf(settings)]).toEqual([
      "https://example.com",
      "/auth/v1",
    ]);
    expect(settings.WEBAUTHN_ORIGINS).toEqual(new Set(["https://example.com"]));
    expect(settings.WEBAUTHN_RP_ID).toBe("example.com");
  }
  expect(mountPathOf(settingsOf({ PUBLIC_URL: "https://example.com/" }))).toBe("");
  expect(mountPathOf(settingsOf({}))).toBe("");
});

test("PUBLIC_URL becomes an origin: a slash at its end and the default port are no difference", () => {
  for (const url of [
    "https://auth.example.com",
    "https://auth.example.com/",
    "https://AUTH.example.com:443",
  ])
    expect(settingsOf({ PUBLIC_URL: url }).PUBLIC_URL).toBe("https://auth.example.com");
});

describe.each(["RESET_URL", "CONFIRM_URL", "EMAIL_URL", "MAIL_LOGIN_URL"])(
  "RS-05 MT-02 %s",
  (name) => {
    const origins = {
      PUBLIC_URL: "https://auth.example.com",
      CORS_ORIGINS: "https://app.example.com,http://localhost:5173",
    };
    const given = (url: string, others = {}) => ({ ...origins, ...others, [name]: url });

    test.each([
      "https://app.example.com/",
      "https://app.example.com/welcome?view=reset&from=mail",
      "https://auth.example.com/own",
      "http://localhost:5173/reset",
    ])("may be a page that may call the API, and is taken as it stands: %s", (url) => {
      expect(settingsOf(given(url))).toMatchObject({ [name]: url });
      expect(settingsOf(given(url, production))).toMatchObject({ [name]: url });
    });

    test("may be of this machine where PUBLIC_URL is not set", () => {
      const url = "http://localhost:3001/own";
      expect(settingsOf({ PORT: "3001", [name]: url })).toMatchObject({ [name]: url });
      expect(faultsOf({ PORT: "3000", [name]: url })).toHaveLength(1);
    });

    test.each([
      "https://evil.example/reset",
      "https://app.example.com.evil.example/reset",
      "https://app.example.com:8443/reset",
      "http://localhost:3000/reset",
      "https://sub.app.example.com/reset",
    ])("is refused where its page may not call the API: %s", (url) => {
      expect(faultsOf(given(url))).toEqual([
        `${name} must be on the origin of PUBLIC_URL, or on one in CORS_ORIGINS: its page calls the API`,
      ]);
    });

    test.each([
      "app.example.com/reset",
      "/reset",
      "http://app.example.com/reset",
      "javascript:alert(1)//",
      "https://app.example.com",
      "https://app.example.com/reset#",
      "https://app.example.com/reset#token=",
      "https://user:hunter2@app.example.com/reset",
      "https://user@app.example.com/reset",
      "https://APP.example.com/reset",
      "https://app.example.com:443/reset",
      "https://app.example.com/a/../reset",
      "https://app.example.com/ä",
      "https://app.example.com\\reset",
    ])("is refused in one line where it is no URL a token may follow: %s", (url) => {
      expect(faultsOf(given(url))).toEqual([
        `${name} must be the https URL of a page, as a browser writes it, such as https://app.example.com/reset: without a password or a #; http only on this very machine`,
      ]);
    });
  },
);

test("SERVICE_NAME is a short name without control characters", () => {
  for (const SERVICE_NAME of ["Example Shop", "Bäckerei & <Söhne>", "例え", "🏰", "x".repeat(64)])
    expect(settingsOf({ SERVICE_NAME }).SERVICE_NAME).toBe(SERVICE_NAME);
  for (const SERVICE_NAME of ["x".repeat(65), "a\r\nBcc: b", "a\u0000b", "a\u202eb", "a\u2028b"])
    expect(faultsOf({ SERVICE_NAME })).toEqual([
      "SERVICE_NAME must be a name of at most 64 characters, such as Example Shop",
    ]);
});

test.each<[string, string]>([
  ["NODE_ENV", "Production"],
  ["PORT", "65536"],
  ["PORT", "0x1F90"],
  ["PORT", " 3001"],
  ["PORT", "٣٠٠٠"],
  ["PUBLIC_URL", "login.example.org"],
  ["PUBLIC_URL", "javascript:alert(1)"],
  ["PUBLIC_URL", "https://auth.example.com//base"],
  ["PUBLIC_URL", "https://auth.example.com/.base"],
  ["PUBLIC_URL", "https://auth.example.com/base:x"],
  ["PUBLIC_URL", "https://auth.example.com/base?x"],
  ["PUBLIC_URL", "https://auth.example.com/base#x"],
  ["PUBLIC_URL", "https://ada:secret@auth.example.com/base"],
  ["PUBLIC_URL", "https://auth.example.com/a%62"],
  ["DATABASE_URL", "mysql://user:hunter2@db/auth"],
  ["DATABASE_URL", "file:auth.db"],
  ["DATABASE_URL", "data/hunter2.db"],
  ["AUTH_SECRET", "too short to be one"],
  ["AUTH_SECRET", "abababababababababababababababababab"],
  ["AUTH_SECRET", "change me change me change me change me"],
  ["AUTH_SECRET", "0123456789abcdef0123456789abcdef"],
  ["AUTH_SECRET", "abcdefghijklmnopqrstuvwxyz0123456789"],
  ["AUTH_SECRET", "Replace-Me-With-32-Random-Bytes!"],
  ["AUTH_SECRET", "my-Secret-key-4-jwt-signing-x97qz"],
  ["ADMIN_EMAIL", "nobody-at-nowhere"],
  ["DOCS", "true"],
  ["PAGES", "yes"],
  ["CONSOLE", "1"],
  ["ACCENT_COLOR", "#246"],
  ["ACCENT_COLOR", "#2456c7;}body{x:y"],
  ["ACCENT_COLOR", "rebeccapurple"],
  ["LOGO", "/srv/logo.gif"],
  ["PRIVACY_URL", "http://example.com/privacy"],
  ["PRIVACY_URL", "javascript:alert(1)"],
  ["TERMS_URL", "https://ada:secret@example.com/terms"],
  ["TERMS_URL", "/terms"],
  ["METRICS_TOKEN", "fifteen-letters"],
  ["METRICS_TOKEN", "no spaces in a bearer token"],
  ["METRICS_TOKEN", 'neither " nor ; or é in one'],
  ["LOG_LEVEL", "debug"],
  ["MAIL_LOCALE", "en_US"],
  ["SECOND_FACTOR", "on"],
  ["TOTP_ISSUER", "Example: Shop"],
  ["LIMIT_SECOND_FACTOR", "101/900"],
  ["LIMIT_PASSKEY_IP", "60 per 600"],
  ["LIMIT_REAUTHENTICATION", "10/86401"],
  ["WEBAUTHN_RP_ID", "https://shop.example"],
  ["WEBAUTHN_ORIGINS", "shop.example"],
  ["MAIL_LOCALE", "../en"],
  ["BCRYPT_COST", "9"],
  ["BCRYPT_COST", "16"],
  ["PASSWORD_HASH", "scrypt"],
  ["ARGON2_MEMORY_KIB", "19455"],
  ["ARGON2_MEMORY_KIB", "262145"],
  ["ARGON2_PASSES", "1"],
  ["ARGON2_PASSES", "51"],
  ["BREACHED_PASSWORDS", "on"],
  ["BREACHED_PASSWORDS", "https://api.pwnedpasswords.example"],
  ["HASH_QUEUE", "0"],
  ["PASSWORD_MIN_LENGTH", "7"],
  ["ACCESS_TOKEN_TTL", "29"],
  ["SESSION_TTL", "31622401"],
  ["SESSION_IDLE_TTL", "86401"],
  ["REFRESH_TOKEN_TTL", "899"],
])("%s=%s is refused; the sentence names the variable and never the value", (name, value) => {
  const faults = faultsOf({ [name]: value });
  expect(faults).not.toEqual([]);
  expect(faults.join("; ")).toMatch(
    name === "REFRESH_TOKEN_TTL" ? /ACCESS_TOKEN_TTL/ : new RegExp(`^${name} `),
  );
  // "9" may be a bound that is named; what is longer could only be the value itself.
  if (value.length > 3) expect(faults.join("; ")).not.toContain(value);
});

test.each<[string, DatabaseTarget, string]>([
  ["sqlite:portcullis.db", { kind: "sqlite", path: "portcullis.db" }, "."],
  ["sqlite:/var/lib/a b/ü.db", { kind: "sqlite", path: "/var/lib/a b/ü.db" }, "/var/lib/a b"],
  ["sqlite:/srv/100%20.db?mode=ro", { kind: "sqlite", path: "/srv/100%20.db?mode=ro" }, "/srv"],
  ["sqlite:postgres://x", { kind: "sqlite", path: "postgres://x" }, "postgres:/"],
  [
    "postgres://u:p@db:5433/auth?a=b",
    { kind: "postgres", url: "postgres://u:p@db:5433/auth?a=b" },
    "data",
  ],
  [
    "postgresql:///auth?host=/run",
    { kind: "postgres", url: "postgresql:///auth?host=/run" },
    "data",
  ],
])("DATABASE_URL=%s is read once, and says where files are kept", (url, target, folder) => {
  expect(parseDatabaseUrl(url)).toEqual(target);
  const settings = settingsOf({
    DATABASE_URL: url,
    DATABASE_POOL_SIZE: "7",
    DATABASE_STATEMENT_TIMEOUT: "8",
    DATABASE_CONNECT_TIMEOUT: "9",
  });
  expect(settings).toMatchObject({ database: target, dataFolder: folder });
  expect(settings.pool).toEqual({
    ...{ poolSize: 7, statementTimeoutSeconds: 8, connectTimeoutSeconds: 9 },
  });
  expect(Object.keys(settings).filter((name) => name.startsWith("DATABASE_"))).toEqual([]);
});

test.each([
  "",
  "sqlite:",
  "sqlite:file:a.db",
  "sqlite://data/a.db",
  "SQLITE:a.db",
  "data/x.db",
  "postgres:auth",
  "postgres://",
  "mysql://u:hunter2@db/x",
])("ST-01 LA-03 DATABASE_URL=%j is no database, and the fault does not repeat it", (url) => {
  expect(parseDatabaseUrl(url)).toBeUndefined();
  if (url === "") return; // not set, to the settings
  expect(faultsOf({ DATABASE_URL: url })).toEqual([
    "DATABASE_URL must be sqlite:<file>, such as sqlite:data/portcullis.db, or postgres://…",
  ]);
});

test.each([":memory:", "file::memory:?cache=shared", "/var/lib/:memory:"])(
  "ST-01 a database in memory is refused in plain words: sqlite:%s",
  (path) => {
    expect(parseDatabaseUrl(`sqlite:${path}`)).toBeUndefined();
    expect(faultsOf({ DATABASE_URL: `sqlite:${path}` })).toEqual([
      "DATABASE_URL must name a file, such as sqlite:data/portcullis.db: a database in memory forgets what it has acknowledged",
    ]);
  },
);

test.each([
  ["127.0.0.1", "127.0.0.1"],
  ["::1", "::1"],
  ["[::1]", "::1"],
  ["[::]", "::"],
  ["0.0.0.0", "0.0.0.0"],
  ["localhost", "localhost"],
  ["auth_1.internal.example.com.", "auth_1.internal.example.com."],
])("HOST=%s is %s to the socket", (given, host) => {
  expect(settingsOf({ HOST: given }).HOST).toBe(host);
});

test.each([
  "[::1",
  "[localhost]",
  "localhost:3000",
  "http://localhost",
  "::1]",
  "a b",
  "-a",
  "1::2::3",
  "name.".repeat(50).concat("abcd"), // one more than a name may have
])("HOST=%s is refused", (given) => {
  expect(faultsOf({ HOST: given })).toEqual([
    "HOST must be an address or a name of this machine, such as 127.0.0.1, ::1 or localhost, without a port",
  ]);
});

/** A good value of each setting that takes a text. */
const texts = {
  AUTH_SECRET: SECRET,
  ADMIN_PASSWORD: "a tall ship and a star",
  METRICS_TOKEN: "a-token-for-the-scraper-0123456789",
  DATABASE_URL: "postgres://u:p@localhost/auth",
  SMTP_URL: "smtps://u:p@mail.example.com",
  PUBLIC_URL: "https://auth.example.com",
  HOST: "localhost",
  NODE_ENV: "test",
} as const;
const withAll = { ...texts, ADMIN_EMAIL: "ada@example.com", MAIL_FROM: "auth@example.com" };

describe.each(Object.entries(texts))("CF-10 %s", (name, good) => {
  test.each([
    [`"${good}"`, "stands in quotes, which would be a part of it: take them away"],
    [`'${good}'`, "stands in quotes, which would be a part of it: take them away"],
    [`“${good}”`, "stands in quotes, which would be a part of it: take them away"],
    [` ${good}`, "begins or ends with white space: take it away"],
    [`${good}\u00a0`, "begins or ends with white space: take it away"],
    [`\ufeff${good}`, "begins or ends with white space: take it away"],
    [`${good}\r`, "ends in a line break: take it away (is its file from Windows?)"],
    [`${good}\n`, "ends in a line break: take it away (is its file from Windows?)"],
    [`"${good}"\r`, "ends in a line break: take it away (is its file from Windows?)"],
  ])("%j is refused in one line, which names it and does not repeat it", (value, fault) => {
    expect(faultsOf(withAll)).toEqual([]);
    expect(faultsOf({ ...withAll, [name]: value })).toEqual([`${name} ${fault}`]);
  });
});

test("a quote, or a space, within a value is a part of it", () => {
  for (const ADMIN_PASSWORD of ["it's a tall ship and a star", `"a" tall ship and a star's`])
    expect(settingsOf({ ...withAll, ADMIN_PASSWORD }).ADMIN_PASSWORD).toBe(ADMIN_PASSWORD);
});

test.each([
  ["AUTH_SECRET", "short"],
  ["PUBLIC_URL", "login.example.org"],
  ["PUBLIC_URL", "https://auth.example.com/a%62"],
  ["ADMIN_EMAIL", "nobody-at-nowhere"],
  ["SMTP_URL", "mail.example.com"],
  ["MAIL_FROM", "nobody"],
  ["DATABASE_URL", "mysql://db"],
  ["SESSION_TTL", "a day"],
  ["NODE_ENV", "Production"],
])("one fault is one line: %s=%s", (name, value) => {
  const others = { ...production, ADMIN_EMAIL: "ada@example.com", ADMIN_PASSWORD: "a tall ship" };
  const faults = faultsOf({ ...others, [name]: value });
  expect(faults.map((fault) => fault.split(" ")[0])).toEqual([name]);
});

describe("CF-09 PostgreSQL on another machine in plain text", () => {
  const fault = expect.stringMatching(
    /^DATABASE_URL leads to another machine in plain text: add \?sslmode=verify-full, or /,
  );
  const url = (rest: string) => ({ ...production, DATABASE_URL: `postgres://u:hunter2@${rest}` });

  test.each([
    "db.example.com/auth",
    "db:5433/auth",
    "10.0.0.7/auth",
    "[2001:db8::7]/auth",
    "localhost.example.com/auth",
    "localhost/auth?host=db.example.com",
    "127.0.0.1.example.com/auth",
    "db/auth?sslmode=",
    "db/auth?ssl=0",
    "db/auth?application_name=sslmode",
  ])("is refused in production: %s", (rest) => {
    expect(faultsOf(url(rest))).toEqual([fault]);
    expect(faultsOf({ DATABASE_URL: `postgres://u:p@${rest}` })).toEqual([]); // a developer's own network
  });

  test("is refused where PGHOST names the machine", () => {
    const DATABASE_URL = "postgres:///auth";
    expect(faultsOf({ ...production, DATABASE_URL })).toEqual([]);
    expect(faultsOf({ ...production, DATABASE_URL, PGHOST: "db.example.com" })).toEqual([fault]);
  });

  test.each([
    "localhost/auth",
    "127.0.0.1:5433/auth",
    "[::1]/auth",
    "/auth",
    "/auth?host=/run/postgresql",
    "%2Frun%2Fpostgresql/auth",
    "db.example.com/auth?sslmode=verify-full",
    "db.example.com/auth?sslmode=require",
    "db.example.com/auth?sslrootcert=/etc/ca.pem",
    "db.example.com/auth?ssl=true",
    "db.example.com/auth?sslmode=disable",
  ])("is not meant by %s", (rest) => {
    expect(faultsOf(url(rest))).toEqual([]);
  });

  test.each([
    "",
    "?sslmode=require",
    "?sslmode=no-verify",
    "?sslmode=verify-full",
    "?sslmode=allow",
    "?sslmode=",
    "?ssl=1",
    "?ssl=0",
    "?ssl=true",
    "?sslnegotiation=direct",
    "?sslmode=require&sslmode=",
  ])("is what the driver itself makes of %j", (query) => {
    const target = { kind: "postgres", url: `postgres://u:p@db/auth${query}` } as const;
    const { ssl } = new pg.Client({ connectionString: target.url });
    expect(sendsPlainText(target)).toBe(!ssl);
  });
});

test("CF-08 DEV_COOKIES=plain is refused in production, and wherever PUBLIC_URL is https", () => {
  expect(settingsOf({ DEV_COOKIES: "plain" }).DEV_COOKIES).toBe("plain");
  const fault = "DEV_COOKIES must be secure in production, and wherever PUBLIC_URL is https";
  expect(faultsOf({ ...production, DEV_COOKIES: "plain" })).toEqual([fault]);
  const url = { PUBLIC_URL: "https://auth.example.com", DEV_COOKIES: "plain" };
  expect(faultsOf(url)).toEqual([fault]);
  expect(faultsOf({ ...production, PUBLIC_URL: "http://10.0.0.7", DEV_COOKIES: "plain" })).toEqual([
    fault,
  ]);
});

test("all faults are told at once, those between two variables too", () => {
  const faults = faultsOf({
    NODE_ENV: "production",
    PORT: "none",
    DATABASE_URL: "mysql://db",
    TRUST_PROXY: "everybody",
    BCRYPT_COST: "4",
    ADMIN_EMAIL: "ada@example.com",
  });
  const names = faults.map((fault) => fault.split(" ")[0]);
  expect(names.sort()).toEqual([
    "ADMIN_PASSWORD",
    "AUTH_SECRET",
    "BCRYPT_COST",
    "DATABASE_URL",
    "MAIL_FROM",
    "PORT",
    "PUBLIC_URL",
    "SMTP_URL",
    "TRUST_PROXY",
  ]);
});

test.each([
  ["NODE_ENV", "must be development, test or production"],
  ["LOG_LEVEL", "must be info, warn, error or silent"],
  ["DOCS", "must be on or off"],
  ["PAGES", "must be on or off"],
  ["CONSOLE", "must be on or off"],
  ["DEV_COOKIES", "must be secure or plain"],
])(
  "a word that %s does not have is told with the words it has, and hides no other fault",
  (name, rule) => {
    const faults = faultsOf({ [name]: "loud", ADMIN_EMAIL: "ada@example.com" });
    expect(faults).toEqual([
      `${name} ${rule}`,
      "ADMIN_PASSWORD is required where ADMIN_EMAIL is set",
    ]);
  },
);

test("CF-08 production on plain http is told of, but for names of this machine", () => {
  // That an address is no place for passkeys is another remark.
  const remarksOf = (PUBLIC_URL: string, NODE_ENV = "production") => {
    const read = readSettings({ ...production, PUBLIC_URL, NODE_ENV });
    const told = "remarks" in read ? read.remarks : [];
    return { remarks: told.filter((remark) => !remark.startsWith("PUBLIC_URL is an IP address")) };
  };
  const remarks = [
    expect.stringMatching(/^PUBLIC_URL is plain http: .* passwords can be read .* https$/),
  ];
  for (const url of ["http://auth.example.com", "http://10.0.0.7:3000", "http://localhost.example"])
    expect(remarksOf(url)).toMatchObject({ remarks });
  for (const url of [
    "https://auth.example.com",
    "http://localhost:3000",
    "http://[::1]",
    "http://127.0.0.1",
  ])
    expect(remarksOf(url)).toMatchObject({ remarks: [] });
  expect(remarksOf("http://10.0.0.7", "development")).toMatchObject({ remarks: [] });
});

test("CF-01 no secret that was made at random is refused", () => {
  for (let made = 0; made < 100; made += 1)
    for (const encoding of ["hex", "base64", "base64url"] as const)
      expect(faultsOf({ AUTH_SECRET: randomBytes(32).toString(encoding) })).toEqual([]);
});

describe("CF-01 production", () => {
  test("starts with what it requires", () => {
    expect(settingsOf(production)).toMatchObject({ NODE_ENV: "production", AUTH_SECRET: SECRET });
  });

  test.each(["PUBLIC_URL", "AUTH_SECRET", "SMTP_URL", "MAIL_FROM"])(
    "is refused without %s",
    (name) => {
      expect(faultsOf({ ...production, [name]: undefined })).toEqual([
        `${name} is required in production`,
      ]);
    },
  );

  const shared = "Zq3v9Lr0pXw7Yt5B+n2Kd8Hs4Gf6Jc1M/a=="; // fit for every purpose
  const inUrl = encodeURIComponent(shared);
  const holders = {
    AUTH_SECRET: { AUTH_SECRET: shared },
    ADMIN_PASSWORD: { ADMIN_EMAIL: "ada@example.com", ADMIN_PASSWORD: shared },
    METRICS_TOKEN: { METRICS_TOKEN: shared },
    DATABASE_URL: { DATABASE_URL: `postgres://portcullis:${inUrl}@db/auth?sslmode=verify-full` },
    SMTP_URL: { SMTP_URL: `smtps://portcullis:${inUrl.replace("%2B", "+")}@mail.example.com` },
  };
  test.each([
    ["AUTH_SECRET", "ADMIN_PASSWORD"],
    ["AUTH_SECRET", "METRICS_TOKEN"],
    ["AUTH_SECRET", "DATABASE_URL"],
    ["AUTH_SECRET", "SMTP_URL"],
    ["ADMIN_PASSWORD", "METRICS_TOKEN"],
    ["ADMIN_PASSWORD", "DATABASE_URL"],
    ["METRICS_TOKEN", "SMTP_URL"],
  ] as const)("is refused with one secret in %s and %s, which is not shown", (one, other) => {
    expect(faultsOf({ ...production, ...holders[one] })).toEqual([]);
    const faults = faultsOf({ ...production, ...holders[one], ...holders[other] });
    expect(faults).toEqual([`${other} must not have the secret that ${one} has`]);
  });
});

test("an SMTP_URL without MAIL_FROM is refused wherever it is set", () => {
  expect(faultsOf({ SMTP_URL: "smtp://127.0.0.1" })).toEqual([
    "MAIL_FROM is required where SMTP_URL is set",
  ]);
});

test.each([
  [{ ADMIN_EMAIL: "ada@example.com" }, "ADMIN_PASSWORD is required where ADMIN_EMAIL is set"],
  [
    { ADMIN_PASSWORD: "a tall ship and a star" },
    "ADMIN_EMAIL is required where ADMIN_PASSWORD is set",
  ],
])("half an admin (%j) is refused", (environment, fault) => {
  expect(faultsOf(environment)).toEqual([fault]);
});

test("LG-06 ADMIN_EMAIL is normalised as every address is", () => {
  const admin = { ADMIN_EMAIL: " Ada@Example.COM ", ADMIN_PASSWORD: "a tall ship and a star" };
  expect(settingsOf(admin).ADMIN_EMAIL).toBe("ada@example.com");
});
