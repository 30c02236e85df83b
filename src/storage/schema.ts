/**
 * The tables as Kysely sees them. Instants are integer milliseconds since the epoch, ids are UUIDv7
 * text, truth values are 0 or 1: all of it the same on every database.
 */
import type { Generated, Kysely } from "kysely";
import type { ChallengePurpose } from "../domain/ports/challenges.ts";
import type { SessionKind } from "../domain/ports/sessions.ts";
import type { Role } from "../domain/ports/users.ts";

export interface Tables {
  users: UsersTable;
  sessions: SessionsTable;
  signing_keys: SigningKeysTable;
  events: EventsTable;
  event_retention: EventRetentionTable;
  mails: MailsTable;
  challenges: ChallengesTable;
  totp_factors: TotpFactorsTable;
  recovery_codes: RecoveryCodesTable;
  passkeys: PasskeysTable;
  identities: IdentitiesTable;
  limits: LimitsTable;
  devices: DevicesTable;
  jobs: JobsTable;
}

/** The names of all tables. One that is missing here does not compile. */
export const tableNames: readonly string[] = Object.keys({
  users: true,
  sessions: true,
  signing_keys: true,
  events: true,
  event_retention: true,
  mails: true,
  challenges: true,
  totp_factors: true,
  recovery_codes: true,
  passkeys: true,
  identities: true,
  limits: true,
  devices: true,
  jobs: true,
} satisfies Record<keyof Tables, true>);

/** The database, or a transaction on it: Kysely gives both one type. */
export type Db = Kysely<Tables>;

export interface UsersTable {
  id: string;
  /** Normalised before it comes here; unique (ST-05). */
  email: string;
  /** Null where the account has no password. */
  password_hash: string | null;
  /** Grows whenever what proves the owner changes; see `Credential`. */
  credential_epoch: Generated<number>;
  role: Role;
  disabled: 0 | 1;
  created_at: number;
  /** Wrong passwords since the last success or lock. */
  failures: Generated<number>;
  /** Of the last of them; 0 before the first. */
  failed_at: Generated<number>;
  /** The end of the last lock; 0 before the first. */
  locked_until: Generated<number>;
  /** How long the last lock lasted. Milliseconds. */
  lock_ms: Generated<number>;
  /** The place of the last lock among those that came soon after another; 0 before the first. */
  locks: Generated<number>;
  /** When a session was last begun; null before the first. */
  last_login_at: Generated<number | null>;
  email_verified: Generated<0 | 1>;
  name: Generated<string | null>;
  locale: Generated<string | null>;
  /** The lock of the account's codes of second factors, as that of its password above. */
  factor_failures: Generated<number>;
  factor_failed_at: Generated<number>;
  factor_locked_until: Generated<number>;
  factor_lock_ms: Generated<number>;
  factor_locks: Generated<number>;
  /** The random name under which authenticators keep its passkeys; null before the first. */
  webauthn_handle: Generated<Uint8Array | null>;
}

/** One row per key that has something to pay back, or whose refusals have been told. */
export interface LimitsTable {
  /** HMAC of the rule and its subject. */
  key_hash: Uint8Array;
  /** When all that was taken is paid back. */
  paid_at: number;
  /** Until then its refusals are no events. 0 where none has been told. */
  told_until: Generated<number>;
}

export interface DevicesTable {
  id: string;
  user_id: string;
  /** SHA-256 of the cookie's secret (SE-02). */
  secret_hash: Uint8Array;
  /** Wrong passwords since the last success. */
  failures: Generated<number>;
  seen_at: number;
  expires_at: number;
}

export interface SessionsTable {
  id: string;
  user_id: string;
  kind: SessionKind;
  /** SHA-256 of the cookie's secret (SE-02); null for kind `token`. */
  secret_hash: Uint8Array | null;
  /** Null for kind `cookie`. */
  refresh_salt: Uint8Array | null;
  refresh_counter: Generated<number>;
  refresh_rotated_at: number | null;
  created_at: number;
  last_seen_at: number;
  expires_at: number;
  ip: string;
  user_agent: string | null;
  /** Wrong current passwords since the last right one. */
  failures: Generated<number>;
  /** How its owner proved who they are: names of `AuthMethod`, with spaces between. */
  methods: string;
  /** When that was last proved; null where it was at the beginning. */
  authenticated_at: Generated<number | null>;
  /** When a second factor was last proved; null where none was. */
  second_factor_at: Generated<number | null>;
}

export interface SigningKeysTable {
  kid: string;
  public_x: string;
  sealed_seed: Uint8Array;
  created_at: number;
  /** Null for the one key that signs. */
  retired_at: number | null;
}

/** Append-only: the database itself refuses to change or delete a row (LA-05). */
export interface EventsTable {
  id: string;
  event: string;
  level: string;
  timestamp: number;
  /** Copied from the event where it has one. No foreign key: what happened outlives the account. */
  user_id: string | null;
  /** The whole event as JSON. */
  body: string;
}

export interface MailsTable {
  id: string;
  /** Recipient, subject and texts, sealed (LA-03). Null once the mail is finished; a decoy keeps its random bytes. */
  sealed: Uint8Array | null;
  created_at: number;
  expires_at: number;
  /** When it may be claimed; a claim moves it to the end of its lease. */
  due_at: number;
  attempts: number;
  /** When it was sent or given up. Null while it waits. */
  finished_at: number | null;
}

/** Begun by one request, to be ended by another. */
export interface ChallengesTable {
  id: string;
  purpose: ChallengePurpose;
  /** SHA-256 (CH-04). */
  handle_hash: Uint8Array | null;
  link_hash: Uint8Array | null;
  /** HMAC of the id and the code (CH-04). Random bytes for a decoy. */
  code_mac: Uint8Array | null;
  /** Null for a decoy (ET-01), and where there is no account yet. */
  user_id: string | null;
  session_id: string | null;
  subject: string | null;
  sealed: Uint8Array | null;
  attempts: Generated<number>;
  created_at: number;
  expires_at: number;
}

/** The authenticator app of an account. */
export interface TotpFactorsTable {
  user_id: string;
  /** Sealed with the account's id (MF-05). */
  sealed_secret: Uint8Array;
  /** The time step of the last code that was used; codes of it and before are good no more (MF-02). */
  last_step: number;
  created_at: number;
  /** Null before the first use after the one that confirmed it. */
  last_used_at: Generated<number | null>;
}

export interface RecoveryCodesTable {
  /** SHA-256 (MF-05). */
  code_hash: Uint8Array;
  user_id: string;
  created_at: number;
}

export interface PasskeysTable {
  id: string;
  user_id: string;
  /** The id by which authenticators know it; unique (PK-08). */
  credential_id: Uint8Array;
  /** A COSE key. */
  public_key: Uint8Array;
  /** Its COSE algorithm. */
  algorithm: number;
  sign_count: number;
  backup_eligible: 0 | 1;
  backed_up: 0 | 1;
  /** It verified its user when it was added, and can be found without its id. */
  signs_in: 0 | 1;
  /** Names that the browser gave, with spaces between. */
  transports: string;
  aaguid: Uint8Array;
  name: string;
  created_at: number;
  last_used_at: Generated<number | null>;
}

/** Somebody at a provider who signs in to an account. */
export interface IdentitiesTable {
  id: string;
  user_id: string;
  /** The id of the provider in the settings. */
  provider: string;
  /** With the subject, who it is; unique (FD-06). */
  issuer: string;
  subject: string;
  /** The address there, in its normal form; for people alone. */
  email: string | null;
  created_at: number;
  last_used_at: Generated<number | null>;
}

/** One row. The instant before which events may be deleted: 0, but inside the retention job's transaction. */
export interface EventRetentionTable {
  id: 1;
  delete_before: number;
}

/** One row per job that was ever claimed. */
export interface JobsTable {
  name: string;
  /** When the next process may claim it. */
  due_at: number;
}
