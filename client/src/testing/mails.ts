/** The fake server's mails: what the server would have sent, and to whom. */
import { mailTable } from "../generated/fake.ts";
import type { Challenge } from "./challenges.ts";

type MailTable = typeof mailTable;
/** The kinds of mails the server sends. */
export type MailKind = keyof MailTable;

/** A mail, with what lets in whoever reads it. */
export type FakeMail<K extends MailKind = MailKind> = {
  readonly [Kind in K]: {
    readonly kind: Kind;
    /** The address it went to. */
    readonly to: string;
    /** Its eight digits; undefined in a kind without a code. */
    readonly code: MailTable[Kind]["hasCode"] extends true ? string : undefined;
    /** Its whole link; undefined in a kind without one. */
    readonly link: MailTable[Kind]["link"] extends string ? string : undefined;
    /** The token in the link's fragment: what the page behind the link sends. */
    readonly token: MailTable[Kind]["link"] extends string ? string : undefined;
  };
}[K];

/** All mails, the oldest first. */
export class Mailbox {
  readonly #mails: FakeMail[] = [];

  /** Sends one; with the challenge that it ends, where it ends one. `origin` is where the fake was asked. */
  send(kind: MailKind, to: string, origin: string, challenge?: Challenge): void {
    const { link, hasCode } = mailTable[kind];
    const { code = "", linkToken: token = "" } = challenge ?? {};
    const mail = {
      kind,
      to,
      code: hasCode ? code : undefined,
      link: link ? origin + link.replace("{token}", token).replace("{code}", code) : undefined,
      token: link ? token : undefined,
    };
    this.#mails.push(mail as FakeMail); // the kind's row has decided over each field
  }

  /** The newest to the address, of that kind if one is given. Throws where there is none, and says which there are. */
  newest<K extends MailKind>(address: string, kind?: K): FakeMail<K> {
    const sent = this.sentTo(address);
    const found = [...sent].reverse().find((mail) => kind === undefined || mail.kind === kind);
    if (found) return found as FakeMail<K>; // it is of that kind, or of any where none is given
    const others = sent.map((mail) => mail.kind).join(", ") || "none";
    throw new Error(`No mail ${kind ?? ""} went to ${address}. Mails that did: ${others}`);
  }

  sentTo(address: string): readonly FakeMail[] {
    return this.#mails.filter(({ to }) => to === address);
  }
}
