/** Sends mails from the outbox in the database to an SMTP server, or to a folder in development. */
import { outsideRequest } from "../../domain/change.ts";
import type { Dependencies } from "../../domain/ports/dependencies.ts";
import { deliverNext, type Delivery } from "../../domain/mail-delivery.ts";
import type { MailTransport } from "../../domain/ports/mails.ts";
import { StorageUnavailableError } from "../../domain/ports/storage.ts";
import type { MailSender } from "../../platform/mail-message.ts";
import { startMailSender } from "../../platform/mail-sender.ts";
import { describeError } from "../../routes/errors.ts";
import type { Settings } from "../settings.ts";

/** A reserved name (RFC 2606), for mails that become files. */
const DEVELOPMENT_ADDRESS = "portcullis@example.com";

/** A third of a claim's lease, so that no other process sends the same mail. Milliseconds. */
const ATTEMPT_TIMEOUT_MS = 20_000;

/** Sends due mails until it is stopped; stopping waits for the mail under way. Mails go to `folder` where there is no SMTP server. */
export function startOutbox(
  settings: Settings,
  { storage, log, secretKeys }: Pick<Dependencies, "storage" | "log" | "secretKeys">,
  folder: string,
): { stop(): Promise<void> } {
  const delivery: Delivery = {
    storage,
    log,
    transport: mailTransport(settings, folder),
    mailSeal: secretKeys.mailSeal,
    attemptTimeoutMs: ATTEMPT_TIMEOUT_MS,
    now: Date.now,
  };
  return startMailSender(
    (stopping) => deliverNext(delivery, stopping),
    (error) => {
      // The next look tries again; a database that is away comes back by itself.
      if (error instanceof StorageUnavailableError) return;
      const fields = { error: describeError(error, settings.NODE_ENV !== "production") };
      log.print(log.compose(outsideRequest(Date.now()), "unhandled_error", fields));
    },
  );
}

/** Its library is loaded for the first mail: it takes 10 MB. */
function mailTransport(settings: Settings, outbox: string): MailTransport {
  let opening: Promise<MailTransport> | undefined;
  return {
    async send(mail, signal) {
      const { send } = await (opening ??= openTransport(settings, outbox));
      return send(mail, signal);
    },
  };
}

async function openTransport(settings: Settings, outbox: string): Promise<MailTransport> {
  const { SMTP_URL } = settings;
  const from = senderOf(settings);
  if (SMTP_URL === undefined) {
    const { createFileTransport } = await import("../../platform/mail-files.ts");
    return createFileTransport(outbox, from, showDeveloper);
  }
  const { createSmtpTransport } = await import("../../platform/mail-smtp.ts");
  return createSmtpTransport(SMTP_URL, from);
}

/** MAIL_FROM, with the name of the service where it is an address alone. */
export function senderOf({ MAIL_FROM, SERVICE_NAME }: Settings): MailSender {
  const { name = "", address = DEVELOPMENT_ADDRESS } = MAIL_FROM ?? {};
  return { name: name === "" ? SERVICE_NAME : name, address };
}

/**
 * Prints what a developer would otherwise copy out of a mail. It is a secret, so it is no log event (LA-03), and it goes
 * to standard error, while the log is standard output. Production demands SMTP_URL and never comes here (LA-10).
 */
function showDeveloper(line: string): void {
  process.stderr.write(`${line}\n`);
}
