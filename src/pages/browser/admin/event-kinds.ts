/** The kinds of events, in the groups in which somebody looks for one. A kind without a group does not compile. */
import type { Schemas } from "@portcullis/client";
import { say } from "./words.ts";

export type StoredEvent = Schemas["StoredEvent"];
export type EventKind = StoredEvent["event"];

export const eventGroups = [
  "signIn",
  "refused",
  "account",
  "factors",
  "providers",
  "sessions",
  "administration",
] as const;
export type EventGroup = (typeof eventGroups)[number];

const groups: Readonly<Record<EventKind, EventGroup>> = {
  signup: "account",
  signup_failed: "refused",
  login_success: "signIn",
  login_failed: "refused",
  login_locked: "refused",
  logout: "sessions",
  session_revoked: "sessions",
  user_sessions_revoked: "administration",
  token_refreshed: "sessions",
  token_revoked: "sessions",
  refresh_token_reuse: "sessions",
  password_changed: "account",
  rate_limited: "refused",
  password_reset: "account",
  csrf_rejected: "refused",
  authorization_denied: "refused",
  user_updated: "administration",
  user_deleted: "administration",
  user_unlocked: "administration",
  signing_key_rotated: "administration",
  signup_started: "account",
  signup_existing_email: "account",
  user_invited: "administration",
  challenge_failed: "refused",
  reset_token_created: "account",
  reset_requested_unknown_email: "account",
  reset_failed: "refused",
  email_verification_requested: "account",
  email_verified: "account",
  email_change_started: "account",
  email_changed: "account",
  email_change_undone: "account",
  mail_login_requested: "signIn",
  mail_login_unknown_email: "signIn",
  login_pending: "signIn",
  second_factor_added: "factors",
  second_factor_removed: "factors",
  second_factors_reset: "administration",
  second_factor_failed: "refused",
  second_factors_locked: "refused",
  recovery_codes_renewed: "factors",
  recovery_code_used: "factors",
  reauthentication_requested: "factors",
  reauthenticated: "factors",
  reauthentication_failed: "refused",
  passkey_added: "factors",
  passkey_removed: "factors",
  passkey_clone_suspected: "factors",
  passkey_refused: "factors",
  identity_linked: "providers",
  identity_removed: "providers",
  identity_collision: "providers",
  provider_login_failed: "providers",
};

// The keys of the literal above.
export const eventKinds = Object.keys(groups) as readonly EventKind[];

export function kindsOf(group: EventGroup): readonly EventKind[] {
  return eventKinds.filter((kind) => groups[kind] === group);
}

export function isEventKind(text: string): text is EventKind {
  return Object.hasOwn(groups, text);
}

/** The name of a kind in a filter. */
export function kindName(kind: EventKind): string {
  return say(`kind_${kind}`);
}
