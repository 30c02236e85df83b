/** The sender of mails: the outbox in the database on one side, an SMTP server or a folder on the other. */
import type { Settings } from "../settings.ts";
import type { Dependencies } from "../../domain/ports/dependencies.ts";
import { deliverNext, type Delivery } from "../../domain/mail-delivery.ts";
import type { MailTransport } from "../../domain/ports/mails.ts";
import { StorageUnavailableError } from "../../domain/ports/storage.ts";
import { createFileTransport } from "../../platform/mail-files.ts";
import { startMailSender } from "../../platform/mail-sender.ts";
import { createSmtpTransport } from "../../platform/mail-smtp.ts";
import { describeError } from "../../routes/errors.ts";

/** A reserved name (RFC 2606), for mails that become files. */
const DEVELOPMENT_SENDER = { name: "Portcullis", address: "portcullis@example.com" };

/** A third of what a claim holds, so that nobody else takes on what is being sent. Milliseconds. */
const ATTEMPT_TIMEOUT_MS = 20_000;

/** Sends what is due until it is stopped; stopping waits for the mail under way. `folder` takes mails where there is no SMTP. */
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
      // The next look tries again; what is known to pass by itself is no news.
      if (error instanceof StorageUnavailableError) return;
      const fields = { error: describeError(error, settings.NODE_ENV !== "production") };
      const outside = { requestId: null, ip: null, now: Date.now() };
      log.print(log.compose(outside, "unhandled_error", fields));
    },
  );
}

function mailTransport({ SMTP_URL, MAIL_FROM }: Settings, outbox: string): MailTransport {
  const from = MAIL_FROM ?? DEVELOPMENT_SENDER;
  return SMTP_URL === undefined
    ? createFileTransport(outbox, from)
    : createSmtpTransport(SMTP_URL, from);
}
