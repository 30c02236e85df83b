/** Sends mails over SMTP, with a deadline on every wait. */
import { createTransport, type NodemailerError } from "nodemailer";
import SMTPConnection from "nodemailer/lib/smtp-connection";
import type { MailOutcome, MailTransport } from "../domain/ports/mails.ts";
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
  const options = connectionOptions(url);
  const transporter = createTransport(options);
  return {
    async send(mail, signal) {
      if (isBeyondAscii(mail.to) && !(await announcesUtf8(options, signal)))
        return { accepted: false, code: "ESMTPUTF8" };
      try {
        await transporter.sendMail({ ...composeMail(mail, from), signal });
        return { accepted: true };
      } catch (error) {
        const refusal = refusalOf(error);
        if (refusal === undefined) throw error;
        return refusal;
      }
    },
  };
}

/** How a server is spoken to, be it for a mail or for a trial. */
export function connectionOptions(url: string) {
  const { protocol, hostname, port, username, password, searchParams } = new URL(url);
  const secure = protocol === "smtps:";
  const mayBePlain = LOOPBACK.test(hostname) || searchParams.get("requireTLS") === "false";
  return {
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
  };
}

/** The commands that are about one mail. What is refused before them is the fault of a server or of its operator. */
const MAIL_COMMANDS: ReadonlySet<unknown> = new Set(["MAIL FROM", "RCPT TO", "DATA"]);
/** RFC 4954 §6, RFC 3207 §4: it asks for a login or for TLS, whatever the command was. SMTP_URL can be corrected. */
const CREDENTIAL_REPLIES: ReadonlySet<unknown> = new Set([530, 534, 535, 538]);

/** RFC 5321 §4.2.1: after 5yz the same mail is not sent again. Undefined where a later attempt may succeed. */
function refusalOf(error: unknown): MailOutcome | undefined {
  if (!(error instanceof Error)) return undefined;
  // Nodemailer adds fields. `permanent` is true for 5yz, but for 503: the session, not the mail, was wrong.
  const { code, command, permanent, responseCode }: NodemailerError = error;
  const isRefusal =
    permanent === true && MAIL_COMMANDS.has(command) && !CREDENTIAL_REPLIES.has(responseCode);
  return isRefusal ? { accepted: false, code: String(code) } : undefined;
}

function isBeyondAscii(address: string): boolean {
  return /[^\x00-\x7F]/.test(address);
}

/**
 * Asks the server, on a connection of its own, whether it takes addresses beyond ASCII. RFC 6531 §3.1: one that does
 * not announce SMTPUTF8 must not be sent any, and Nodemailer would send it all the same.
 */
function announcesUtf8(
  options: ReturnType<typeof connectionOptions>,
  signal: AbortSignal,
): Promise<boolean> {
  const connection = new SMTPConnection(options);
  return new Promise<boolean>((resolve, reject) => {
    signal.throwIfAborted();
    signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true }); // a DOMException
    connection.on("error", reject);
    connection.connect((error) => {
      if (error) reject(error);
      // The last thing it said is its answer to EHLO (RFC 5321 §4.1.1.1).
      else resolve(/^250[ -]SMTPUTF8\s*$/im.test(String(connection.lastServerResponse)));
    });
  }).finally(() => connection.close());
}
