/** The mail server of SMTP_URL: reached, encrypted, signed in. A mail is sent only where one was asked for. */
import { newId } from "../../platform/ids.ts";
import { isLoopback } from "../../platform/loopback.ts";
import { createSmtpTransport } from "../../platform/mail-smtp.ts";
import type { MailTrial } from "../../platform/mail-trial.ts";
import type { Settings } from "../settings.ts";
import { attention, codeOf, type Finding, ok, wrong } from "./finding.ts";

const DAY_MS = 86_400_000;
/** As for PUBLIC_URL, where its life is not known: two weeks. Milliseconds. */
const LATE_MS = 14 * DAY_MS;

/** Without SMTP_URL, below production, mails are files. */
export const noMailServer = {
  mail_server: [ok("none is set: mails are files in outbox/")],
  mail_tls: [ok("nothing to encrypt")],
  mail_login: [ok("nothing to sign in to")],
} as const satisfies Readonly<Record<string, readonly Finding[]>>;

export function judgeMailServer({ failed, code }: MailTrial, host: string): readonly Finding[] {
  return failed === "connection"
    ? [
        wrong(
          `${host} cannot be reached (${code})`,
          "Correct SMTP_URL, or start it; is its port open from here?",
        ),
      ]
    : [ok(`${host} answers`)];
}

export function judgeMailTls(trial: MailTrial, smtpUrl: string, now: number): readonly Finding[] {
  const { failed, code, isEncrypted, certificateEndsAt } = trial;
  const url = new URL(smtpUrl);
  if (failed === "connection") return [unreached];
  if (failed === "encryption")
    return [
      wrong(
        /CERT|SELF_SIGNED|UNABLE/.test(code)
          ? `its certificate is not to be believed (${code}): no mail is sent`
          : `it does not encrypt (${code}): no mail is sent`,
        "Give it a good certificate, or name another server in SMTP_URL",
      ),
    ];
  if (!isEncrypted)
    return isLoopback(url.hostname)
      ? [ok("plain text, on this very machine")]
      : [
          wrong(
            "mails go in plain text (requireTLS=false): whoever reads one can reset the password",
            "Take ?requireTLS=false out of SMTP_URL",
          ),
        ];
  if (certificateEndsAt !== null && certificateEndsAt - now < LATE_MS)
    return [
      attention(
        `its certificate ends in ${Math.floor((certificateEndsAt - now) / DAY_MS)} days`,
        "Renew it: without one no mail is sent",
      ),
    ];
  const days =
    certificateEndsAt === null
      ? ""
      : `, certificate ${Math.floor((certificateEndsAt - now) / DAY_MS)} days left`;
  return [ok(`${url.protocol === "smtps:" ? "TLS" : "STARTTLS"}${days}`)];
}

export function judgeMailLogin({ failed, code, hasLoggedIn }: MailTrial): readonly Finding[] {
  if (failed === "connection" || failed === "encryption") return [unreached];
  if (failed === "login")
    return [wrong(`it refuses the name and password (${code})`, "Correct them in SMTP_URL")];
  return [ok(hasLoggedIn ? "taken" : "none is asked for, as SMTP_URL has no name")];
}

const unreached = attention("not known: it was not reached so far", "See the lines above");

/** For the whole attempt. Milliseconds. */
const SEND_TIMEOUT_MS = 10_000;

/** Sends one mail, past the outbox, whose rows are the server's. */
export async function sendMail(
  { SMTP_URL, MAIL_FROM, SERVICE_NAME }: Settings,
  to: string,
): Promise<readonly Finding[]> {
  if (SMTP_URL === undefined || MAIL_FROM === undefined)
    return [wrong("no mail can be sent: SMTP_URL or MAIL_FROM is not set", "Set them first")];
  const now = Date.now();
  const text = `portcullis doctor of ${SERVICE_NAME} sent this mail, because somebody asked it to. Mails arrive.`;
  const mail = {
    id: newId(now),
    createdAt: now,
    to,
    subject: `${SERVICE_NAME}: mails arrive`,
    text: `${text}\n`,
    html: `<p>${text.replaceAll("&", "&amp;").replaceAll("<", "&lt;")}</p>`,
  };
  try {
    const transport = createSmtpTransport(SMTP_URL, MAIL_FROM);
    const outcome = await transport.send(mail, AbortSignal.timeout(SEND_TIMEOUT_MS));
    return judgeMailSent(to, outcome.accepted ? undefined : outcome.code);
  } catch (error) {
    return judgeMailSent(to, codeOf(error));
  }
}

/** `code` is of a failure; undefined where the mail was taken. */
export function judgeMailSent(to: string, code: string | undefined): readonly Finding[] {
  return code === undefined
    ? [ok(`taken for ${to}: look whether it arrives`)]
    : [
        wrong(
          `a mail to ${to} is not taken (${code})`,
          "May that server send from MAIL_FROM? Its log says more",
        ),
      ];
}
