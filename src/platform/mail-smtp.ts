/** Sends mails over SMTP, with a deadline on every wait. */
import { createTransport } from "nodemailer";
import type { MailTransport } from "../domain/ports/mails.ts";
import { composeMail, type MailSender } from "./mail-message.ts";

/** Deadlines of single waits, in milliseconds. The whole attempt has one besides, in the caller's signal. */
const CONNECTION_TIMEOUT_MS = 5_000;
const GREETING_TIMEOUT_MS = 5_000;
const IDLE_TIMEOUT_MS = 10_000;
const DNS_TIMEOUT_MS = 5_000;
/** Longer than any reply of an honest server. Bytes. */
const MAX_RESPONSE_BYTES = 64 * 1024;
const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/;

/**
 * Makes the transport of an SMTP_URL: `smtps://` speaks TLS from the start; `smtp://` demands STARTTLS, because mails
 * carry reset links, unless the server is this machine or the URL says `?requireTLS=false`.
 */
export function createSmtpTransport(url: string, from: MailSender): MailTransport {
  const { protocol, hostname, port, username, password, searchParams } = new URL(url);
  const secure = protocol === "smtps:";
  const mayBePlain = LOOPBACK.test(hostname) || searchParams.get("requireTLS") === "false";
  const transporter = createTransport({
    host: hostname.replace(/^\[|\]$/g, ""),
    ...(port !== "" && { port: Number(port) }),
    secure,
    requireTLS: !secure && !mayBePlain,
    ...(username !== "" && {
      auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) },
    }),
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    greetingTimeout: GREETING_TIMEOUT_MS,
    socketTimeout: IDLE_TIMEOUT_MS,
    dnsTimeout: DNS_TIMEOUT_MS,
    maxResponseSize: MAX_RESPONSE_BYTES,
  });
  return {
    async send(mail, signal) {
      await transporter.sendMail({ ...composeMail(mail, from), signal });
    },
  };
}
