/** Writes mails as files, for development: one `.eml` each, which any mail program opens. */
import { mkdir, open, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { createTransport } from "nodemailer";
import type { DeliverableMail, MailTransport } from "../domain/ports/mails.ts";
import { composeMail, type MailSender } from "./mail-message.ts";

/**
 * Writes into `folder`, which is made where it is missing. Only the owner may read it: a mail may hold a reset link.
 * `show` gets a line for each link and code of a mail that was written, for the developer who waits for it.
 */
export function createFileTransport(
  folder: string,
  from: MailSender,
  show: (line: string) => void,
): MailTransport {
  const composer = createTransport({ streamTransport: true, buffer: true });
  return {
    async send(mail, signal) {
      const { text: _text, html: _html, ...envelope } = composeMail(mail, from);
      const { message } = await composer.sendMail({
        ...envelope,
        alternatives: readableParts(mail),
      });
      if (!Buffer.isBuffer(message)) throw new Error("The mail was composed as a stream");
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await writeWhole(join(folder, `${mail.id}.eml`), message, signal);
      for (const each of linksAndCodes(mail)) show(`Mail to ${mail.to}: ${each}`);
      return { accepted: true };
    },
  };
}

/**
 * The text and the HTML as they are. Left to itself, Nodemailer writes long lines as quoted-printable, which cuts them
 * with `=` (RFC 2045 §6.7): a link copied out of the file would be a dead one. No SMTP server sees these parts.
 */
function readableParts({ text, html }: DeliverableMail) {
  const part = (type: string, content: string) => ({
    raw: `Content-Type: ${type}; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n${content}`,
  });
  return [part("text/plain", text), part("text/html", html)];
}

/** The lines of a mail that are a link or a code of 4+4 digits: each has a line of its own. */
function linksAndCodes({ text }: DeliverableMail): string[] {
  return text.split("\n").filter((line) => /^(?:https?:\/\/\S+|\d{4} \d{4})$/.test(line));
}

/** Writes under another name and renames, so that a program that watches the folder finds a whole mail or none. */
async function writeWhole(path: string, content: Buffer, signal: AbortSignal): Promise<void> {
  const draft = `${path}.part`;
  await rm(draft, { force: true });
  const file = await open(draft, "wx", 0o600);
  try {
    await file.writeFile(content, { signal });
    await file.close();
    await rename(draft, path);
  } catch (error) {
    await file.close().catch(() => undefined);
    await rm(draft, { force: true });
    throw error;
  }
}
