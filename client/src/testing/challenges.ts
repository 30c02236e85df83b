/** The fake server's challenges: what one request begins and another ends, by a code or by a link. */
import { bounds } from "../generated/fake.ts";
import type { components } from "../generated/schema.ts";
import {
  type Account,
  newSecret,
  type Person,
  type Proved,
  type ProviderFlow,
  type Session,
} from "./rows.ts";

export type Purpose = components["schemas"]["ChallengeFailedEvent"]["purpose"];

/** Lifetimes as the server has them by default. Milliseconds. */
const LIFETIME_MS: Readonly<Record<Purpose, number>> = {
  signup: 86_400_000,
  invitation: 86_400_000,
  email_verification: 600_000,
  email_change: 600_000,
  email_change_undo: 259_200_000,
  password_reset: 1_800_000,
  mail_login: 600_000,
  login: 300_000,
  totp_setup: 600_000,
  passkey_setup: 300_000,
  passkey_login: 300_000,
  second_factor_passkey: 300_000,
  reauthentication: 600_000,
  provider_login: 600_000,
  provider_link: 600_000,
  identity_claim: 600_000,
};

/** The account or address that a challenge is about. */
export interface Subject {
  readonly purpose: Purpose;
  /** The account that can end it. Absent: a signup's, or a decoy, whose code and link nobody gets. */
  readonly account?: Account | undefined;
  /** The session that began it, with which it ends. */
  readonly session?: Session;
  readonly email: string;
  /** The password and language of a signup. */
  readonly signup?: { readonly password: string; readonly locale: string | null };
  /** The steps of a sign-in that are taken. */
  readonly proved?: Proved;
  /** The secret of an authenticator app that is being added. */
  readonly totpSecret?: string;
  /** The sign-in that a passkey is to finish. */
  readonly login?: Challenge;
  /** The way to a provider and back. */
  readonly flow?: ProviderFlow;
  /** The one who collided with the account. */
  readonly person?: Person;
  /** Of an undo: when the change was begun. Milliseconds since the epoch. */
  readonly since?: number | undefined;
}

export interface Challenge extends Subject {
  readonly challengeToken: string;
  /** Eight digits. */
  readonly code: string;
  readonly linkToken: string;
  /** The bytes that a passkey signs, in base64url. */
  readonly ceremony: string;
  readonly createdAt: number;
  readonly expiresAt: number;
  tries: number;
}

export class Challenges {
  readonly #all = new Set<Challenge>();

  /** Begins one. For an account it ends the one before of its purpose; an address can be taken back by several. */
  begin(subject: Subject, now: number): Challenge {
    const { account, purpose } = subject;
    if (account && purpose !== "email_change_undo") this.end({ account, purpose });
    const challenge = {
      ...subject,
      challengeToken: newSecret(),
      code: newCode(),
      linkToken: newSecret(),
      ceremony: newSecret(),
      createdAt: now,
      expiresAt: now + LIFETIME_MS[purpose],
      tries: 0,
    };
    this.#all.add(challenge);
    return challenge;
  }

  /** Counts a try of its code. */
  tryCode(
    purpose: Purpose,
    { challengeToken, code }: { readonly challengeToken: string; readonly code: string },
    now: number,
  ): { readonly right?: Challenge; readonly wrong?: Challenge } {
    const challenge = this.findByHandle(purpose, challengeToken, now);
    if (challenge === undefined || !this.countTry(challenge)) return {};
    const isRight = challenge.code === code.replaceAll(/[ -]/g, "");
    return isRight ? { right: challenge } : { wrong: challenge };
  }

  /** Counts a try of any kind; false for one too many. */
  countTry(challenge: Challenge): boolean {
    if (challenge.tries >= bounds.challengeTries) return false;
    challenge.tries += 1;
    return true;
  }

  findByHandle(purpose: Purpose, challengeToken: string, now: number): Challenge | undefined {
    return this.#find(purpose, now, (each) => each.challengeToken === challengeToken);
  }

  findByLink(purpose: Purpose, linkToken: string, now: number): Challenge | undefined {
    return this.#find(purpose, now, (each) => each.linkToken === linkToken);
  }

  findOf(account: Account, purpose: Purpose, now: number): Challenge | undefined {
    return this.#find(purpose, now, (each) => each.account === account);
  }

  /** True where somebody else may take the address back. */
  isReserved(email: string, account: Account | undefined, now: number): boolean {
    const takesBack = (each: Challenge) => each.email === email && each.account !== account;
    return this.#find("email_change_undo", now, takesBack) !== undefined;
  }

  spend(challenge: Challenge): void {
    this.#all.delete(challenge);
  }

  /** Ends those that are about all that is given. */
  end(about: Partial<Subject>): void {
    const wanted = Object.entries(about);
    for (const challenge of this.#all)
      if (wanted.every(([name, value]) => Reflect.get(challenge, name) === value))
        this.#all.delete(challenge);
  }

  /** Ends those of its account that take back a change later than this one. */
  endUndosAfter(undo: Challenge): void {
    // A set keeps the order in which its members came.
    const all = [...this.#all];
    for (const later of all.slice(all.indexOf(undo) + 1))
      if (later.purpose === undo.purpose && later.account === undo.account) this.#all.delete(later);
  }

  /** Ends all of the account but what takes its address back. */
  endGrantsOf(account: Account): void {
    for (const challenge of this.#all)
      if (challenge.account === account && challenge.purpose !== "email_change_undo")
        this.#all.delete(challenge);
  }

  #find(
    purpose: Purpose,
    now: number,
    isMeant: (challenge: Challenge) => boolean,
  ): Challenge | undefined {
    return [...this.#all].find(
      (each) => each.purpose === purpose && now < each.expiresAt && isMeant(each),
    );
  }
}

function newCode(): string {
  const [number = 0] = crypto.getRandomValues(new Uint32Array(1));
  return String(number % 100_000_000).padStart(8, "0");
}
