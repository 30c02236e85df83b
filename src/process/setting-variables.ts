/** Every setting, its default and its bounds, in one schema, and what settings must be of each other. */
import { availableParallelism } from "node:os";
import { z } from "zod";
import { Email } from "../contract/addresses.ts";
import {
  PASSWORD_FLOOR_CODE_POINTS,
  PASSWORD_MIN_DEFAULT_CODE_POINTS,
} from "../contract/values.ts";
import { ARGON2_NODE, hasArgon2 } from "../domain/argon2.ts";
import { HASH_CEILINGS } from "../domain/password-encodings.ts";
import { ARGON2_FLOOR, BCRYPT_COST_FLOOR } from "../domain/passwords.ts";
import { defaultPool } from "../storage/engine/pool.ts";
import { sendsPlainText } from "../storage/engine/target.ts";
import { accentColor, logoFile, webPage } from "./page-setting-values.ts";
import { passkeyFault } from "./passkey-settings.ts";
import { providerIds } from "./provider-settings.ts";
import { fileVariables, secretSettings, type SoundsSecret } from "./secret-settings.ts";
import { limitVariables } from "./setting-limits.ts";
import {
  authSecret,
  breachedPasswords,
  databaseUrl,
  emailDomains,
  headerNames,
  host,
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
  wholeNumber,
} from "./setting-values.ts";

/** Of the least memory, two thirds of a second. */
const ARGON2_PASSES_MAX = 50;

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
  SHARED_DATABASE: oneOf("on", "off").default("off"),
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
  PAGES: oneOf("on", "off").default("on"),
  CONSOLE: oneOf("on", "off").optional(),
  ACCENT_COLOR: accentColor.optional(),
  LOGO: logoFile.optional(),
  PRIVACY_URL: webPage.optional(),
  TERMS_URL: webPage.optional(),
  DEV_COOKIES: oneOf("secure", "plain").default("secure"),
  METRICS_TOKEN: metricsToken.optional(),
  LOG_LEVEL: oneOf("info", "warn", "error", "silent").default("info"),
  PASSWORD_HASH: oneOf("bcrypt", "argon2id").default("bcrypt"),
  BCRYPT_COST: wholeNumber(BCRYPT_COST_FLOOR, HASH_CEILINGS.bcryptCost).default(12),
  ARGON2_MEMORY_KIB: wholeNumber(ARGON2_FLOOR.memoryKib, HASH_CEILINGS.memoryKib).default(
    ARGON2_FLOOR.memoryKib,
  ),
  ARGON2_PASSES: wholeNumber(ARGON2_FLOOR.passes, ARGON2_PASSES_MAX).default(ARGON2_FLOOR.passes),
  HASH_WORKERS: wholeNumber(1, 64).default(availableParallelism()),
  HASH_QUEUE: wholeNumber(1, 10_000).optional(),
  PASSWORD_MIN_LENGTH: wholeNumber(PASSWORD_FLOOR_CODE_POINTS, 64).default(
    PASSWORD_MIN_DEFAULT_CODE_POINTS,
  ),
  BREACHED_PASSWORDS: breachedPasswords.prefault("off"),
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
  PROVIDERS: providerIds.prefault(""),
});
/** The schema of each. */
export const variableSchemas: Readonly<Record<string, z.ZodType>> = variables.shape;
export type Variables = z.output<typeof variables>;
// A secret that the table lacks does not compile.
secretSettings satisfies Readonly<Record<Extract<keyof Variables, SoundsSecret>, unknown>>;

/** Every variable that is read, besides those of each id in PROVIDERS. */
export const settingNames: readonly string[] = [...Object.keys(variables.shape), ...fileVariables];

export const consistentVariables = variables.check((context) => {
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
  if (given.PASSWORD_HASH === "argon2id" && !hasArgon2())
    fault(
      "PASSWORD_HASH",
      `argon2id needs Node ${ARGON2_NODE} or newer, and this is ${process.versions.node}: use such a Node, or bcrypt`,
    );
  if (given.ARGON2_MEMORY_KIB * given.ARGON2_PASSES > HASH_CEILINGS.argon2Work)
    fault(
      "ARGON2_PASSES",
      `times ARGON2_MEMORY_KIB must not exceed ${HASH_CEILINGS.argon2Work}: one hash would take seconds`,
    );
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

type Where = Pick<Variables, "PUBLIC_URL" | "PORT">;

/** PUBLIC_URL; without it, in development, this machine's own name. No slash at its end: a path of ours is added. */
export function publicUrlOf({ PUBLIC_URL, PORT }: Where): string {
  return PUBLIC_URL ?? `http://localhost:${PORT}`;
}

/** The origin of PUBLIC_URL: what browsers send as `Origin`, and what passkeys are bound to. */
export function originOf(settings: Where): string {
  const url = publicUrlOf(settings);
  return URL.parse(url)?.origin ?? url; // beside a PORT that is none, whose fault is told
}

/** The path beneath which everything is served, `/auth`; empty at the root. */
export function mountPathOf(settings: Where): string {
  return publicUrlOf(settings).slice(originOf(settings).length);
}
