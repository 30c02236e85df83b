/** The peer of a request that somebody else's server has received. */
import { isIP } from "node:net";

/** The fact that `fetch` has to be told of a request, as no `Request` says it. */
export interface Peer {
  /**
   * The IP address that the connection comes from. Where it is a proxy of `TRUST_PROXY`, the client is read from
   * `X-Forwarded-For`, as the server does it; otherwise it is the client.
   */
  readonly clientAddress: string;
}

/** Throws a `TypeError` where the host names no address: to guess one would let all clients share a limit, or escape it (EB-03). */
export function assertPeer(peer: unknown): asserts peer is Peer {
  const address =
    typeof peer === "object" && peer !== null && "clientAddress" in peer
      ? peer.clientAddress
      : undefined;
  if (typeof address === "string" && isIP(address.split("%")[0] ?? "") !== 0) return;
  throw new TypeError(
    'fetch needs the address that the request comes from: fetch(request, { clientAddress: "192.0.2.1" })',
  );
}
