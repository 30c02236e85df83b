/** The only reader of the environment: every setting, its default and its bounds, in one schema. */
import { availableParallelism } from "node:os";
import { dirname } from "node:path";
import { z } from "zod";
import { Email } from "../contract/addresses.ts";
import {
  PASSWORD_FLOOR_CODE_POINTS,
  PASSWORD_MIN_DEFAULT_CODE_POINTS,
} from "../contract/values.ts";
import { BCRYPT_COST_FLOOR } from "../domain/passwords.ts";
import type { SignupRule } from "../domain/ports/dependencies.ts";
import { defaultPool, type PoolOptions } from "../storage/engine/pool.ts";
import { type DatabaseTarget, sendsPlainText } from "../storage/engine/target.ts";
import { type limits, limitsOf, limitVariables } from "./setting-limits.ts";
import { passkeyFault, passkeyRemark, passkeySettingsOf } from "./passkey-settings.ts";
import { misspeltSettings, type Misspelling } from "./misspelt-settings.ts";
import {
  authSecret,
  databaseUrl,
  emailDomains,
  headerNames,
  host,
  leavesInPlainText,
  languageTag,
  mailFrom,
  metricsToken,
  oneOf,
  origins,
  pageUrl,
  publicUrl,
  relyingPartyId,
  seconds,
  serviceName,
  smtpUrl,
  totpIssuer,
  trustedProxies,
  webauthnOrigins,
  whatSurrounds,
  wholeNumber,
} from "./setting-values.ts";

/**
 * How many hashes may wait for each worker unless HASH_QUEUE says otherwise. A hash takes a third of a
 * second at the default cost: the last in a full queue waits five seconds, which clients do wait.
 */
const HASHES_WAITING_PER_WORKER = 16;

const variables = z.object({
  NODE_ENV: oneOf("development", "test", "production").default("development"),
  PORT: wholeNumber(0, 65_535).default(3000),
  HOST: host.default("127.0.0.1"),
  PUBLIC_URL: publicUrl.optional(),
  DATABASE_URL: databaseUrl.prefault("sqlite:data/portcullis.db"),
  /** The host of a DATABASE_URL that names none, to its driver. */
  PGHOST: z.string().optional(),
  DATABASE_POOL_SIZE: wholeNumber(1, 1_000).default(defaultPool.poolSize),
  DATABASE_STATEMENT_TIMEOUT: wholeNumber(1, 300).default(defaultPool.statementTimeoutSeconds),
  DATABASE_CONNECT_TIMEOUT: wholeNumber(1, 300).default(defaultPool.connectTimeoutSeconds),
  AUTH_SECRET: authSecret.optional(),
  ADMIN_EMAIL: Email.optional(),
  ADMIN_PASSWORD: z.string().optional(), // the password policy judges it
  TRUST_PROXY: trustedProxies.prefault("none"),
  SMTP_URL: smtpUrl.optional(),
  MAIL_FROM: mailFrom.optional(),
  SERVICE_NAME: serviceName.default("Portcullis"),
  MAIL_LOCALE: languageTag.default("en"),
  MAIL_TEMPLATES: z.string().optional(),
  RESET_URL: pageUrl.optional(),
  CONFIRM_URL: pageUrl.optional(),
  EMAIL_URL: pageUrl.optional(),
  MAIL_LOGIN_URL: pageUrl.optional(),
  CORS_ORIGINS: origins.prefault(""),
  CORS_HEADERS: headerNames.prefault(""),
  DOCS: oneOf("on", "off").optional(),
  DEV_COOKIES: oneOf("secure", "plain").default("secure"),
  METRICS_TOKEN: metricsToken.optional(),
  LOG_LEVEL: oneOf("info", "warn", "error", "silent").default("info"),
  BCRYPT_COST: wholeNumber(BCRYPT_COST_FLOOR, 15).default(12),
  HASH_WORKERS: wholeNumber(1, 64).default(availableParallelism()),
  HASH_QUEUE: wholeNumber(1, 10_000).optional(),
  PASSWORD_MIN_LENGTH: wholeNumber(PASSWORD_FLOOR_CODE_POINTS, 64).default(
    PASSWORD_MIN_DEFAULT_CODE_POINTS,
  ),
  ACCESS_TOKEN_TTL: wholeNumber(30, 86_400).default(900),
  REFRESH_TOKEN_TTL: seconds(2_592_000),
  REFRESH_GRACE: wholeNumber(0, 60).default(10),
  SESSION_TTL: seconds(86_400),
  SESSION_IDLE_TTL: seconds(3_600),
  EVENT_RETENTION_DAYS: wholeNumber(0, 36_500).default(365),
  ...limitVariables,
  LOCKOUT_THRESHOLD: wholeNumber(1, 100).default(10), // ASVS 5.0 §6.3.1; NIST SP 800-63B-4 §3.2.2 allows no more
  LOCKOUT_SECONDS: wholeNumber(1, 86_400).default(900),
  RESET_TOKEN_TTL: wholeNumber(60, 86_400).default(1_800),
  SIGNUP: oneOf("open", "verified", "closed").optional(),
  SIGNUP_TTL: wholeNumber(600, 604_800).default(86_400),
  SIGNUP_EMAIL_DOMAINS: emailDomains.optional(),
  CHALLENGE_TTL: wholeNumber(60, 3_600).default(600),
  MAIL_LOGIN: oneOf("on", "off").default("off"),
  SECOND_FACTOR: oneOf("optional", "admins", "required").default("optional"),
  TOTP_ISSUER: totpIssuer.optional(),
  WEBAUTHN_RP_ID: relyingPartyId.optional(),
  WEBAUTHN_ORIGINS: webauthnOrigins.optional(),
  RECENT_AUTH_SECONDS: wholeNumber(60, 86_400).default(600),
});
type Variables = z.output<typeof variables>;
/** Every variable that is read. */
export const settingNames: readonly string[] = Object.keys(variables.shape);

/** The variables by their names. Those of the database are parsed, so that no other file takes a URL apart. */
export interface Settings
  extends
    Omit<
      Variables,
      | "HASH_QUEUE"
      | "DOCS"
      | "SIGNUP"
      | "TOTP_ISSUER"
      | `${"DATABASE" | "WEBAUTHN"}_${string}`
      | keyof typeof limits
    >,
    Readonly<typeof limits>,
    Readonly<ReturnType<typeof passkeySettingsOf>> {
  readonly HASH_QUEUE: number;
  /** Off in production, unless it was set. */
  readonly DOCS: "on" | "off";
  /** Verified in production and open elsewhere, unless it was set. */
  readonly SIGNUP: SignupRule["mode"];
  /** SERVICE_NAME without colons, unless it was set. */
  readonly TOTP_ISSUER: string;
  /** DATABASE_URL. */
  readonly database: DatabaseTarget;
  /** The other DATABASE_ variables: how a PostgreSQL database is used. */
  readonly pool: PoolOptions;
  /** Where this process keeps files of its own: beside a SQLite database, and in `data` otherwise. */
  readonly dataFolder: string;
}

/** Read settings, and what is odd about them: one sentence each, as for a fault. */
export interface ReadSettings {
  readonly settings: Settings;
  readonly remarks: readonly string[];
}

/** Values that may have white space around them: it is taken off wherever they are read. */
const readWithoutSpaces: ReadonlySet<string> = new Set(["ADMIN_EMAIL", "CORS_ORIGINS"]);

/** Reads the settings, or answers one sentence per bad variable. A sentence names the variable, and never its value. */
export function readSettings(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): ReadSettings | { readonly faults: readonly string[] } {
  // `NAME=` in a shell or a compose file means "not set".
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ""));
  const misspellings = misspeltSettings(given, settingNames);
  const result = consistentVariables.safeParse(given);
  const faults = new Map(surroundedValues(given));
  // One fault is one line, the first: a secret that is too short need not be random too.
  for (const { path, message } of result.error?.issues ?? []) {
    const name = path.join(".");
    if (!faults.has(name)) faults.set(name, message);
  }
  if (result.success && faults.size === 0)
    return {
      settings: settingsFrom(result.data),
      remarks: [...misspellings.map(sentence), ...remarksOn(result.data)],
    };
  return {
    faults: [
      ...Array.from(faults, ([name, message]) => {
        const misspelt = misspellings.find(({ meant }) => meant === name);
        return `${name} ${message}${misspelt ? `; ${misspelt.name}, which is set, is not known` : ""}`;
      }),
      ...misspellings.filter(({ meant }) => !faults.has(meant)).map(sentence),
    ],
  };
}

function sentence({ name, meant }: Misspelling): string {
  return `${name} is not known, and has no effect: ${meant} was probably meant`;
}

/** Remarks on values that work for programs in a network of their own, and hardly are meant where there are browsers. */
function remarksOn(given: Variables): readonly string[] {
  const url = given.PUBLIC_URL === undefined ? null : URL.parse(given.PUBLIC_URL);
  if (given.NODE_ENV === "production" && url !== null && leavesInPlainText(url))
    return [
      "PUBLIC_URL is plain http: browsers keep no session cookie and make no passkeys, and passwords can be read on the way. Put TLS in front, and begin it with https",
    ];
  return [passkeyRemark(url, given)].filter((remark) => remark !== undefined);
}

function surroundedValues(given: Readonly<Record<string, string | undefined>>) {
  return settingNames.flatMap((name): [string, string][] => {
    const value = readWithoutSpaces.has(name) ? given[name]?.trim() : given[name];
    const fault = value === undefined ? undefined : whatSurrounds(value);
    return fault === undefined ? [] : [[name, fault]];
  });
}

function settingsFrom({
  DATABASE_URL: database,
  DATABASE_POOL_SIZE: poolSize,
  DATABASE_STATEMENT_TIMEOUT: statementTimeoutSeconds,
  DATABASE_CONNECT_TIMEOUT: connectTimeoutSeconds,
  ...others
}: Variables): Settings {
  return {
    ...others,
    ...limitsOf(others, others.NODE_ENV === "production"),
    ...passkeySettingsOf(originOf(others), others),
    DOCS: others.DOCS ?? (others.NODE_ENV === "production" ? "off" : "on"),
    SIGNUP: others.SIGNUP ?? (others.NODE_ENV === "production" ? "verified" : "open"),
    // A colon would end the issuer's part of the URI that an app reads.
    TOTP_ISSUER: others.TOTP_ISSUER ?? others.SERVICE_NAME.replaceAll(/\s*:\s*/g, " - ").trim(),
    HASH_QUEUE: others.HASH_QUEUE ?? others.HASH_WORKERS * HASHES_WAITING_PER_WORKER,
    database,
    pool: { poolSize, statementTimeoutSeconds, connectTimeoutSeconds },
    dataFolder: database.kind === "sqlite" ? dirname(database.path) : "data",
  };
}

const consistentVariables = variables.check((context) => {
  const given = context.value;
  const fault = (name: keyof Variables, message: string) =>
    context.issues.push({ code: "custom", path: [name], message, input: undefined });
  if (given.NODE_ENV === "production") {
    if (given.PUBLIC_URL === undefined) fault("PUBLIC_URL", "is required in production");
    if (given.AUTH_SECRET === undefined) fault("AUTH_SECRET", "is required in production");
    if (given.SMTP_URL === undefined) fault("SMTP_URL", "is required in production");
    if (given.MAIL_FROM === undefined) fault("MAIL_FROM", "is required in production");
    if (sendsPlainText(given.DATABASE_URL, given.PGHOST))
      fault(
        "DATABASE_URL",
        "leads to another machine in plain text: add ?sslmode=verify-full, or ?sslmode=disable where nobody else can listen",
      );
  }
  const isPublic = given.NODE_ENV === "production" || given.PUBLIC_URL?.startsWith("https:");
  if (isPublic && given.DEV_COOKIES === "plain")
    fault("DEV_COOKIES", "must be secure in production, and wherever PUBLIC_URL is https");
  for (const { name, other } of sharedSecrets(given))
    fault(name, `must not have the secret that ${other} has`);
  if (given.ADMIN_EMAIL !== undefined && given.ADMIN_PASSWORD === undefined)
    fault("ADMIN_PASSWORD", "is required where ADMIN_EMAIL is set");
  if (given.ADMIN_PASSWORD !== undefined && given.ADMIN_EMAIL === undefined)
    fault("ADMIN_EMAIL", "is required where ADMIN_PASSWORD is set");
  const sendsMail = given.SMTP_URL !== undefined;
  if (sendsMail && given.MAIL_FROM === undefined && given.NODE_ENV !== "production")
    fault("MAIL_FROM", "is required where SMTP_URL is set");
  for (const name of pageSettings)
    if (!canCallUs(given[name], given))
      fault(
        name,
        "must be on the origin of PUBLIC_URL, or on one in CORS_ORIGINS: its page calls the API",
      );
  const isFaulty = context.issues.some(({ path }) => path?.[0] === "WEBAUTHN_ORIGINS");
  const passkeys = isFaulty ? undefined : passkeyFault(originOf(given), given);
  if (passkeys !== undefined) fault("WEBAUTHN_RP_ID", passkeys);
  if (given.SESSION_IDLE_TTL > given.SESSION_TTL)
    fault("SESSION_IDLE_TTL", "must not exceed SESSION_TTL");
  if (given.ACCESS_TOKEN_TTL > given.REFRESH_TOKEN_TTL)
    fault("ACCESS_TOKEN_TTL", "must not exceed REFRESH_TOKEN_TTL");
});

const pageSettings = ["RESET_URL", "CONFIRM_URL", "EMAIL_URL", "MAIL_LOGIN_URL"] as const;

/** A token that leads to another origin's page is of no use there, and may be a stranger's (RS-05). */
function canCallUs(page: string | undefined, given: Variables): boolean {
  const origin = page === undefined ? undefined : URL.parse(page)?.origin;
  return origin === undefined || origin === originOf(given) || given.CORS_ORIGINS.has(origin);
}

/** PUBLIC_URL; without it, in development, this machine's own name. */
export function originOf({ PUBLIC_URL, PORT }: Pick<Variables, "PUBLIC_URL" | "PORT">): string {
  return PUBLIC_URL ?? `http://localhost:${PORT}`;
}

/** Variables that have the secret of another one: a secret for two purposes is as safe as the less careful of the two (CF-01). */
function sharedSecrets(given: Variables) {
  const { DATABASE_URL: database, SMTP_URL } = given;
  const own = ["AUTH_SECRET", "ADMIN_PASSWORD", "METRICS_TOKEN"] as const;
  const secrets = [
    ...own.map((name) => ({ name, secret: given[name] })),
    {
      name: "DATABASE_URL" as const,
      secret: database.kind === "postgres" ? passwordOf(database.url) : undefined,
    },
    { name: "SMTP_URL" as const, secret: SMTP_URL && passwordOf(SMTP_URL) },
  ];
  return own.flatMap((other, index) =>
    secrets
      .slice(index + 1)
      .filter(({ secret }) => secret !== undefined && secret === given[other])
      .map(({ name }) => ({ name, other })),
  );
}

/** The password of a URL, decoded as a query is, which never throws. There, unlike here, a `+` is a space. */
function passwordOf(url: string): string | undefined {
  const password = URL.parse(url)?.password ?? "";
  return new URLSearchParams(`=${password.replaceAll("+", "%2B")}`).get("") || undefined;
}
