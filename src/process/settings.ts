/** The only reader of the environment: every setting, its default, its bounds, in one schema. */
import { availableParallelism } from "node:os";
import { dirname } from "node:path";
import { z } from "zod";
import {
  Email,
  normalizeEmail,
  PASSWORD_FLOOR_CODE_POINTS,
  PASSWORD_MAX_CODE_POINTS,
} from "../contract/values.ts";
import { BCRYPT_COST_FLOOR } from "../domain/passwords.ts";
import { parseTrustedProxies } from "../platform/client-address.ts";
import { defaultPool, type PoolOptions } from "../storage/engine/pool.ts";

/** RFC 6750 §2.1: what can be sent as a bearer token. 16 characters of it hold 96 random bits, which nobody guesses over a network. */
const METRICS_TOKEN = /^[A-Za-z0-9._~+/-]{16,256}={0,2}$/;
/** One day more than a year: beyond it a lifetime is a mistake in units. Seconds. */
const LIFETIME_MAX_SECONDS = 366 * 86_400;
/** Fewer characters than this cannot hold 256 random bits in any common encoding (CF-01). */
const AUTH_SECRET_MIN_LENGTH = 32;
/** Different characters. Real randomness of that length has more; "aaaa…" has fewer. */
const AUTH_SECRET_MIN_DISTINCT = 12;
/** Different steps from a character to the next. What is counted up or repeated, "0123…cdef0123…cdef", has fewer. */
const AUTH_SECRET_MIN_STEPS = 8;
/** What stands in an example, to be replaced. Of ten million random secrets one has such a word in it. */
const PLACEHOLDER = /change|default|example|password|replace|secret/i;

/**
 * How many hashes may wait for each worker unless HASH_QUEUE says otherwise. A hash takes a third of a
 * second at the default cost: the last in a full queue waits five seconds, and nobody's client has gone.
 */
const HASHES_WAITING_PER_WORKER = 16;

const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .regex(/^[0-9]{1,10}$/, { error: `must be a whole number from ${min} to ${max}` })
    .transform(Number)
    .refine((value) => value >= min && value <= max, {
      error: `must be a whole number from ${min} to ${max}`,
    });
const seconds = (fallback: number) => wholeNumber(1, LIFETIME_MAX_SECONDS).default(fallback);

/** `auth@example.com` or `Example <auth@example.com>`; the name without what structures a header. */
const MAIL_FROM = /^(?:([^<>@"(),:;\\\[\]\x00-\x1F\x7F-\x9F]{1,64})<([^<>]+)>|([^<>]+))$/;

function readMailFrom(value: string, context: z.RefinementCtx) {
  const [, name = "", bracketed, bare = ""] = MAIL_FROM.exec(value) ?? [];
  const address = normalizeEmail(bracketed ?? bare);
  if (address !== undefined) return { name: name.trim(), address };
  const message = "must be an address such as Example <auth@example.com>";
  context.addIssue({ code: "custom", message, input: undefined });
  return z.NEVER;
}

/** The longest window a limit may have: a wait is never told to be longer. Seconds. */
const LIMIT_WINDOW_MAX_SECONDS = 86_400;
const QUOTA_SHAPE = "must be <count>/<seconds>, such as 5/60, with at most 86400 seconds";
/** How often, in how long. */
const quota = (count: number, seconds: number) =>
  z
    .string()
    .regex(/^[1-9][0-9]{0,5}\/[1-9][0-9]{0,4}$/, { error: QUOTA_SHAPE })
    .transform((text) => {
      const [most = 0, window = 0] = text.split("/").map(Number);
      return { count: most, seconds: window };
    })
    .refine((given) => given.seconds <= LIMIT_WINDOW_MAX_SECONDS, { error: QUOTA_SHAPE })
    .default({ count, seconds });

const settingsSchema = z.object({
  NODE_ENV: z.enum(["development", "test", "production"]).default("development"),
  PORT: wholeNumber(0, 65_535).default(3000),
  HOST: z.string().min(1).max(255).default("127.0.0.1"),
  PUBLIC_URL: z
    .url({ protocol: /^https?$/, error: "must be a URL such as https://auth.example.com" })
    .refine((url) => URL.parse(url)?.pathname === "/", { error: "must have no path" })
    .transform((url) => new URL(url).origin)
    .optional(),
  DATABASE_URL: z
    .string()
    .regex(/^sqlite:.+$|^postgres(?:ql)?:\/\/.+$/, {
      error: "must be sqlite:<file>, such as sqlite:data/portcullis.db, or postgres://…",
    })
    .default("sqlite:data/portcullis.db"),
  DATABASE_POOL_SIZE: wholeNumber(1, 1_000).default(defaultPool.poolSize),
  DATABASE_STATEMENT_TIMEOUT: wholeNumber(1, 300).default(defaultPool.statementTimeoutSeconds),
  DATABASE_CONNECT_TIMEOUT: wholeNumber(1, 300).default(defaultPool.connectTimeoutSeconds),
  AUTH_SECRET: z
    .string()
    .min(AUTH_SECRET_MIN_LENGTH, {
      error: "must be at least 32 random bytes; make one with: openssl rand -base64 48",
    })
    .refine(looksRandom, { error: "is not random; make one with: openssl rand -base64 48" })
    .optional(),
  ADMIN_EMAIL: Email.optional(),
  ADMIN_PASSWORD: z.string().max(PASSWORD_MAX_CODE_POINTS, { error: "is too long" }).optional(),
  TRUST_PROXY: z
    .string()
    .default("none")
    .transform((setting, context) => {
      const trusts = parseTrustedProxies(setting);
      if (trusts !== undefined) return trusts;
      const message = "must be none, loopback, or CIDR blocks such as 10.0.0.0/8,2001:db8::/32";
      context.addIssue({ code: "custom", message, input: undefined });
      return z.NEVER;
    }),
  SMTP_URL: z
    .url({
      protocol: /^smtps?$/,
      error: "must be a URL such as smtps://user:password@mail.example.com",
    })
    .optional(),
  MAIL_FROM: z.string().transform(readMailFrom).optional(),
  CORS_ORIGINS: z
    .string()
    .default("")
    .transform((list) => list.split(",").map((origin) => origin.trim()))
    .transform((list) => new Set(list.filter((origin) => list.length > 1 || origin !== "")))
    .refine((origins) => [...origins].every(isExactOrigin), {
      error: "must be exact origins such as https://app.example.com, separated by commas",
    }),
  DOCS: z.enum(["on", "off"], { error: "must be on or off" }).optional(),
  METRICS_TOKEN: z
    .string()
    .regex(METRICS_TOKEN, {
      error: "must be 16 to 256 letters, digits or ._~+/-; make one with: openssl rand -hex 32",
    })
    .optional(),
  LOG_LEVEL: z
    .enum(["info", "warn", "error", "silent"], { error: "must be info, warn, error or silent" })
    .default("info"),
  BCRYPT_COST: wholeNumber(BCRYPT_COST_FLOOR, 15).default(12),
  HASH_WORKERS: wholeNumber(1, 64).default(availableParallelism()),
  HASH_QUEUE: wholeNumber(1, 10_000).optional(),
  PASSWORD_MIN_LENGTH: wholeNumber(PASSWORD_FLOOR_CODE_POINTS, 64).default(15),
  ACCESS_TOKEN_TTL: wholeNumber(30, 86_400).default(900),
  REFRESH_TOKEN_TTL: seconds(2_592_000),
  REFRESH_GRACE: wholeNumber(0, 60).default(10),
  SESSION_TTL: seconds(86_400),
  SESSION_IDLE_TTL: seconds(3_600),
  EVENT_RETENTION_DAYS: wholeNumber(0, 36_500).default(365),
  LIMIT_LOGIN_IP: quota(20, 60),
  LIMIT_LOGIN_EMAIL: quota(5, 60),
  LIMIT_SIGNUP_IP: quota(10, 3_600),
  LIMIT_FORGOT_IP: quota(20, 3_600),
  LIMIT_FORGOT_EMAIL: quota(3, 3_600),
  LIMIT_REFRESH_IP: quota(120, 60),
  LOCKOUT_THRESHOLD: wholeNumber(1, 100).default(10), // ASVS 5.0 §6.3.1; NIST SP 800-63B-4 §3.2.2 allows no more
  LOCKOUT_SECONDS: wholeNumber(1, 86_400).default(900),
  RESET_TOKEN_TTL: wholeNumber(60, 86_400).default(1_800),
});

/** Whether nothing shows that a person made it up (CF-01). */
function looksRandom(secret: string): boolean {
  const codes = Array.from(secret, (character) => character.codePointAt(0) ?? 0);
  const steps = codes.slice(1).map((code, index) => code - (codes[index] ?? 0));
  return (
    new Set(codes).size >= AUTH_SECRET_MIN_DISTINCT &&
    new Set(steps).size >= AUTH_SECRET_MIN_STEPS &&
    !PLACEHOLDER.test(secret)
  );
}

/** The password of a URL, decoded as a query is, which never throws. There, unlike here, a `+` is a space. */
function passwordOf(url: string | undefined): string | undefined {
  const password = url === undefined ? "" : (URL.parse(url)?.password ?? "");
  return new URLSearchParams(`=${password.replaceAll("+", "%2B")}`).get("") || undefined;
}

/** One secret for two purposes is as safe as the less careful of the two (CF-01). */
function sharedSecrets(settings: z.output<typeof settingsSchema>) {
  const own = ["AUTH_SECRET", "ADMIN_PASSWORD", "METRICS_TOKEN"] as const;
  const secrets = [
    ...own.map((name) => ({ name, secret: settings[name] })),
    ...(["DATABASE_URL", "SMTP_URL"] as const).map((name) => ({
      name,
      secret: passwordOf(settings[name]),
    })),
  ];
  return own.flatMap((other, index) =>
    secrets
      .slice(index + 1)
      .filter(({ secret }) => secret !== undefined && secret === settings[other])
      .map(({ name }) => ({ name, other })),
  );
}

/** As a browser writes it, so that it can be compared as it stands; over TLS, or on this very machine. */
function isExactOrigin(origin: string): boolean {
  const url = URL.parse(origin);
  if (url === null || url.origin !== origin || origin.includes("*")) return false;
  const isLoopback = /^(?:(?:.+\.)?localhost|127\.[0-9.]+|\[::1\])$/.test(url.hostname);
  return url.protocol === "https:" || (url.protocol === "http:" && isLoopback);
}

const consistentSettings = settingsSchema.check((context) => {
  const settings = context.value;
  const fault = (name: keyof typeof settings, message: string) =>
    context.issues.push({ code: "custom", path: [name], message, input: undefined });
  if (settings.NODE_ENV === "production") {
    if (settings.PUBLIC_URL === undefined) fault("PUBLIC_URL", "is required in production");
    if (settings.AUTH_SECRET === undefined) fault("AUTH_SECRET", "is required in production");
    if (settings.SMTP_URL === undefined) fault("SMTP_URL", "is required in production");
    if (settings.MAIL_FROM === undefined) fault("MAIL_FROM", "is required in production");
  }
  for (const { name, other } of sharedSecrets(settings))
    fault(name, `must not have the secret that ${other} has`);
  if (settings.ADMIN_EMAIL !== undefined && settings.ADMIN_PASSWORD === undefined)
    fault("ADMIN_PASSWORD", "is required where ADMIN_EMAIL is set");
  if (settings.ADMIN_PASSWORD !== undefined && settings.ADMIN_EMAIL === undefined)
    fault("ADMIN_EMAIL", "is required where ADMIN_PASSWORD is set");
  const sendsMail = settings.SMTP_URL !== undefined;
  if (sendsMail && settings.MAIL_FROM === undefined && settings.NODE_ENV !== "production")
    fault("MAIL_FROM", "is required where SMTP_URL is set");
  if (settings.SESSION_IDLE_TTL > settings.SESSION_TTL)
    fault("SESSION_IDLE_TTL", "must not exceed SESSION_TTL");
  if (settings.ACCESS_TOKEN_TTL > settings.REFRESH_TOKEN_TTL)
    fault("ACCESS_TOKEN_TTL", "must not exceed REFRESH_TOKEN_TTL");
});

const completeSettings = consistentSettings.transform((settings) => ({
  ...settings,
  HASH_QUEUE: settings.HASH_QUEUE ?? settings.HASH_WORKERS * HASHES_WAITING_PER_WORKER,
}));

export type Settings = z.output<typeof completeSettings>;

/** Where this process keeps files of its own: beside a SQLite database, and in `data` otherwise. */
export function dataFolderOf({ DATABASE_URL }: Pick<Settings, "DATABASE_URL">): string {
  const [, path] = /^sqlite:(.+)$/.exec(DATABASE_URL) ?? [];
  return path === undefined ? "data" : dirname(path);
}

/** How the settings want a PostgreSQL database used. */
export function poolOf(settings: Settings): PoolOptions {
  return {
    poolSize: settings.DATABASE_POOL_SIZE,
    statementTimeoutSeconds: settings.DATABASE_STATEMENT_TIMEOUT,
    connectTimeoutSeconds: settings.DATABASE_CONNECT_TIMEOUT,
  };
}

/** The settings, or one sentence per bad variable. A sentence names the variable and never its value. */
export function readSettings(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): { readonly settings: Settings } | { readonly faults: readonly string[] } {
  // `NAME=` in a shell or a compose file means "not set".
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ""));
  const result = completeSettings.safeParse(given);
  if (result.success) return { settings: result.data };
  return { faults: result.error.issues.map(({ path, message }) => `${path.join(".")} ${message}`) };
}
