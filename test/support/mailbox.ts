/** The mails a server wrote as files, read by a parser that is not ours. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import PostalMime, { type Email } from "postal-mime";
import { waitFor } from "./wait-for.ts";

/** All mails to an address, oldest first. */
export async function mailsTo(outbox: string, address: string): Promise<Email[]> {
  const names = (await readdir(outbox)).filter((name) => name.endsWith(".eml")).sort();
  const mails = await Promise.all(
    names.map(async (name) => PostalMime.parse(await readFile(join(outbox, name)))),
  );
  return mails.filter((mail) => recipients(mail).includes(address));
}

/** Waits until an address has `count` mails, and answers the last. */
export async function nthMailTo(outbox: string, address: string, count = 1): Promise<Email> {
  return waitFor(async () => (await mailsTo(outbox, address))[count - 1]);
}

export function recipients({ to, cc, bcc }: Email): string[] {
  return [to, cc, bcc].flatMap((list) => list ?? []).flatMap(({ address }) => address ?? []);
}

/** The token of the link in a mail; empty where there is none. */
export function tokenIn({ text }: Email): string {
  return /#token=([\w-]+)/.exec(text ?? "")?.[1] ?? "";
}
