/** Attempts to get in, from where, and which of them did: counted from events. */
import type { StoredEvent } from "./event-kinds.ts";

const refusals: readonly string[] = [
  "login_failed",
  "second_factor_failed",
  "provider_login_failed",
  "reauthentication_failed",
] satisfies readonly StoredEvent["event"][];

export interface Attempts {
  /** A network address; an e-mail address where one network address is looked at. */
  readonly by: string;
  /** The id of the account, where it is one. */
  readonly userId?: string;
  readonly refused: number;
  readonly signedIn: number;
  /** Of the refusals. */
  readonly firstAt: string;
  readonly lastAt: string;
  /** Of the first sign-in that came after a refusal of its own. */
  readonly gotInAt: string | null;
  /** Of its first sign-in, where others had been refused by then, and it had not: guesses may come from many. */
  readonly newAt: string | null;
}

/** By network address: those that got in, then those that were refused most. The others are left out. */
export function attemptsByAddress(events: readonly StoredEvent[]): readonly Attempts[] {
  return attemptsBy(events, (event) => (event.ip === null ? undefined : { by: event.ip }));
}

/** By account, or by the e-mail address that was tried. */
export function attemptsByAccount(events: readonly StoredEvent[]): readonly Attempts[] {
  return attemptsBy(events, (event) => {
    const userId = "userId" in event && event.userId ? event.userId : undefined;
    const email = "email" in event && event.email ? event.email : undefined;
    const by = email ?? userId;
    return by === undefined ? undefined : { by, ...(userId !== undefined && { userId }) };
  });
}

type Who = Pick<Attempts, "by" | "userId">;

function attemptsBy(
  events: readonly StoredEvent[],
  whoOf: (event: StoredEvent) => Who | undefined,
): readonly Attempts[] {
  const found = new Map<string, Attempts>();
  let hasRefusal = false;
  const oldestFirst = [...events].sort((one, other) => (one.timestamp < other.timestamp ? -1 : 1));
  for (const event of oldestFirst) {
    const isRefusal = refusals.includes(event.event);
    const who = isRefusal || event.event === "login_success" ? whoOf(event) : undefined;
    if (who === undefined) continue;
    const key = who.userId ?? who.by;
    const before = found.get(key) ?? begin(who, event.timestamp);
    const { timestamp } = event;
    if (isRefusal) hasRefusal = true;
    found.set(
      key,
      isRefusal
        ? {
            ...before,
            ...who,
            refused: before.refused + 1,
            firstAt: before.refused === 0 ? timestamp : before.firstAt,
            lastAt: timestamp,
          }
        : {
            ...before,
            ...who,
            signedIn: before.signedIn + 1,
            gotInAt: before.gotInAt ?? (before.refused > 0 ? timestamp : null),
            newAt: hasRefusal && before.refused + before.signedIn === 0 ? timestamp : before.newAt,
          },
    );
  }
  return [...found.values()]
    .filter(({ refused, newAt }) => refused > 0 || newAt !== null)
    .sort(
      (one, other) =>
        rankOf(other) - rankOf(one) ||
        other.refused - one.refused ||
        (one.lastAt < other.lastAt ? 1 : -1),
    );
}

function rankOf({ gotInAt, newAt }: Attempts): number {
  return gotInAt !== null ? 2 : newAt !== null ? 1 : 0;
}

function begin(who: Who, firstAt: string): Attempts {
  return { ...who, refused: 0, signedIn: 0, firstAt, lastAt: firstAt, gotInAt: null, newAt: null };
}
