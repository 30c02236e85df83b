/** All that the rules of auth stand on. `app.ts` passes it in; tests pass the real things too. */
import type { Journal } from "./events.ts";
import type { KeyRing } from "./keys.ts";
import type { Quotas } from "./limits.ts";
import type { LockoutRule } from "./lockout.ts";
import type { Meter } from "./metrics.ts";
import type { PasswordPolicy } from "./password-policy.ts";
import type { Passwords } from "./passwords.ts";
import type { SecretKeys } from "./secrets.ts";

export interface Dependencies extends Journal {
  readonly meter: Meter;
  readonly passwords: Passwords;
  readonly passwordPolicy: PasswordPolicy;
  readonly secretKeys: SecretKeys;
  readonly keyRing: KeyRing;
  readonly lifetimes: Lifetimes;
  readonly quotas: Quotas;
  readonly lockout: LockoutRule;
  /** `iss` and `aud` of access tokens, and where links in mails lead: PUBLIC_URL (RS-05). */
  readonly issuer: string;
}

/** Whole seconds, from the settings. */
export interface Lifetimes {
  readonly sessionSeconds: number;
  readonly sessionIdleSeconds: number;
  readonly accessTokenSeconds: number;
  /** The absolute life of a token session. */
  readonly refreshTokenSeconds: number;
  /** How long the refresh token before the current one still gives that one (TK-14). */
  readonly refreshGraceSeconds: number;
  readonly resetTokenSeconds: number;
}
