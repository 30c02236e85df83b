/** Proof by passkey of somebody whose account is known: as the second step of a sign-in, and to step up. */
import type { z } from "zod";
import type { PasskeyRequest as PasskeyRequestSchema } from "../contract/passkey-values.ts";
import type { AskingOwner } from "./accounts.ts";
import type { Uses } from "./change.ts";
import type { Journal, Occasion } from "./ports/events.ts";
import type { User } from "./ports/users.ts";
import type { ProvedFactor } from "./prove-second-factor.ts";
import type { OtherWays } from "./reauthentication.ts";
import { waysToReauthenticate } from "./recent-authentication.ts";

type PasskeyRequest = z.output<typeof PasskeyRequestSchema>;

/** The browser's answer, and the handle of the ceremony it answers. */
export interface PasskeyAnswer {
  readonly challengeToken: string;
  readonly credential: unknown;
}

/** The ceremony that an answer has to be of. */
export type Ceremony =
  /** Begun for the half-login with this challenge. */
  | { readonly purpose: "second_factor_passkey"; readonly subject: string }
  /** Begun by this session. */
  | { readonly purpose: "reauthentication"; readonly sessionId: string };

/** Begins to prove by one of the account's passkeys who is signed in. */
export async function startPasskeyReauthentication(
  deps: Journal & Uses<"secretKeys" | "lifetimes" | "relyingParty" | "mailLogin">,
  _occasion: Occasion,
  { user }: AskingOwner,
): Promise<PasskeyRequest | OtherWays> {
  return {
    failure: "reauthentication_required",
    methods: await waysToReauthenticate(deps, user),
  };
}

/** Judges the answer of one of the account's passkeys. The ceremony is spent before it is looked at (PK-01). */
export async function provePasskeyFactor(
  _deps: Journal & Uses<"secretKeys" | "quotas" | "mailTemplates" | "relyingParty">,
  _occasion: Occasion,
  _user: User,
  _ceremony: Ceremony,
  _answer: PasskeyAnswer,
): Promise<ProvedFactor | undefined> {
  return undefined;
}
