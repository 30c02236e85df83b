/**
 * The limits an operation can declare. How much each allows is a setting; whom it counts, and what it
 * is called in the headers of a refusal, is promised here.
 */

/** Whom a limit counts by, as the event `rate_limited` tells it. */
export type LimitKey = "ip" | "email" | "account";

interface LimitDescription {
  readonly key: LimitKey;
  /** Its name in `RateLimit-Policy` and `RateLimit`. */
  readonly policy: string;
}

export const limits = {
  login_ip: { key: "ip", policy: "login-ip" },
  /** By the address typed in, whether or not it is anybody's (LG-01). */
  login_email: { key: "email", policy: "login-email" },
  signup_ip: { key: "ip", policy: "signup-ip" },
  forgot_ip: { key: "ip", policy: "forgot-ip" },
  /** Uses of a reset token, good or not (RS-11). */
  reset_ip: { key: "ip", policy: "reset-ip" },
  forgot_email: { key: "email", policy: "forgot-email" },
  /** Mails with which an address is to be proved: signups, verifications, changes. Beyond it the answer is the same, and no mail is sent (EM-11). */
  signup_email: { key: "email", policy: "signup-email" },
  /** Ends of challenges, good or not. */
  challenge_ip: { key: "ip", policy: "challenge-ip" },
  /** Changes of address that one account begins. */
  email_change_account: { key: "account", policy: "email-change-account" },
  mail_login_ip: { key: "ip", policy: "mail-login-ip" },
  /** Mails that sign in, by the address typed in, or by the device that its account knows. Beyond it the answer is the same, and no mail is sent (ML-01). */
  mail_login_email: { key: "email", policy: "mail-login-email" },
  /** Ceremonies of passkeys, begun or ended. */
  passkey_ip: { key: "ip", policy: "passkey-ip" },
  /** Flows that lead to a provider: each asks it what it is, where that is not known. */
  provider_ip: { key: "ip", policy: "provider-ip" },
  /** Proofs that somebody who is signed in begins: each may be a mail. */
  reauthentication_account: { key: "account", policy: "reauthentication-account" },
  refresh_ip: { key: "ip", policy: "refresh-ip" },
  /** The current password, asked for by somebody who is signed in (PW-10). The right one gives nothing back: each attempt costs hashes, and a change a mail. */
  password_account: { key: "account", policy: "password-account" },
  /**
   * Mails that tell an owner what happened, per address and kind: nobody proved that the address is theirs,
   * so an account must not be a way to mail it at will. Beyond it the change is made and told in the log.
   */
  notice_email: { key: "email", policy: "notice-email" },
  /** In place of `login_email` where the request comes from a device the account knows (RL-03). */
  login_device: { key: "account", policy: "login-device" },
} as const satisfies Record<string, LimitDescription>;

export type LimitName = keyof typeof limits;
/**
 * The limits that an operation may declare. `login_device` takes the place of `login_email`, notices are no requests,
 * and what bounds mails in silence refuses nothing.
 */
export type DeclaredLimit = Exclude<
  LimitName,
  "login_device" | "notice_email" | "signup_email" | "mail_login_email"
>;

/** How many notices of a kind an address gets: the first ones say all there is to say. Seconds. */
export const NOTICE_QUOTA = { count: 3, seconds: 3_600 } as const;
