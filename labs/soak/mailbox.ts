/** The mails the server wrote as files: who got a reset link, and when it was asked for. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import PostalMime from "postal-mime";

export interface ResetMail {
  readonly token: string;
  /** When the request that caused it arrived. Milliseconds since the epoch. */
  readonly askedAt: number;
}

export interface Mailbox {
  /** Reads what came since the last time. */
  look(): Promise<void>;
  /** The reset mail to the address that was asked for between the two instants. */
  find(address: string, since: number, until: number): ResetMail | undefined;
}

export function openMailbox(outbox: string): Mailbox {
  const seen = new Set<string>();
  const mails = new Map<string, ResetMail[]>();
  let looking: Promise<void> | undefined;

  async function read(): Promise<void> {
    const names = await readdir(outbox).catch(() => []);
    for (const name of names) {
      if (!name.endsWith(".eml") || seen.has(name)) continue;
      seen.add(name);
      const { to, text } = await PostalMime.parse(await readFile(join(outbox, name)));
      const token = /#token=([\w-]+)/.exec(text ?? "")?.[1];
      const address = to?.[0]?.address;
      if (token === undefined || address === undefined) continue;
      mails.set(address, [...(mails.get(address) ?? []), { token, askedAt: instantOf(name) }]);
    }
  }

  return {
    look: () => (looking ??= read().finally(() => (looking = undefined))),
    find: (address, since, until) =>
      mails.get(address)?.find(({ askedAt }) => askedAt >= since && askedAt <= until),
  };
}

/** A mail's id is a UUIDv7, and begins with its instant: 48 bits, milliseconds (RFC 9562 §5.7). */
function instantOf(id: string): number {
  return Number.parseInt(id.replace("-", "").slice(0, 12), 16);
}
