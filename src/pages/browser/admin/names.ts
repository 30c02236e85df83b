/** E-mail addresses of accounts that events name by their id alone. Each is asked for once. */
import { useEffect, useState } from "preact/hooks";
import { api } from "../kit/api.ts";
import type { StoredEvent } from "./event-kinds.ts";

/** `null`: there is no such account any more. */
const names = new Map<string, string | null>();
const asked = new Set<string>();
const listeners = new Set<() => void>();

/** The address of an account; undefined until it is known. */
export function useName(id: string | undefined): string | null | undefined {
  const [, tell] = useState({});
  useEffect(() => {
    if (id === undefined || names.has(id)) return;
    const listener = () => tell({});
    listeners.add(listener);
    void ask(id);
    return () => {
      listeners.delete(listener);
    };
  }, [id]);
  return id === undefined ? undefined : names.get(id);
}

export function learnName(id: string, email: string): void {
  if (names.get(id) === email) return;
  names.set(id, email);
  for (const listener of listeners) listener();
}

export function forgetName(id: string): void {
  names.set(id, null);
}

/** Learns what events say themselves, so that it need not be asked for. They are newest first. */
export function learnNamesOf(events: readonly StoredEvent[]): void {
  for (const event of events) {
    const userId = "userId" in event && event.userId;
    const email = "email" in event && event.email;
    if (userId && email && !names.has(userId)) learnName(userId, email);
  }
}

async function ask(id: string): Promise<void> {
  if (asked.has(id)) return;
  asked.add(id);
  const result = await api().getUser({ userId: id });
  if (result.ok) learnName(id, result.data.email);
  else if (result.status === 404) {
    forgetName(id);
    for (const listener of listeners) listener();
  } else asked.delete(id);
}
