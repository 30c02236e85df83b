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
import type { Quota } from "../domain/ports/limits.ts";
import { defaultPool, type PoolOptions } from "../storage/engine/pool.ts";
import { type DatabaseTarget, sendsPlainText } from "../storage/engine/target.ts";
import { misspeltSettings, type Misspelling } from "./misspelt-settings.ts";
import {
  authSecret,
  databaseUrl,
  headerNames,
  host,
  leavesInPlainText,
  mailFrom,
  metricsToken,
  oneOf,
  origins,
  publicUrl,
  quota,
  seconds,
  smtpUrl,
  trustedProxies,
  whatSurrounds,
  wholeNumber,
} from "./setting-values.ts";

/**
 * How many hashes may wait for each worker unless HASH_QUEUE says otherwise. A hash takes a third of a
 * second at the default cost: the last in a full queue waits five seconds, which clients do wait.
 */
const HASHES_WAITING_PER_WORKER = 16;

/** Quotas of the limits that are not set: enough for people, too few for guessing. */
const limits = {
  LIMIT_LOGIN_IP: { count: 20, seconds: 60 },
  LIMIT_LOGIN_EMAIL: { count: 5, seconds: 60 },
  LIMIT_SIGNUP_IP: { count: 10, seconds: 3_600 },
  LIMIT_FORGOT_IP: { count: 20, seconds: 3_600 },
  LIMIT_FORGOT_EMAIL: { count: 3, seconds: 3_600 },
  LIMIT_REFRESH_IP: { count: 120, seconds: 60 },
} satisfies Record<string, Quota>;
/**
 * Quotas below production, where one developer, or a test suite, is everybody behind one address and one
 * mailbox: what counts by those keeps nobody waiting. Logins to an account stay as in production, so that
 * limits and locks are met there before they are met by users.
 */
const UNTROUBLED: Quota = { count: 1_000, seconds: 60 };
const developmentLimits: typeof limits = {
  ...limits,
  LIMIT_LOGIN_IP: UNTROUBLED,
  LIMIT_SIGNUP_IP: UNTROUBLED,
  LIMIT_FORGOT_IP: UNTROUBLED,
  LIMIT_FORGOT_EMAIL: UNTROUBLED,
  LIMIT_REFRESH_IP: UNTROUBLED,
};

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
  LIMIT_LOGIN_IP: quota.optional(),
  LIMIT_LOGIN_EMAIL: quota.optional(),
  LIMIT_SIGNUP_IP: quota.optional(),
  LIMIT_FORGOT_IP: quota.optional(),
  LIMIT_FORGOT_EMAIL: quota.optional(),
  LIMIT_REFRESH_IP: quota.optional(),
  LOCKOUT_THRESHOLD: wholeNumber(1, 100).default(10), // ASVS 5.0 §6.3.1; NIST SP 800-63B-4 §3.2.2 allows no more
  LOCKOUT_SECONDS: wholeNumber(1, 86_400).default(900),
  RESET_TOKEN_TTL: wholeNumber(60, 86_400).default(1_800),
});
type Variables = z.output<typeof variables>;
/** Every variable that is read. */
export const settingNames: readonly string[] = Object.keys(variables.shape);

/** The variables by their names. Those of the database are parsed, so that no other file takes a URL apart. */
export interface Settings
  extends
    Omit<Variables, "HASH_QUEUE" | "DOCS" | `DATABASE_${string}` | keyof typeof limits>,
    Readonly<typeof limits> {
  readonly HASH_QUEUE: number;
  /** Off in production, unless it was set. */
  readonly DOCS: "on" | "off";
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
function remarksOn({ NODE_ENV, PUBLIC_URL }: Variables): readonly string[] {
  const url = PUBLIC_URL === undefined ? null : URL.parse(PUBLIC_URL);
  if (NODE_ENV !== "production" || url === null || !leavesInPlainText(url)) return [];
  return [
    "PUBLIC_URL is plain http: browsers keep no session cookie, and passwords can be read on the way. Put TLS in front, and begin it with https",
  ];
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
    ...limitsOf(others),
    DOCS: others.DOCS ?? (others.NODE_ENV === "production" ? "off" : "on"),
    HASH_QUEUE: others.HASH_QUEUE ?? others.HASH_WORKERS * HASHES_WAITING_PER_WORKER,
    database,
    pool: { poolSize, statementTimeoutSeconds, connectTimeoutSeconds },
    dataFolder: database.kind === "sqlite" ? dirname(database.path) : "data",
  };
}

function limitsOf(given: Pick<Variables, "NODE_ENV" | keyof typeof limits>): typeof limits {
  const usual = given.NODE_ENV === "production" ? limits : developmentLimits;
  return {
    LIMIT_LOGIN_IP: given.LIMIT_LOGIN_IP ?? usual.LIMIT_LOGIN_IP,
    LIMIT_LOGIN_EMAIL: given.LIMIT_LOGIN_EMAIL ?? usual.LIMIT_LOGIN_EMAIL,
    LIMIT_SIGNUP_IP: given.LIMIT_SIGNUP_IP ?? usual.LIMIT_SIGNUP_IP,
    LIMIT_FORGOT_IP: given.LIMIT_FORGOT_IP ?? usual.LIMIT_FORGOT_IP,
    LIMIT_FORGOT_EMAIL: given.LIMIT_FORGOT_EMAIL ?? usual.LIMIT_FORGOT_EMAIL,
    LIMIT_REFRESH_IP: given.LIMIT_REFRESH_IP ?? usual.LIMIT_REFRESH_IP,
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
  if (given.SESSION_IDLE_TTL > given.SESSION_TTL)
    fault("SESSION_IDLE_TTL", "must not exceed SESSION_TTL");
  if (given.ACCESS_TOKEN_TTL > given.REFRESH_TOKEN_TTL)
    fault("ACCESS_TOKEN_TTL", "must not exceed REFRESH_TOKEN_TTL");
});

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
