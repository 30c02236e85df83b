/** The load of a soak: all its people at work at once. */
import { act } from "./operations.ts";
import type { Person, Soak } from "./person.ts";

const MAILBOX_READ_EVERY_MS = 500;

export interface Work {
  /** Asks everybody to stop. Requests under way are then waited for, not cut. */
  end(): void;
  readonly ended: Promise<unknown>;
}

/**
 * Lets all people work until `end` is called. Where an operation was not acknowledged, its person waits for
 * `untilSettled` before it looks whether the operation happened.
 */
export function startWork(
  soak: Soak,
  people: readonly Person[],
  untilSettled: () => Promise<void> = async () => undefined,
): Work {
  let isOver = false;
  const reading = setInterval(() => void soak.mailbox.read(), MAILBOX_READ_EVERY_MS);
  const working = people.map(async (person) => {
    while (!isOver) {
      await act(soak, person);
      if (isPending(person)) await untilSettled();
    }
  });
  return {
    end() {
      isOver = true;
      clearInterval(reading);
    },
    ended: Promise.all(working),
  };
}

/** Gives every person an account and a session. */
export async function moveIn(soak: Soak, people: readonly Person[]): Promise<void> {
  for (const _ of ["sign up", "log in"])
    await Promise.all(people.map((person) => act(soak, person)));
}

function isPending({ account, pendingSignup }: Person): boolean {
  return pendingSignup !== undefined || account?.pending !== undefined;
}
