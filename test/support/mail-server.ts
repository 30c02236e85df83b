/** Real SMTP servers on loopback: one that accepts, one that refuses, one that is silent. */
import { type AddressInfo, createServer } from "node:net";
import PostalMime, { type Email } from "postal-mime";
import { SMTPServer } from "smtp-server";

export interface ReceivedMail {
  /** The recipients of the envelope, who really get it. */
  readonly recipients: readonly string[];
  readonly raw: string;
  readonly mail: Email;
}
export interface MailServer {
  readonly port: number;
  readonly url: string;
  readonly received: readonly ReceivedMail[];
  close(): Promise<void>;
}

/** Where a server says no, and with which reply. */
export interface Refusal {
  readonly at: "connection" | "AUTH" | "MAIL" | "RCPT" | "DATA";
  readonly reply: number;
}

/** `refuses`: each recipient, for now (RFC 5321 §4.2.1: 4yz). `ascii`: it takes mails, and announces no SMTPUTF8. */
export type MailServerMode = "accepts" | "refuses" | "ascii" | Refusal;

/** Starts a server that accepts every mail, or refuses each. */
export async function startMailServer(mode: MailServerMode, port = 0): Promise<MailServer> {
  const received: ReceivedMail[] = [];
  const refusal = mode === "refuses" ? ({ at: "RCPT", reply: 451 } as const) : mode;
  const answer = (at: Refusal["at"]) =>
    typeof refusal === "object" && refusal.at === at
      ? Object.assign(new Error("No, ada@example.com"), { responseCode: refusal.reply })
      : undefined;
  const server = new SMTPServer({
    disabledCommands: typeof refusal === "object" ? ["STARTTLS"] : ["STARTTLS", "AUTH"],
    allowInsecureAuth: true,
    authOptional: true,
    hideSMTPUTF8: mode === "ascii",
    onConnect: (_session, done) => done(answer("connection")),
    onAuth: (_auth, _session, done) => done(answer("AUTH") ?? null, { user: "portcullis" }),
    onMailFrom: (_address, _session, done) => done(answer("MAIL")),
    onRcptTo: (_address, _session, done) => done(answer("RCPT")),
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        const refused = answer("DATA");
        if (refused) return void done(refused);
        const raw = Buffer.concat(chunks);
        void PostalMime.parse(raw).then((mail) => {
          const recipients = session.envelope.rcptTo.map(({ address }) => address);
          received.push({ recipients, raw: raw.toString(), mail });
          done();
        });
      });
    },
  });
  server.on("error", () => undefined); // a client that is cut off
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", () => resolve()));
  const bound = (server.server.address() as AddressInfo).port; // it listens on TCP
  return {
    port: bound,
    url: `smtp://127.0.0.1:${bound}`,
    received,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** Starts a server that accepts connections and sends nothing. */
export async function startSilentServer(): Promise<{
  port: number;
  url: string;
  close(): Promise<void>;
}> {
  const sockets = new Set<{ destroy(): void }>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo; // it listens on TCP
  return {
    port,
    url: `smtp://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
