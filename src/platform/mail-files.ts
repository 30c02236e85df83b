/** Writes mails as files, for development: one `.eml` each, which any mail program opens. */
import { mkdir, open, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { createTransport } from "nodemailer";
import type { MailTransport } from "../domain/ports/mails.ts";
import { composeMail, type MailSender } from "./mail-message.ts";

/** Writes into `folder`, which is made where it is missing. Only the owner may read it: a mail may hold a reset link. */
export function createFileTransport(folder: string, from: MailSender): MailTransport {
  const composer = createTransport({ streamTransport: true, buffer: true });
  return {
    async send(mail, signal) {
      const { message } = await composer.sendMail(composeMail(mail, from));
      if (!Buffer.isBuffer(message)) throw new Error("The mail was composed as a stream");
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await writeWhole(join(folder, `${mail.id}.eml`), message, signal);
    },
  };
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
