/** What the settings say, in the shape in which the rules of auth take it. */
import type { Settings } from "./settings.ts";
import { NOTICE_QUOTA } from "../contract/limits.ts";
import { PASSWORD_MAX_CODE_POINTS } from "../contract/values.ts";
import type { Dependencies } from "../domain/ports/dependencies.ts";
import { openKeyRing } from "../domain/keys.ts";
import { createPasswords } from "../domain/passwords.ts";
import type { BcryptWorkers } from "../domain/ports/passwords.ts";
import { isCommonPassword } from "../platform/common-passwords.ts";
import { newId } from "../platform/ids.ts";

/** What was opened for this process alone. */
export interface Opened extends Pick<Dependencies, "storage" | "log" | "meter" | "secretKeys"> {
  readonly bcrypt: BcryptWorkers;
  /** PUBLIC_URL, or the one that holds in development. */
  readonly publicUrl: string;
}

/** Rejects with a `ForeignSecretError` where AUTH_SECRET is not the one the database was made with. */
export async function createDependencies(
  settings: Settings,
  { storage, log, meter, secretKeys, bcrypt, publicUrl }: Opened,
): Promise<Dependencies> {
  const { signingKeySeal, passwordPepper } = secretKeys;
  const now = Date.now();
  return {
    storage,
    log,
    meter,
    newId,
    secretKeys,
    keyRing: await openKeyRing(storage, signingKeySeal, settings.ACCESS_TOKEN_TTL, newId(now), now),
    passwords: createPasswords(bcrypt, passwordPepper, settings.BCRYPT_COST),
    passwordPolicy: {
      minLength: settings.PASSWORD_MIN_LENGTH,
      maxLength: PASSWORD_MAX_CODE_POINTS,
      isCommon: isCommonPassword,
    },
    lifetimes: {
      sessionSeconds: settings.SESSION_TTL,
      sessionIdleSeconds: settings.SESSION_IDLE_TTL,
      accessTokenSeconds: settings.ACCESS_TOKEN_TTL,
      refreshTokenSeconds: settings.REFRESH_TOKEN_TTL,
      refreshGraceSeconds: settings.REFRESH_GRACE,
      resetTokenSeconds: settings.RESET_TOKEN_TTL,
    },
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
      refresh_ip: settings.LIMIT_REFRESH_IP,
    },
    lockout: { threshold: settings.LOCKOUT_THRESHOLD, seconds: settings.LOCKOUT_SECONDS },
    issuer: publicUrl,
  };
}
