/**
 * The one door to a session (LG-07). Every first factor ends in a `Proof`, and `beginSession` alone turns
 * a proof into a session, by cookie or by token. So a lock, a disabling or a change of the credential that
 * comes in between is met here, whatever the way in.
 */
import type { Change, Undone } from "./change.ts";
import { rememberDevice, takeOfDevice } from "./devices.ts";
import { limitKey } from "./limits.ts";
import type { Device } from "./ports/devices.ts";
import type { Take } from "./ports/limits.ts";
import type { Authentication, AuthMethod, Client, NewSession, Session } from "./ports/sessions.ts";
import type { User } from "./ports/users.ts";
import { sessionLimits } from "./sessions.ts";

/** Proof that the one who asks is `user`, as of the account's state at `epoch`. */
export interface Proof {
  readonly user: User;
  /** The credential epoch that was read with what was proved. A session is begun only while it stands. */
  readonly epoch: number;
  readonly methods: readonly AuthMethod[];
  /** Of the method `provider`: which one, by its id in the settings. */
  readonly provider?: string | undefined;
  /** The account had a second factor at that epoch: a factor that is added or removed moves it. */
  readonly hasSecondFactor: boolean;
}

/** Methods that are a second factor. A passkey is two in one, because it has verified its user. */
const secondFactors: ReadonlySet<AuthMethod> = new Set(["otp", "recovery", "passkey"]);

/** True where nothing is missing: a session may begin (MF-01). */
export function isComplete({ methods, hasSecondFactor }: Proof): boolean {
  return !hasSecondFactor || provesSecondFactor(methods);
}

function provesSecondFactor(methods: readonly AuthMethod[]): boolean {
  return methods.some((method) => secondFactors.has(method));
}

/** How the session will be carried, and for which client. */
export type Carrier = CookieCarrier | TokenCarrier;

interface Arrival {
  readonly client: Client;
  /** The device the request comes from, if the account knows it. */
  readonly device: Device | undefined;
}
export interface CookieCarrier extends Arrival {
  readonly kind: "cookie";
  /** SHA-256 of the cookie's secret (SE-02). */
  readonly secretHash: Uint8Array;
  /** The next value of the device cookie. */
  readonly deviceSecret: string;
  /** SHA-256 of the session cookie the request came with, whose session ends (LG-03). */
  readonly replacedHash: Uint8Array | undefined;
}
export interface TokenCarrier extends Arrival {
  readonly kind: "token";
  readonly refreshSalt: Uint8Array;
}

export interface Begun {
  readonly kind: "begun";
  readonly user: User;
  readonly session: Session;
  readonly authentication: Authentication;
}

/**
 * Begins the session, in one statement that asks again whether the account is enabled and its credential
 * the one that was proved (PW-11), and does what only a success may do: forgets failures, resets the limit
 * of the address or the device, remembers the device. Throws where a second factor is missing: no way in may get
 * here without one. Undone as `account_changed` where the account is not
 * what it was, and as `account_locked` where a lock began meanwhile: of many guesses at once, none can be
 * right after the one that began it (RL-02).
 */
export async function beginSession(
  change: Change<"lifetimes" | "secretKeys" | "quotas">,
  proof: Proof,
  carrier: Carrier,
): Promise<Begun | Undone<"account_changed" | "account_locked">> {
  const { deps, occasion, stores, record, undo } = change;
  if (!isComplete(proof)) throw new Error("A session was to begin without its second factor");
  const { user, epoch, methods, provider } = proof;
  const { device } = carrier;
  const { now } = occasion;
  const secondFactorAt = provesSecondFactor(methods) ? now : null;
  const proved = { methods, secondFactorAt };
  const session: NewSession = { ...newSession(change, user, carrier), ...proved };
  const [isInserted, isUnlocked, isKnown] = await Promise.all([
    stores.sessions.insert(session, epoch),
    stores.locks.noteLogin(user.id, now),
    device === undefined ? false : stores.devices.forgetFailures(device.id),
    carrier.kind === "cookie" ? settleBrowser(change, user, carrier) : undefined,
    // The count it was taken from, not the client address's: that one may be trying others (RL-04).
    stores.limits.reset(limitKey(deps, takeOfLogin(user.email, device))),
  ]);
  if (!isInserted) return undo("account_changed" as const);
  // A known device has a budget of its own, and passes a lock (RL-03).
  if (!isUnlocked && !isKnown) return undo("account_locked" as const);
  const method = session.kind === "cookie" ? "session" : "token";
  await record("login_success", {
    userId: user.id,
    email: user.email,
    method,
    methods: [...methods],
    ...(provider !== undefined && { provider }),
  });
  return { kind: "begun", user, session, authentication: { ...proved, authenticatedAt: now } };
}

/** The limit that a login for the address counts against, besides that of the client's address. */
export function takeOfLogin(email: string, device: Device | undefined): Take {
  return device ? takeOfDevice(device) : { rule: "login_email", subject: email };
}

/** Remembers the browser as a device of the account, and ends the session it came with. */
async function settleBrowser(
  change: Change<"lifetimes">,
  user: User,
  { device, deviceSecret, replacedHash }: CookieCarrier,
): Promise<void> {
  const { deps, occasion, stores, record } = change;
  await rememberDevice(change, user.id, device, deviceSecret);
  if (replacedHash === undefined) return;
  const replaced = await stores.sessions.deleteLive(replacedHash, sessionLimits(deps, occasion));
  if (replaced === undefined) return;
  const { userId, id: sessionId } = replaced;
  await record("session_revoked", { userId, sessionId, by: "user" });
}

function newSession(change: Change<"lifetimes">, user: User, carrier: Carrier) {
  const { lifetimes } = change.deps;
  return carrier.kind === "cookie"
    ? {
        ...sessionFor(change, user, carrier.client, lifetimes.sessionSeconds),
        kind: carrier.kind,
        secretHash: carrier.secretHash,
      }
    : {
        ...sessionFor(change, user, carrier.client, lifetimes.refreshTokenSeconds),
        kind: carrier.kind,
        refreshSalt: carrier.refreshSalt,
      };
}

function sessionFor(
  { deps, occasion }: Change,
  user: User,
  { ip, userAgent }: Client,
  lifetimeSeconds: number,
) {
  const { now } = occasion;
  return {
    id: deps.newId(now),
    userId: user.id,
    createdAt: now,
    lastSeenAt: now,
    expiresAt: now + lifetimeSeconds * 1000,
    ip,
    userAgent,
  };
}
