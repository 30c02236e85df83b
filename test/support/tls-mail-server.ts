/** A mail server with a certificate and a login, as one on the internet has; and each way to have them wrong. */
import type { AddressInfo } from "node:net";
import { SMTPServer } from "smtp-server";
import type { Certificate } from "./certificate-authority.ts";

export interface TlsMailServer {
  readonly port: number;
  /** Every mail it took, as it came. */
  readonly received: readonly string[];
  /** Passwords that were sent to it. */
  readonly passwords: readonly string[];
  close(): Promise<void>;
}

export interface TlsMailServerOptions {
  readonly certificate: Certificate;
  /** Takes no login, and repeats the password in its answer, as no server should. */
  readonly refusesLogin?: boolean;
}

export async function startTlsMailServer({
  certificate,
  refusesLogin = false,
}: TlsMailServerOptions): Promise<TlsMailServer> {
  const received: string[] = [];
  const passwords: string[] = [];
  const server = new SMTPServer({
    ...certificate,
    onAuth({ password: given }, _session, done) {
      const password = given ?? "";
      passwords.push(password);
      if (refusesLogin)
        return void done(Object.assign(new Error(`No ${password}`), { responseCode: 535 }));
      done(null, { user: "portcullis" });
    },
    onData(stream, _session, done) {
      let mail = "";
      stream.on("data", (chunk: Buffer) => (mail += chunk.toString()));
      stream.on("end", () => {
        received.push(mail);
        done();
      });
    },
  });
  server.on("error", () => undefined); // a client that ends because of the certificate
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  const { port } = server.server.address() as AddressInfo; // it listens on TCP
  return {
    port,
    received,
    passwords,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
