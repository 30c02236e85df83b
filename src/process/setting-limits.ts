/** The quotas of limits: those that are set, and those that stand where nothing is. */
import type { Quota } from "../domain/ports/limits.ts";
import { lockQuota, quota } from "./setting-values.ts";

/** Quotas of the limits that are not set: enough for people, too few for guessing. */
export const limits = {
  LIMIT_LOGIN_IP: { count: 20, seconds: 60 },
  LIMIT_LOGIN_EMAIL: { count: 5, seconds: 60 },
  LIMIT_SIGNUP_IP: { count: 10, seconds: 3_600 },
  LIMIT_FORGOT_IP: { count: 20, seconds: 3_600 },
  LIMIT_FORGOT_EMAIL: { count: 3, seconds: 3_600 },
  LIMIT_REFRESH_IP: { count: 120, seconds: 60 },
  LIMIT_SIGNUP_EMAIL: { count: 3, seconds: 3_600 },
  LIMIT_CHALLENGE_IP: { count: 30, seconds: 600 },
  LIMIT_EMAIL_CHANGE: { count: 5, seconds: 86_400 },
  LIMIT_MAIL_LOGIN_IP: { count: 20, seconds: 3_600 },
  LIMIT_MAIL_LOGIN_EMAIL: { count: 3, seconds: 3_600 },
  LIMIT_PASSKEY_IP: { count: 60, seconds: 600 },
  LIMIT_PROVIDER_IP: { count: 30, seconds: 600 },
  LIMIT_REAUTHENTICATION: { count: 10, seconds: 900 },
  /** The lock of codes of second factors, and how long the first one lasts. It grows as that of passwords does. */
  LIMIT_SECOND_FACTOR: { count: 10, seconds: 900 },
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
  LIMIT_SIGNUP_EMAIL: UNTROUBLED,
  LIMIT_CHALLENGE_IP: UNTROUBLED,
  LIMIT_EMAIL_CHANGE: UNTROUBLED,
  LIMIT_MAIL_LOGIN_IP: UNTROUBLED,
  LIMIT_MAIL_LOGIN_EMAIL: UNTROUBLED,
  LIMIT_PASSKEY_IP: UNTROUBLED,
  LIMIT_PROVIDER_IP: UNTROUBLED,
  LIMIT_REAUTHENTICATION: UNTROUBLED,
};

/** The settings of limits. */
export const limitVariables = {
  LIMIT_LOGIN_IP: quota.optional(),
  LIMIT_LOGIN_EMAIL: quota.optional(),
  LIMIT_SIGNUP_IP: quota.optional(),
  LIMIT_FORGOT_IP: quota.optional(),
  LIMIT_FORGOT_EMAIL: quota.optional(),
  LIMIT_REFRESH_IP: quota.optional(),
  LIMIT_SIGNUP_EMAIL: quota.optional(),
  LIMIT_CHALLENGE_IP: quota.optional(),
  LIMIT_EMAIL_CHANGE: quota.optional(),
  LIMIT_MAIL_LOGIN_IP: quota.optional(),
  LIMIT_MAIL_LOGIN_EMAIL: quota.optional(),
  LIMIT_PASSKEY_IP: quota.optional(),
  LIMIT_PROVIDER_IP: quota.optional(),
  LIMIT_REAUTHENTICATION: quota.optional(),
  LIMIT_SECOND_FACTOR: lockQuota.optional(),
};

type GivenLimits = { readonly [Name in keyof typeof limits]?: Quota | undefined };

/** The quotas in force: production's are stricter than those that keep a developer waiting. */
export function limitsOf(given: GivenLimits, isProduction: boolean): typeof limits {
  const usual = isProduction ? limits : developmentLimits;
  const set = Object.entries(given).filter(
    ([name, value]) => name in limits && value !== undefined,
  );
  return { ...usual, ...Object.fromEntries(set) };
}
