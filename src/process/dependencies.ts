/** Builds the domain's `Dependencies` from the settings. */
import {
  CEREMONY_SECONDS,
  EMAIL_UNDO_SECONDS,
  LOGIN_CHALLENGE_SECONDS,
  PROVIDER_CHALLENGE_SECONDS,
} from "../contract/challenges.ts";
import { NOTICE_QUOTA } from "../contract/limits.ts";
import { PASSWORD_MAX_CODE_POINTS } from "../contract/values.ts";
import { openKeyRing } from "../domain/keys.ts";
import { createPasswords } from "../domain/passwords.ts";
import { openSignerKey } from "../domain/signer-keys.ts";
import { pagePaths } from "../contract/page-paths.ts";
import type { Dependencies } from "../domain/ports/dependencies.ts";
import type {
  BreachLookup,
  GuessCounter,
  HashRecipe,
  HashWorkers,
} from "../domain/ports/passwords.ts";
import { isCommonPassword } from "../platform/common-passwords.ts";
import { newId } from "../platform/ids.ts";
import { originOf, publicUrlOf } from "./setting-variables.ts";
import type { Settings } from "./settings.ts";

/** Everything but the key ring, which makes the first signing key where there is none: only a server signs tokens. */
export type SystemDependencies = Omit<Dependencies, "keyRing">;

/** The parts that were opened for this process. */
export interface Opened extends Pick<
  Dependencies,
  "storage" | "log" | "meter" | "secretKeys" | "mailTemplates" | "providers"
> {
  readonly hashes: HashWorkers;
  readonly guesses: GuessCounter;
  readonly breaches: BreachLookup;
}

export function dependenciesOf(
  settings: Settings,
  { storage, log, meter, secretKeys, mailTemplates, providers, hashes, guesses, breaches }: Opened,
): SystemDependencies {
  return {
    storage,
    log,
    meter,
    newId,
    secretKeys,
    passwords: createPasswords(
      hashes,
      {
        pepper: secretKeys.passwordPepper,
        openSignerKey: (sealed) => openSignerKey(secretKeys, sealed),
      },
      hashRecipeOf(settings),
    ),
    passwordPolicy: {
      minLength: settings.PASSWORD_MIN_LENGTH,
      maxLength: PASSWORD_MAX_CODE_POINTS,
      serviceName: settings.SERVICE_NAME,
      isCommon: isCommonPassword,
      countGuesses: guesses.countGuesses,
      isBreached: breaches.isBreached,
    },
    lifetimes: {
      sessionSeconds: settings.SESSION_TTL,
      sessionIdleSeconds: settings.SESSION_IDLE_TTL,
      accessTokenSeconds: settings.ACCESS_TOKEN_TTL,
      refreshTokenSeconds: settings.REFRESH_TOKEN_TTL,
      refreshGraceSeconds: settings.REFRESH_GRACE,
      resetTokenSeconds: settings.RESET_TOKEN_TTL,
      signupSeconds: settings.SIGNUP_TTL,
      challengeSeconds: settings.CHALLENGE_TTL,
      loginChallengeSeconds: LOGIN_CHALLENGE_SECONDS,
      ceremonySeconds: CEREMONY_SECONDS,
      providerSeconds: PROVIDER_CHALLENGE_SECONDS,
      emailUndoSeconds: EMAIL_UNDO_SECONDS,
      recentAuthSeconds: settings.RECENT_AUTH_SECONDS,
    },
    signup: { mode: settings.SIGNUP, emailDomains: settings.SIGNUP_EMAIL_DOMAINS },
    mailLogin: settings.MAIL_LOGIN === "on",
    secondFactor: settings.SECOND_FACTOR,
    totpIssuer: settings.TOTP_ISSUER,
    relyingParty: {
      id: settings.WEBAUTHN_RP_ID,
      name: settings.SERVICE_NAME,
      origins: settings.WEBAUTHN_ORIGINS,
    },
    providers,
    returnOrigins: new Set([originOf(settings), ...settings.CORS_ORIGINS]),
    quotas: {
      login_ip: settings.LIMIT_LOGIN_IP,
      login_email: settings.LIMIT_LOGIN_EMAIL,
      login_device: settings.LIMIT_LOGIN_EMAIL,
      password_account: settings.LIMIT_LOGIN_EMAIL,
      signup_ip: settings.LIMIT_SIGNUP_IP,
      forgot_ip: settings.LIMIT_FORGOT_IP,
      reset_ip: settings.LIMIT_FORGOT_IP,
      forgot_email: settings.LIMIT_FORGOT_EMAIL,
      notice_email: NOTICE_QUOTA,
      signup_email: settings.LIMIT_SIGNUP_EMAIL,
      challenge_ip: settings.LIMIT_CHALLENGE_IP,
      email_change_account: settings.LIMIT_EMAIL_CHANGE,
      mail_login_ip: settings.LIMIT_MAIL_LOGIN_IP,
      mail_login_email: settings.LIMIT_MAIL_LOGIN_EMAIL,
      passkey_ip: settings.LIMIT_PASSKEY_IP,
      provider_ip: settings.LIMIT_PROVIDER_IP,
      reauthentication_account: settings.LIMIT_REAUTHENTICATION,
      refresh_ip: settings.LIMIT_REFRESH_IP,
    },
    lockout: { threshold: settings.LOCKOUT_THRESHOLD, seconds: settings.LOCKOUT_SECONDS },
    factorLockout: {
      threshold: settings.LIMIT_SECOND_FACTOR.count,
      seconds: settings.LIMIT_SECOND_FACTOR.seconds,
    },
    issuer: publicUrlOf(settings),
    mailTemplates,
    mailPages: mailPagesOf(settings),
  };
}

/** How new hashes are made. */
export function hashRecipeOf(
  settings: Pick<Settings, "PASSWORD_HASH" | "BCRYPT_COST" | "ARGON2_MEMORY_KIB" | "ARGON2_PASSES">,
): HashRecipe {
  const { PASSWORD_HASH: scheme } = settings;
  if (scheme === "bcrypt") return { scheme, cost: settings.BCRYPT_COST };
  return { scheme, memoryKib: settings.ARGON2_MEMORY_KIB, passes: settings.ARGON2_PASSES };
}

/** Our own pages, where the settings name none. */
function mailPagesOf(settings: Settings): Dependencies["mailPages"] {
  const ours = publicUrlOf(settings);
  return {
    reset: settings.RESET_URL ?? `${ours}${pagePaths.reset}`,
    confirm: settings.CONFIRM_URL ?? `${ours}${pagePaths.confirm}`,
    email: settings.EMAIL_URL ?? `${ours}${pagePaths.email}`,
    mailLogin: settings.MAIL_LOGIN_URL ?? `${ours}${pagePaths.mailLogin}`,
  };
}

/** Adds the keys that sign tokens. Rejects with a `ForeignSecretError` where AUTH_SECRET is not the one the database was made with. */
export async function addKeyRing(
  deps: SystemDependencies,
  { ACCESS_TOKEN_TTL }: Settings,
): Promise<Dependencies> {
  const { storage, secretKeys } = deps;
  const now = Date.now();
  const seal = secretKeys.signingKeySeal;
  return {
    ...deps,
    keyRing: await openKeyRing(storage, seal, ACCESS_TOKEN_TTL, newId(now), now),
  };
}
