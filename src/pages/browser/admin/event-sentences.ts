/** Every event in a sentence for administrators. A kind or a variant without one does not compile. */
import { providerName } from "../kit/given.ts";
import { dateTimeOf } from "../kit/dates.ts";
import { readersLocale } from "../kit/words.ts";
import type { EventKind, StoredEvent } from "./event-kinds.ts";
import { say, sayParts } from "./words.ts";

/** Somebody in a sentence: an account by its id, an address that may be nobody's, or both. */
export interface Mention {
  readonly id?: string;
  readonly email?: string;
  /** Said where there is no such account any more. */
  readonly gone?: string;
}
export type Piece = string | number | Mention;
type Named<K extends EventKind> = Extract<StoredEvent, { readonly event: K }>;

const sentences: { readonly [K in EventKind]: (event: Named<K>) => readonly Piece[] } = {
  signup: ({ by = "user", ...event }) => sayParts(`did_signup_${by}`, { who: of(event) }),
  signup_failed: (event) => sayParts(`did_signup_failed_${event.reason}`, { who: of(event) }),
  login_success(event) {
    const { method, methods = [], provider } = event;
    const who = of(event);
    const ways = listOf(
      methods.map((way) =>
        way === "provider" && provider !== undefined ? providerName(provider) : say(`way_${way}`),
      ),
    );
    if (method === "token")
      return ways === ""
        ? sayParts("did_login_success_token", { who })
        : sayParts("did_login_success_token_ways", { who, ways });
    return ways === ""
      ? sayParts("did_login_success", { who })
      : sayParts("did_login_success_ways", { who, ways });
  },
  login_failed: (event) =>
    event.reason === "unknown_passkey"
      ? sayParts("did_login_failed_unknown_passkey")
      : sayParts(`did_login_failed_${event.reason}`, { who: of(event) }),
  login_locked: (event) =>
    sayParts("did_login_locked", { who: of(event), until: dateTimeOf(event.lockedUntil) }),
  logout: (event) => sayParts("did_logout", { who: of(event) }),
  session_revoked: (event) =>
    event.by === "admin"
      ? sayParts("did_session_revoked_admin", { who: of(event), actor: actorOf(event) })
      : sayParts(`did_session_revoked_${event.by}`, { who: of(event) }),
  user_sessions_revoked: (event) => sayParts("did_user_sessions_revoked", byActor(event)),
  token_refreshed: (event) => sayParts("did_token_refreshed", { who: of(event) }),
  token_revoked: (event) => sayParts("did_token_revoked", { who: of(event) }),
  refresh_token_reuse: (event) => sayParts("did_refresh_token_reuse", { who: of(event) }),
  password_changed: (event) => sayParts("did_password_changed", { who: of(event) }),
  rate_limited({ operation, key, email, userId }) {
    if (key === "ip") return sayParts("did_rate_limited_ip", { operation });
    if (key === "email")
      return email === undefined
        ? sayParts("did_rate_limited_email_unsaid", { operation })
        : sayParts("did_rate_limited_email", { operation, who: { email } });
    return userId === undefined
      ? sayParts("did_rate_limited_account_unsaid", { operation })
      : sayParts("did_rate_limited_account", { operation, who: { id: userId } });
  },
  password_reset: (event) => sayParts("did_password_reset", { who: of(event) }),
  csrf_rejected: ({ reason, operation }) => sayParts(`did_csrf_rejected_${reason}`, { operation }),
  authorization_denied: (event) =>
    sayParts("did_authorization_denied", { who: of(event), operation: event.operation }),
  user_updated: (event) =>
    sayParts("did_user_updated", { ...byActor(event), changes: changesOf(event) }),
  user_deleted: (event) =>
    event.actorId === event.userId
      ? sayParts("did_user_deleted_self", { who: { id: event.userId, gone: say("who_unknown") } })
      : sayParts("did_user_deleted", {
          who: { id: event.userId, gone: say("who_account") },
          actor: actorOf(event),
        }),
  user_unlocked: (event) => sayParts("did_user_unlocked", byActor(event)),
  signing_key_rotated: () => sayParts("did_signing_key_rotated"),
  signup_started: (event) => sayParts("did_signup_started", { who: of(event) }),
  signup_existing_email: (event) => sayParts("did_signup_existing_email", { who: of(event) }),
  user_invited: ({ role, email, ...event }) =>
    sayParts(`did_user_invited_${role}`, { actor: actorOf(event), invited: { email } }),
  challenge_failed({ reason, userId, purpose: which }) {
    const purpose = say(`purpose_${which}`);
    return userId === null
      ? sayParts(`did_challenge_failed_${reason}`, { purpose })
      : sayParts(`did_challenge_failed_${reason}_who`, { purpose, who: { id: userId } });
  },
  reset_token_created: (event) => sayParts("did_reset_token_created", { who: of(event) }),
  reset_requested_unknown_email: (event) =>
    sayParts("did_reset_requested_unknown_email", { who: of(event) }),
  reset_failed: ({ reason }) => sayParts(`did_reset_failed_${reason}`),
  email_verification_requested: (event) =>
    sayParts("did_email_verification_requested", { who: of(event) }),
  email_verified: (event) =>
    event.by === "admin"
      ? sayParts("did_email_verified_admin", { who: of(event), actor: actorOf(event) })
      : sayParts(`did_email_verified_${event.by}`, { who: of(event) }),
  email_change_started: ({ newEmail, ...event }) =>
    sayParts("did_email_change_started", { who: of(event), newEmail }),
  email_changed: ({ oldEmail, newEmail, ...event }) =>
    sayParts("did_email_changed", { who: of(event), oldEmail, newEmail }),
  email_change_undone: ({ oldEmail, newEmail, ...event }) =>
    sayParts("did_email_change_undone", {
      who: of(event),
      // The event calls old what was undone.
      newEmail: oldEmail,
      oldEmail: newEmail,
    }),
  mail_login_requested: (event) => sayParts("did_mail_login_requested", { who: of(event) }),
  mail_login_unknown_email: (event) => sayParts("did_mail_login_unknown_email", { who: of(event) }),
  login_pending: (event) =>
    sayParts("did_login_pending", {
      who: of(event),
      ways: listOf(event.methods.map((way) => say(`way_${way}`))),
    }),
  second_factor_added: (event) => sayParts("did_second_factor_added", { who: of(event) }),
  second_factor_removed: (event) =>
    event.by === "admin"
      ? sayParts("did_second_factor_removed_admin", { who: of(event), actor: actorOf(event) })
      : sayParts(`did_second_factor_removed_${event.by}`, { who: of(event) }),
  second_factors_reset: (event) => sayParts("did_second_factors_reset", byActor(event)),
  second_factor_failed: (event) =>
    sayParts(`did_second_factor_failed_${event.reason}`, {
      who: of(event),
      factor: say(`factor_${event.kind}`),
    }),
  second_factors_locked: (event) =>
    sayParts("did_second_factors_locked", { who: of(event), until: dateTimeOf(event.lockedUntil) }),
  recovery_codes_renewed: (event) => sayParts("did_recovery_codes_renewed", { who: of(event) }),
  recovery_code_used: ({ remaining, ...event }) =>
    sayParts("did_recovery_code_used", { who: of(event), count: remaining }),
  reauthentication_requested: (event) =>
    sayParts("did_reauthentication_requested", withFactor(event)),
  reauthenticated: (event) => sayParts("did_reauthenticated", withFactor(event)),
  reauthentication_failed: (event) => sayParts("did_reauthentication_failed", withFactor(event)),
  passkey_added: (event) => sayParts("did_passkey_added", { who: of(event) }),
  passkey_removed: (event) =>
    event.by === "admin"
      ? sayParts("did_passkey_removed_admin", { who: of(event), actor: actorOf(event) })
      : sayParts(`did_passkey_removed_${event.by}`, { who: of(event) }),
  passkey_clone_suspected: (event) => sayParts("did_passkey_clone_suspected", { who: of(event) }),
  passkey_refused: (event) =>
    sayParts("did_passkey_refused", { who: of(event), why: event.reason }),
  identity_linked: ({ by, provider, ...event }) =>
    sayParts(`did_identity_linked_${by}`, { who: of(event), provider: providerName(provider) }),
  identity_removed: ({ by, provider, ...event }) =>
    sayParts(`did_identity_removed_${by}`, { who: of(event), provider: providerName(provider) }),
  identity_collision: ({ provider, ...event }) =>
    sayParts("did_identity_collision", { who: of(event), provider: providerName(provider) }),
  provider_login_failed({ reason, provider: id, why }) {
    const provider = providerName(id);
    if (reason === "token" || reason === "unavailable")
      return sayParts(`did_provider_login_failed_${reason}`, { provider, why: why ?? reason });
    return sayParts(`did_provider_login_failed_${reason}`, { provider });
  },
};

export function sentenceOf(event: StoredEvent): readonly Piece[] {
  try {
    const sentence: (event: never) => readonly Piece[] = sentences[event.event];
    return sentence(event as never); // the one of its own kind
  } catch {
    // Of a server newer than this page.
    return sayParts("did_unknown", { event: event.event });
  }
}

function of({
  userId,
  email,
}: {
  readonly userId?: string | null;
  readonly email?: string | null;
}): Piece {
  if (!userId && !email) return say("who_unknown");
  return { ...(userId && { id: userId }), ...(email && { email }) };
}

function actorOf({ actorId }: { readonly actorId?: string | null }): Piece {
  return actorId ? { id: actorId } : say("actor_command");
}

function byActor(event: { readonly userId: string; readonly actorId: string | null }) {
  return { who: of(event), actor: actorOf(event) };
}

function withFactor(
  event: Named<"reauthenticated" | "reauthentication_failed" | "reauthentication_requested">,
) {
  return { who: of(event), factor: say(`factor_${event.method}`) };
}

function changesOf({ changes: { role, disabled, emailVerified } }: Named<"user_updated">): string {
  const changes = [
    role && say(`change_role_${role}`),
    disabled !== undefined && say(disabled ? "change_disabled" : "change_enabled"),
    emailVerified && say("change_emailVerified"),
  ].filter((change) => typeof change === "string");
  return listOf(changes.length > 0 ? changes : [say("change_none")]);
}

function listOf(words: readonly string[]): string {
  return new Intl.ListFormat(readersLocale(), { type: "conjunction" }).format(words);
}
