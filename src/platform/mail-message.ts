/** Composes a mail for nodemailer, alike for an SMTP server and for a file. */
import type { SendMailOptions } from "nodemailer";
import type { DeliverableMail } from "../domain/ports/mails.ts";

/** MAIL_FROM, parsed. */
export interface MailSender {
  readonly name: string;
  readonly address: string;
}

/**
 * Composes the message. Addresses are objects, with the envelope beside them, so that no text is parsed for a
 * second recipient (RS-06). The message id is made of the mail's own, so that a mail that was sent twice is
 * recognized as one.
 */
export function composeMail(mail: DeliverableMail, from: MailSender): SendMailOptions {
  return {
    from: { ...from },
    to: { name: "", address: mail.to },
    envelope: { from: from.address, to: [mail.to] },
    messageId: `<${mail.id}@${from.address.slice(from.address.lastIndexOf("@") + 1)}>`,
    date: new Date(mail.createdAt),
    subject: mail.subject,
    text: mail.text,
    html: mail.html,
    // RFC 3834 §5: keeps vacation notices from answering.
    headers: { "auto-submitted": "auto-generated" },
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}
