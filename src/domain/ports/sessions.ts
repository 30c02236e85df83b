/** Sessions, and what the rules need of where they are kept. */
import type { z } from "zod";
import type { NewEvent } from "./event-store.ts";
import type { AuthMethod as AuthMethodSchema } from "../../contract/auth-methods.ts";
import type { User } from "./users.ts";

export type AuthMethod = z.output<typeof AuthMethodSchema>;

export type SessionKind = "cookie" | "token";

/** One login. It ends at `expiresAt`, or when idle for too long, or when somebody ends it. */
export interface Session {
  /** Public: it may be shown and logged. */
  readonly id: string;
  readonly userId: string;
  readonly kind: SessionKind;
  /** Milliseconds since the epoch, like every instant below. */
  readonly createdAt: number;
  readonly lastSeenAt: number;
  /** The absolute limit. Nothing moves it (SE-06). */
  readonly expiresAt: number;
  readonly ip: string;
  readonly userAgent: string | null;
}

/** A session as it is first stored, with what it will be recognised by. */
export type NewSession = Session &
  Omit<Authentication, "authenticatedAt"> &
  (
    | {
        readonly kind: "cookie";
        /** SHA-256 of the cookie's secret (SE-02). */ readonly secretHash: Uint8Array;
      }
    | {
        readonly kind: "token";
        /** Per-session salt of its refresh tokens; the counter starts at 0. */ readonly refreshSalt: Uint8Array;
      }
  );

/** When and how somebody proved who they are, with this session. Instants in milliseconds since the epoch. */
export interface Authentication {
  readonly methods: readonly AuthMethod[];
  readonly authenticatedAt: number;
  /** Null where no second factor was proved. */
  readonly secondFactorAt: number | null;
}

/** A proof by somebody who is signed in. */
export interface Reproof {
  readonly sessionId: string;
  readonly now: number;
  /** Is among the session's methods from then on. */
  readonly method: AuthMethod;
  readonly isSecondFactor: boolean;
  /** SHA-256 of the cookie's secret, and of its next one; undefined for a session by tokens. */
  readonly secrets: { readonly from: Uint8Array; readonly to: Uint8Array } | undefined;
}

/** A session with the account it belongs to, read in one query so that neither can be stale (TK-08, TK-09). */
export interface SessionWithUser {
  readonly session: Session;
  readonly user: User;
}

/** A session as its id finds it. */
export interface FoundSession extends SessionWithUser {
  /** When its owner last proved again who they are; null where they proved it at the beginning alone. */
  readonly reauthenticatedAt: number | null;
}

/** When a session is past its limits. Milliseconds since the epoch. */
export interface SessionLimits {
  readonly now: number;
  /** A cookie session not seen since is dead. */
  readonly idleSince: number;
}

export interface RefreshState extends SessionWithUser {
  readonly authentication: Authentication;
  readonly refreshSalt: Uint8Array;
  /** The counter of the one refresh token that is good now. */
  readonly refreshCounter: number;
  /** When the counter last moved; null before the first time. */
  readonly refreshRotatedAt: number | null;
}

export interface SessionStore {
  findBySecretHash(secretHash: Uint8Array): Promise<SessionWithUser | undefined>;
  find(sessionId: string): Promise<FoundSession | undefined>;
  /** True where there is the session; inside a transaction, until whose end nobody ends it. */
  lock(sessionId: string): Promise<boolean>;
  /**
   * Inserts the session only if its account is enabled and its credential epoch is still `epoch`, in one
   * statement. False where it is not; then nothing was written.
   */
  insert(session: NewSession, epoch: number): Promise<boolean>;
  /** Reads how and when the session was proved, and whether its account has a second factor now. */
  findAuthentication(
    sessionId: string,
  ): Promise<(Authentication & { readonly hasSecondFactor: boolean }) | undefined>;
  /**
   * Notes a proof of somebody who is signed in, and gives a session by cookie its next secret; false where the session
   * has ended, or its secret is another by now.
   */
  reauthenticate(proof: Reproof): Promise<boolean>;
  /** Notes that a second factor was proved with this session, and how. */
  noteSecondFactor(sessionId: string, now: number, method: AuthMethod): Promise<void>;
  /** Moves `lastSeenAt` forward, never back, and nothing else. */
  touch(sessionId: string, lastSeenAt: number): Promise<void>;
  /** False where it had ended already. */
  delete(sessionId: string): Promise<boolean>;
  /** Ends the live session behind a cookie's secret; answers whose it was, or undefined where none lives. */
  deleteLive(
    secretHash: Uint8Array,
    limits: SessionLimits,
  ): Promise<Pick<Session, "id" | "userId"> | undefined>;
  /** Counts a wrong current password from it, and ends it at the threshold: true where this one ended it. */
  countFailure(sessionId: string, threshold: number): Promise<boolean>;
  forgetFailures(sessionId: string): Promise<void>;
  /** The account's own session only: false where it is somebody else's, or none. */
  deleteOf(userId: string, sessionId: string): Promise<boolean>;
  /** Ends all sessions of the account but one, if given; answers the ids of those it ended. */
  deleteAllOf(userId: string, exceptId: string | undefined): Promise<string[]>;
  /** Up to `limit` live sessions of the account in order of id, those after `afterId` only. */
  list(
    userId: string,
    limits: SessionLimits,
    limit: number,
    afterId: string | undefined,
  ): Promise<Session[]>;
  /** A token session with what its refresh tokens are made from; undefined for other kinds. */
  findRefreshState(sessionId: string): Promise<RefreshState | undefined>;
  /** Moves the counter on by one only if it is still `counter`, in one statement (TK-13). */
  advanceRefreshCounter(sessionId: string, counter: number, now: number): Promise<boolean>;
  /** Advances the counter in the same way and stores the event of it, or does neither. */
  rotate(sessionId: string, counter: number, now: number, recorded: NewEvent): Promise<boolean>;
  /** Deletes up to `limit` sessions past their absolute or idle limit; answers how many. */
  deleteExpired(now: number, idleSince: number, limit: number): Promise<number>;
}

/** The client a session is made for, as far as it can be told. */
export interface Client {
  readonly ip: string;
  readonly userAgent: string | null;
}
