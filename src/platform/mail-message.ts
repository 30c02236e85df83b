/** What nodemailer is given: the same for a mail server and for a file. */
import type { SendMailOptions } from "nodemailer";
import type { DeliverableMail } from "../domain/ports/mails.ts";

/** MAIL_FROM: who the mails are from. */
export interface MailSender {
  readonly name: string;
  readonly address: string;
}

/**
 * Addresses as objects and the envelope beside them: nothing is ever parsed for a second recipient
 * (RS-06). The id is the mail's own, so that a copy sent twice is known for one.
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
    // RFC 3834 §5: no vacation notice shall answer.
    headers: { "auto-submitted": "auto-generated" },
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}
