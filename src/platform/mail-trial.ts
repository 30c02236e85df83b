/** Tries a mail server without sending a mail: connects, encrypts, signs in, and leaves. */
import { checkServerIdentity } from "node:tls";
import type { NodemailerError } from "nodemailer";
import SMTPConnection from "nodemailer/lib/smtp-connection";
import { connectionOptions } from "./mail-smtp.ts";

export interface MailTrial {
  /** The step that failed; "none" where all went well. */
  readonly failed: "connection" | "encryption" | "login" | "none";
  /** Names the failure: `ECONNREFUSED`, `CERT_HAS_EXPIRED`, `EAUTH 535`. Never what the server said, which may repeat a password. */
  readonly code: string;
  readonly isEncrypted: boolean;
  /** A name and a password were sent, and taken. */
  readonly hasLoggedIn: boolean;
  /** Of the server's certificate, where it was good; null where there was none. Milliseconds since the epoch. */
  readonly certificateEndsAt: number | null;
}

/** Never rejects: a server that hangs ends in a code as well. */
export async function tryMailServer(url: string, signal: AbortSignal): Promise<MailTrial> {
  const { auth, ...options } = connectionOptions(url);
  let certificateEndsAt: number | null = null;
  const connection = new SMTPConnection({
    ...options,
    tls: {
      // Asked only of a chain that leads to somebody who is trusted.
      checkServerIdentity(host, certificate) {
        certificateEndsAt = Date.parse(certificate.valid_to);
        return checkServerIdentity(host, certificate);
      },
    },
  });
  const told = (failed: MailTrial["failed"], code = ""): MailTrial => ({
    failed,
    code,
    isEncrypted: connection.secure,
    hasLoggedIn: failed === "none" && auth !== undefined,
    certificateEndsAt,
  });
  try {
    return await new Promise<MailTrial>((resolve) => {
      const connectionFailed = (error: Error) => resolve(told(...stepOf(error)));
      signal.addEventListener("abort", () => resolve(told("connection", "ETIMEDOUT")), {
        once: true,
      });
      connection.on("error", connectionFailed);
      connection.connect((error) => {
        if (error) return void connectionFailed(error);
        if (auth === undefined) return void resolve(told("none"));
        connection.login(auth, (refusal) =>
          resolve(refusal ? told("login", codeOf(refusal)) : told("none")),
        );
      });
    });
  } finally {
    connection.close();
  }
}

/** Codes that OpenSSL and Node have for a certificate: `CERT_HAS_EXPIRED`, `DEPTH_ZERO_SELF_SIGNED_CERT`. */
const CERTIFICATE_CODE = /CERT|SELF_SIGNED|UNABLE_TO|ERR_SSL|ERR_TLS|^EPROTO$|^ETLS$/;

function stepOf(error: Error): ["connection" | "encryption", string] {
  const code = codeOf(error);
  const { command }: NodemailerError = error;
  const isAboutTls = CERTIFICATE_CODE.test(code) || command === "STARTTLS";
  return [isAboutTls ? "encryption" : "connection", code];
}

/** Nodemailer's own code hides that of the system, and keeps it beside. */
function codeOf(error: Error): string {
  const { code, originalCode, responseCode }: NodemailerError = error;
  return [originalCode ?? code ?? "UNKNOWN", responseCode].filter(Boolean).join(" ");
}
