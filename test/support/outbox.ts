/** The mails that wait in a domain's outbox, opened: what their owners would read. Decoys are none. */
import type { SealedMail } from "../../src/domain/ports/mails.ts";
import { unseal } from "../../src/domain/sealing.ts";
import type { Domain } from "./domain.ts";

export interface WaitingMail {
  readonly to: string;
  readonly subject: string;
  /** The code, as eight digits; empty where there is none. */
  readonly code: string;
  /** The token of its link; empty where there is none. */
  readonly token: string;
}

/** All mails that wait, or those to one address, oldest first. */
export function waitingMails(domain: Domain, to?: string): WaitingMail[] {
  return domain
    .sql("SELECT id, sealed FROM mails WHERE finished_at IS NULL ORDER BY id")
    .map(({ id, sealed }) => open(domain, String(id), sealed))
    .filter((mail) => to === undefined || mail.to === to);
}

/** The last mail to the address; throws where there is none. */
export function lastMailTo(domain: Domain, to: string): WaitingMail {
  const mail = waitingMails(domain, to).at(-1);
  if (mail === undefined) throw new Error(`No mail to ${to}`);
  return mail;
}

function open(domain: Domain, id: string, sealed: unknown): WaitingMail {
  const plain = sealed instanceof Uint8Array && unseal(domain.deps.secretKeys.mailSeal, sealed, id);
  if (!plain) throw new Error("A mail cannot be opened");
  const { to, subject, text } = JSON.parse(plain.toString()) as SealedMail; // sealed by `queueMail`
  return {
    to,
    subject,
    code: (/^[0-9]{4} [0-9]{4}$/m.exec(text)?.[0] ?? "").replace(" ", ""),
    token: /#(?:token|change|undo)=([\w-]+)/.exec(text)?.[1] ?? "",
  };
}
