/** Everything the rules of auth stand on. */
import type { Journal } from "./events.ts";
import type { Quotas } from "./limits.ts";
import type { LockoutRule } from "./locks.ts";
import type { MailTemplates } from "./mails.ts";
import type { Meter } from "./meter.ts";
import type { PasswordPolicy, Passwords } from "./passwords.ts";
import type { Provider } from "./providers.ts";
import type { SecretKeys } from "./secret-keys.ts";
import type { KeyRing } from "./signing-keys.ts";

export interface Dependencies extends Journal {
  readonly meter: Meter;
  readonly passwords: Passwords;
  readonly passwordPolicy: PasswordPolicy;
  readonly secretKeys: SecretKeys;
  readonly keyRing: KeyRing;
  readonly lifetimes: Lifetimes;
  readonly signup: SignupRule;
  /** Signing in by mail is on. */
  readonly mailLogin: boolean;
  /** The accounts that must have a second factor. */
  readonly secondFactor: "optional" | "admins" | "required";
  /** The name under which authenticator apps show the account's codes. */
  readonly totpIssuer: string;
  readonly relyingParty: RelyingParty;
  /** Those of the settings, by id, in their order. */
  readonly providers: ReadonlyMap<string, Provider>;
  /** Origins of pages that a sign-in with a provider may go on to: ours, and those of applications (FD-12). */
  readonly returnOrigins: ReadonlySet<string>;
  readonly quotas: Quotas;
  readonly lockout: LockoutRule;
  /** The lock of codes of second factors (MF-06). */
  readonly factorLockout: LockoutRule;
  /** `iss` and `aud` of access tokens: PUBLIC_URL, with its path. */
  readonly issuer: string;
  readonly mailTemplates: MailTemplates;
  readonly mailPages: MailPages;
}

/** The site that passkeys are for (WebAuthn Level 3 §4). */
export interface RelyingParty {
  /** A host name. */
  readonly id: string;
  /** The name that browsers show. */
  readonly name: string;
  /** Origins of its pages and apps, compared as they stand (PK-03). */
  readonly origins: ReadonlySet<string>;
}

/** The pages that links in mails lead to: absolute URLs without a fragment, from the settings (RS-05). */
export interface MailPages {
  /** Chooses a new password. */
  readonly reset: string;
  /** Ends a signup. */
  readonly confirm: string;
  /** Proves an address, or undoes a change of it. */
  readonly email: string;
  /** Signs in by mail. */
  readonly mailLogin: string;
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
  /** A signup that nobody has proved. */
  readonly signupSeconds: number;
  /** The life of a mailed proof, other than a signup or a new password. */
  readonly challengeSeconds: number;
  /** A sign-in whose first step is taken. */
  readonly loginChallengeSeconds: number;
  /** A ceremony in which a passkey is made or asked for. */
  readonly ceremonySeconds: number;
  /** A flow that leads to a provider and back; and a link that collided. */
  readonly providerSeconds: number;
  /** How long the old address can take back a change. */
  readonly emailUndoSeconds: number;
  /** How long after a proof an operation that needs a recent one is allowed (D4). */
  readonly recentAuthSeconds: number;
}

/** How accounts are made by those who sign up. */
export interface SignupRule {
  readonly mode: "open" | "verified" | "closed";
  /** Only addresses of these domains, in their normal form; undefined: any. */
  readonly emailDomains: ReadonlySet<string> | undefined;
}
