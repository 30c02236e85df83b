/** The client's address, which keys limits, and which sessions show and events keep (RL-05, RL-09). */
import { BlockList, isIP, SocketAddress } from "node:net";

/** True where the peer at an address, in its canonical form, is a proxy of ours. */
export type TrustsProxy = (address: string) => boolean;

/**
 * Reads `TRUST_PROXY`: `none`, `loopback`, or a comma-separated list of CIDR blocks and addresses;
 * undefined for anything else. A block of all addresses is refused: it would let every client write its
 * own address. So is a mapped one, because mapped addresses are compared as IPv4.
 */
export function parseTrustedProxies(setting: string): TrustsProxy | undefined {
  if (setting === "none") return () => false;
  const proxies = new BlockList();
  const blocks = setting === "loopback" ? "127.0.0.0/8,::1" : setting;
  for (const block of blocks.split(",")) {
    const [address = "", prefix, ...rest] = block.trim().split("/");
    const canonical = canonicalAddress(address);
    if (canonical === undefined || isIP(canonical) !== isIP(address) || rest.length > 0)
      return undefined;
    const bits = isIP(canonical) === 4 ? 32 : 128;
    if (prefix !== undefined && !/^[1-9][0-9]{0,2}$/.test(prefix)) return undefined;
    if (Number(prefix ?? bits) > bits) return undefined;
    proxies.addSubnet(canonical, Number(prefix ?? bits), familyOf(canonical));
  }
  return (address) => isIP(address) !== 0 && proxies.check(address, familyOf(address));
}

/** Reads the address of the peer that made a request; `given` is what came with it to `fetch`. */
export type PeerOf = (request: Request, given?: unknown) => string;

/** Of a request as srvx gives it, whose `ip` is the socket's peer. */
export const peerOfSocket: PeerOf = (request) =>
  "ip" in request && typeof request.ip === "string" ? request.ip : "";

/** Reads the client's address from a request and its peer. */
export function createClientAddress(trusts: TrustsProxy, peerOf: PeerOf = peerOfSocket): PeerOf {
  // Several lines arrive joined by commas, in their order: one list (RFC 9110 §5.3).
  return (request, given) =>
    findClientAddress(peerOf(request, given), () => request.headers.get("x-forwarded-for"), trusts);
}

/**
 * Finds the client: the socket's peer, unless that is a proxy of ours; then the first address from the
 * right of X-Forwarded-For that is no proxy of ours. Each proxy appends the peer that it saw. So the entries
 * to the right of the first stranger come from our proxies, and those to the left may come from anybody. An
 * entry that is no address ends the walk at the last good one: the limits then count a proxy too much rather
 * than a client too little. `Forwarded` and `X-Real-IP` are not read: a proxy that sets one passes the
 * others on as they came.
 */
export function findClientAddress(
  peer: string,
  forwardedFor: () => string | null,
  trusts: TrustsProxy,
): string {
  let address = canonicalPeer(peer);
  if (!trusts(address)) return address;
  for (const entry of (forwardedFor() ?? "").split(",").reverse()) {
    const hop = canonicalAddress(withoutPort(entry.trim()));
    if (hop === undefined) return address;
    address = hop;
    if (!trusts(address)) return address;
  }
  return address;
}

/** Spells the peer's address in canonical form, without the zone of a link-local address. */
function canonicalPeer(peer: string): string {
  if (!peer.includes(":")) return peer;
  return canonicalAddress(peer.split("%")[0] ?? "") ?? peer;
}

/** Strips the port and brackets that some proxies write: `192.0.2.1:80`, `[2001:db8::1]:80`, `[2001:db8::1]`. */
function withoutPort(entry: string): string {
  const [, v4, v6] =
    /^(?:([0-9.]+):[0-9]{1,5}|\[([^\]]*:[^\]]*)\](?::[0-9]{1,5})?)$/.exec(entry) ?? [];
  return v4 ?? v6 ?? entry;
}

/** Spells an address in its one canonical form, so that no other spelling is a key of its own; undefined where it is no address. */
function canonicalAddress(text: string): string | undefined {
  const family = isIP(text);
  if (family === 4) return text;
  // A zone has a meaning only on the machine that wrote it.
  if (family === 0 || text.includes("%")) return undefined;
  const { address } = new SocketAddress({ address: text, family: "ipv6" });
  // An IPv4 client of a dual-stack socket is that IPv4 client (RL-06).
  const mapped = /^::ffff:([0-9.]+)$/.exec(address)?.[1];
  return mapped ?? address;
}

function familyOf(address: string): "ipv4" | "ipv6" {
  return isIP(address) === 4 ? "ipv4" : "ipv6";
}
