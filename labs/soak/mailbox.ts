/** Reads the mails that the server wrote as files: the address and the token of each reset link. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import PostalMime from "postal-mime";

export interface ResetMail {
  readonly token: string;
  /** Instant at which the server received the request for it. Milliseconds since the epoch. */
  readonly requestedAt: number;
}

export interface Mailbox {
  /** Reads the mails that came since the last call. */
  read(): Promise<void>;
  /** Finds the reset mail to the address that was requested between the two instants. */
  find(address: string, since: number, until: number): ResetMail | undefined;
}

export function openMailbox(outbox: string): Mailbox {
  const seen = new Set<string>();
  const mails = new Map<string, ResetMail[]>();
  let reading: Promise<void> | undefined;

  async function readNew(): Promise<void> {
    const names = await readdir(outbox).catch(() => []);
    for (const name of names) {
      if (!name.endsWith(".eml") || seen.has(name)) continue;
      seen.add(name);
      const { to, text } = await PostalMime.parse(await readFile(join(outbox, name)));
      const token = /#token=([\w-]+)/.exec(text ?? "")?.[1];
      const address = to?.[0]?.address;
      if (token === undefined || address === undefined) continue;
      mails.set(address, [...(mails.get(address) ?? []), { token, requestedAt: instantOf(name) }]);
    }
  }

  return {
    read: () => (reading ??= readNew().finally(() => (reading = undefined))),
    find: (address, since, until) =>
      mails.get(address)?.find(({ requestedAt }) => requestedAt >= since && requestedAt <= until),
  };
}

/** Instant in a mail's id, a UUIDv7: its first 48 bits, in milliseconds since the epoch (RFC 9562 §5.7). */
function instantOf(id: string): number {
  return Number.parseInt(id.replace("-", "").slice(0, 12), 16);
}
