/** Listeners of sessions, until a test ends. */
import type { Session } from "../src/session/index.ts";

const ends: (() => void)[] = [];

/** Subscribes. Answers the statuses that it is told, as they come. */
export function follow(session: Session): string[] {
  const told: string[] = [];
  ends.push(session.subscribe(() => void told.push(session.current().status)));
  return told;
}

export function stopFollowing(): void {
  for (const end of ends.splice(0)) end();
}

/** Long enough for messages between tabs, and for what they would set off. */
export async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setTimeout(resolve, 20));
}
