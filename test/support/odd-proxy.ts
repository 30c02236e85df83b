/** A proxy in front of a server, which passes requests on as it should, or in one way as it should not. */
import { once } from "node:events";
import {
  createServer as createPlainServer,
  type IncomingHttpHeaders,
  request,
  type RequestListener,
} from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { SecureVersion } from "node:tls";
import type { Certificate } from "./certificate-authority.ts";

export interface OddProxy {
  readonly port: number;
  /** `https://localhost:…`, or http where it has no certificate. */
  readonly url: string;
  /** The server behind it, as `http://127.0.0.1:…`; nothing answers before it is set. */
  target: string;
  close(): void;
}

export interface Oddities {
  /** Absent: it is plain http. */
  readonly certificate?: Certificate;
  readonly oldestTls?: SecureVersion;
  /** The X-Forwarded-For that it sends on. As nginx's `$remote_addr`, unless it is given. */
  readonly forwardedFor?: (came: string | undefined, peer: string) => string | undefined;
  /** Changes the headers of an answer. */
  readonly answers?: (headers: IncomingHttpHeaders) => IncomingHttpHeaders;
  /** Answers itself. */
  readonly instead?: RequestListener;
}

export async function startOddProxy({
  certificate,
  oldestTls = "TLSv1.2",
  forwardedFor = (_came, peer) => peer,
  answers = (headers) => headers,
  instead,
}: Oddities = {}): Promise<OddProxy> {
  const passOn: RequestListener = (incoming, answer) => {
    const { method, headers, socket } = incoming;
    const { "x-forwarded-for": came, ...others } = headers;
    const named = forwardedFor(came?.toString(), socket.remoteAddress ?? "");
    const outgoing = request(
      new URL(incoming.url ?? "/", proxy.target),
      {
        method,
        headers: named === undefined ? others : { ...others, "x-forwarded-for": named },
      },
      (response) => {
        answer.writeHead(response.statusCode ?? 502, answers(response.headers));
        response.pipe(answer);
      },
    );
    outgoing.on("error", () => answer.writeHead(502).end());
    incoming.pipe(outgoing);
  };
  const listener = instead ?? passOn;
  // Node speaks no version that is broken, unless it is asked in OpenSSL's own words.
  const ciphers = oldestTls === "TLSv1.2" ? {} : { ciphers: "DEFAULT@SECLEVEL=0" };
  const server = certificate
    ? createTlsServer({ ...certificate, minVersion: oldestTls, ...ciphers }, listener)
    : createPlainServer(listener);
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo; // it listens on TCP
  const proxy: OddProxy = {
    port,
    url: `${certificate ? "https" : "http"}://localhost:${port}`,
    target: "http://127.0.0.1:1",
    close: () => void server.close().closeAllConnections(),
  };
  return proxy;
}
