/** Several sites of the machine behind TLS, each by the name that a browser calls it by: a proxy, as in production. */
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { request } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface TlsFront {
  readonly port: number;
  close(): void;
}

/** Starts it. `sites` answers the origin of this machine that has the name. */
export async function startTlsFront(
  sites: () => Readonly<Record<string, string>>,
): Promise<TlsFront> {
  const server = createServer(makeCertificate(), (incoming, answer) => {
    const site = sites()[incoming.headers.host ?? ""];
    if (site === undefined) return void answer.writeHead(421).end();
    const { method, headers } = incoming;
    const passedOn = request(
      new URL(incoming.url ?? "/", site),
      { method, headers },
      (response) => {
        answer.writeHead(response.statusCode ?? 502, response.headers);
        response.pipe(answer);
      },
    );
    passedOn.on("error", () => answer.destroy());
    incoming.pipe(passedOn);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo; // it listens on TCP
  return { port, close: () => server.close().closeAllConnections() };
}

/** A certificate that nobody vouches for; the browser is told to take it. */
function makeCertificate(): { cert: Buffer; key: Buffer } {
  const folder = mkdtempSync(join(tmpdir(), "portcullis-tls-"));
  try {
    const [cert, key] = [join(folder, "certificate.pem"), join(folder, "key.pem")];
    const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
    const files = ["-out", cert, "-keyout", key, "-days", "2", "-subj", "/CN=example.com"];
    execFileSync("openssl", ["req", "-x509", ...curve, ...files], { stdio: "ignore" });
    return { cert: readFileSync(cert), key: readFileSync(key) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
