/** The other end of a request's connection, where this process holds it. */
import type { ServerRequest } from "srvx";
import type { Seen } from "../contract/doctor-probe.ts";

/** Null for a request that is not srvx's: somebody else's server has received it. */
export function connectionPeerOf(request: Request): Seen["peer"] {
  const socket = isServed(request) ? request.runtime?.node?.req.socket : undefined;
  const { remoteAddress: address, remotePort: port } = socket ?? {};
  return address === undefined || port === undefined ? null : { address, port };
}

function isServed(request: Request): request is ServerRequest {
  return "runtime" in request;
}
