/** The mails a server wrote as files, read by a parser that is not ours. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import PostalMime, { type Email } from "postal-mime";
import { waitFor } from "./wait-for.ts";

/** All mails to an address, oldest first. */
export async function mailsTo(outbox: string, address: string): Promise<Email[]> {
  const names = await mailNames(outbox);
  const mails = await Promise.all(
    names.map(async (name) => PostalMime.parse(await readFile(join(outbox, name)))),
  );
  return mails.filter((mail) => recipients(mail).includes(address));
}

/** Names of the mails' files, oldest first. One that is still being written has another name, and is gone a moment later. */
export async function mailNames(outbox: string): Promise<string[]> {
  return (await readdir(outbox)).filter((name) => name.endsWith(".eml")).sort();
}

/** Waits until an address has `count` mails, and answers the last. */
export async function nthMailTo(outbox: string, address: string, count = 1): Promise<Email> {
  return waitFor(async () => (await mailsTo(outbox, address))[count - 1]);
}

export function recipients({ to, cc, bcc }: Email): string[] {
  return [to, cc, bcc].flatMap((list) => list ?? []).flatMap(({ address }) => address ?? []);
}

/** The token of the link in a mail, whatever it is for; empty where there is none. */
export function tokenIn({ text }: Pick<Email, "text">): string {
  return /#(?:token|change|undo)=([\w-]+)/.exec(text ?? "")?.[1] ?? "";
}

/** The eight digits that a mail shows as 4+4, as a person would copy them; empty where there are none. */
export function codeIn({ text }: Pick<Email, "text">): string {
  return /^[0-9]{4} [0-9]{4}$/m.exec(text ?? "")?.[0] ?? "";
}

/** The proofs of a mail: each is empty where it has none. */
export interface Mailed {
  readonly token: string;
  readonly code: string;
}

export function proofsIn(mail: Pick<Email, "text">): Mailed {
  return { token: tokenIn(mail), code: codeIn(mail) };
}
