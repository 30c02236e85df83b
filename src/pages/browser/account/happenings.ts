/** The account's own events in sentences, grouped for reading. A kind of event without a sentence does not compile. */
import type { Schemas } from "@portcullis/client";
import { readersLocale } from "../kit/words.ts";
import { say } from "./words.ts";

export type OwnEvent = Schemas["OwnEvent"];
type Name = OwnEvent["event"];
type Named<N extends Name> = Extract<OwnEvent, { readonly event: N }>;
type Way = "pwd" | "mail" | "otp" | "recovery" | "passkey" | "provider";
type Factor = Named<"second_factor_failed">["kind"] | Named<"reauthenticated">["method"];

/** Names a provider by its id. */
export type ProviderName = (id: string) => string;

const sentences: {
  readonly [N in Name]: (event: Named<N>, providerName: ProviderName) => string;
} = {
  signup: ({ by = "user" }) => say(`event_signup_${by}`),
  login_success: ({ method, methods = [], provider }, providerName) => {
    const way = (each: Way) =>
      each === "provider" && provider !== undefined ? providerName(provider) : wayWords(each);
    if (methods.length === 0)
      return say(method === "token" ? "event_login_success_token" : "event_login_success");
    const key = method === "token" ? "event_login_success_token_ways" : "event_login_success_ways";
    return say(key, { ways: listOf(methods.map(way)) });
  },
  login_failed: () => say("event_login_failed"),
  login_locked: () => say("event_login_locked"),
  logout: () => say("event_logout"),
  session_revoked: ({ by }) => say(`event_session_revoked_${by}`),
  token_revoked: () => say("event_token_revoked"),
  refresh_token_reuse: () => say("event_refresh_token_reuse"),
  password_changed: () => say("event_password_changed"),
  password_reset: () => say("event_password_reset"),
  user_updated: ({ by, changes }) =>
    say(`event_user_updated_${by}`, { changes: listOf(changesOf(changes)) }),
  user_unlocked: ({ by }) => say(`event_user_unlocked_${by}`),
  signup_existing_email: () => say("event_signup_existing_email"),
  reset_token_created: () => say("event_reset_token_created"),
  email_verification_requested: () => say("event_email_verification_requested"),
  email_verified: ({ by }) => say(`event_email_verified_${by}`),
  email_change_started: () => say("event_email_change_started"),
  email_changed: () => say("event_email_changed"),
  email_change_undone: () => say("event_email_change_undone"),
  mail_login_requested: () => say("event_mail_login_requested"),
  login_pending: ({ methods }) =>
    say("event_login_pending", { ways: listOf(methods.map(wayWords)) }),
  second_factor_added: () => say("event_second_factor_added"),
  second_factor_removed: ({ by }) => say(`event_second_factor_removed_${by}`),
  second_factors_reset: ({ by }) => say(`event_second_factors_reset_${by}`),
  second_factor_failed: ({ kind, reason }) =>
    say(`event_second_factor_failed_${reason}`, { ways: factorWords(kind) }),
  second_factors_locked: () => say("event_second_factors_locked"),
  recovery_codes_renewed: () => say("event_recovery_codes_renewed"),
  recovery_code_used: ({ remaining }) => say("event_recovery_code_used", { count: remaining }),
  reauthentication_requested: ({ method }) =>
    say("event_reauthentication_requested", { ways: factorWords(method) }),
  reauthenticated: ({ method }) => say("event_reauthenticated", { ways: factorWords(method) }),
  reauthentication_failed: ({ method }) =>
    say("event_reauthentication_failed", { ways: factorWords(method) }),
  passkey_added: () => say("event_passkey_added"),
  passkey_removed: ({ by }) => say(`event_passkey_removed_${by}`),
  passkey_clone_suspected: () => say("event_passkey_clone_suspected"),
  identity_linked: ({ provider, by }, providerName) =>
    say(`event_identity_linked_${by}`, { provider: providerName(provider) }),
  identity_removed: ({ provider, by }, providerName) =>
    say(`event_identity_removed_${by}`, { provider: providerName(provider) }),
  identity_collision: ({ provider }, providerName) =>
    say("event_identity_collision", { provider: providerName(provider) }),
};

/** Worth a second look: an attempt that came to nothing, or a change that owners rarely make. */
const unusual: readonly Name[] = [
  "login_failed",
  "login_locked",
  "refresh_token_reuse",
  "signup_existing_email",
  "email_change_undone",
  "second_factor_failed",
  "second_factors_locked",
  "second_factors_reset",
  "recovery_code_used",
  "reauthentication_failed",
  "passkey_clone_suspected",
  "identity_collision",
];

export function sentenceOf(event: OwnEvent, providerName: ProviderName): string {
  try {
    const sentence: (event: never, providerName: ProviderName) => string = sentences[event.event];
    return sentence(event as never, providerName); // the one of its own kind
  } catch {
    // Of a server newer than this page.
    return say("event_unknown", { event: event.event });
  }
}

export function isUnusual(event: OwnEvent): boolean {
  if (event.event === "session_revoked")
    return event.by === "reuse" || event.by === "wrong_password";
  return unusual.includes(event.event);
}

/** Events of the same kind and place, one after the other, as one; sign-ins stay apart. */
export interface Happening {
  readonly latest: OwnEvent;
  readonly count: number;
}
export interface Day {
  /** An instant of that day. */
  readonly at: string;
  readonly happenings: readonly Happening[];
}

/** Days as the reader's clock has them. `events`: newest first. */
export function groupByDay(events: readonly OwnEvent[]): readonly Day[] {
  const days = new Map<string, { at: string; happenings: Happening[] }>();
  for (const event of withoutFirstSteps(events)) {
    const key = new Date(event.timestamp).toDateString();
    const day = days.get(key) ?? { at: event.timestamp, happenings: [] };
    days.set(key, day);
    const before = day.happenings.at(-1);
    if (before && event.event !== "login_success" && isAlike(before.latest, event))
      day.happenings[day.happenings.length - 1] = { ...before, count: before.count + 1 };
    else day.happenings.push({ latest: event, count: 1 });
  }
  return [...days.values()];
}

/** A first step is told by the sign-in it became. Alone it says that somebody came no further. */
function withoutFirstSteps(events: readonly OwnEvent[]): readonly OwnEvent[] {
  const becameSignIn = new Set<OwnEvent>();
  let open: OwnEvent | undefined;
  for (const event of events) {
    if (event.event === "login_success") open = event;
    else if (event.event === "login_pending" && open?.ip === event.ip) {
      becameSignIn.add(event);
      open = undefined;
    }
  }
  return events.filter((event) => !becameSignIn.has(event));
}

function isAlike(one: OwnEvent, other: OwnEvent): boolean {
  const { timestamp: _one, ...first } = one;
  const { timestamp: _other, ...second } = other;
  return JSON.stringify({ ...first, id: "" }) === JSON.stringify({ ...second, id: "" });
}

function changesOf({ role, disabled, emailVerified }: Named<"user_updated">["changes"]) {
  const changes = [
    role && say(`change_role_${role}`),
    disabled !== undefined && say(disabled ? "change_disabled" : "change_enabled"),
    emailVerified && say("change_email_verified"),
  ].filter((change) => typeof change === "string");
  return changes.length > 0 ? changes : [say("change_none")];
}

function wayWords(way: Way): string {
  return say(`way_${way}`);
}

const wayOf = {
  password: "pwd",
  totp: "otp",
  recovery_code: "recovery",
  passkey: "passkey",
  mail: "mail",
} as const satisfies Record<Factor, Way>;

function factorWords(factor: Factor): string {
  return wayWords(wayOf[factor]);
}

function listOf(words: readonly string[]): string {
  return new Intl.ListFormat(readersLocale(), { type: "conjunction" }).format(words);
}
