/** The address that the server takes for the client's: shown by a request that claims another one. */
import { findClientAddress, type TrustsProxy } from "../../platform/client-address.ts";
import { attention, type Finding, ok, wrong } from "./finding.ts";
import { CLAIMED_ADDRESS, type Sight } from "./look.ts";
import { notKnown } from "./public-url.ts";

/** Addresses of people: of documentation (RFC 5737, RFC 3849), and of the public internet in several corners. */
const STRANGERS = [
  "198.51.100.7",
  "203.0.113.7",
  "8.8.8.8",
  "100.128.0.1",
  "2001:db8::7",
  "2606:4700::1111",
];

/** `trusts` is TRUST_PROXY as it is set here. */
export function judgeClientAddress(sight: Sight, trusts: TrustsProxy): readonly Finding[] {
  const wide = STRANGERS.find(trusts);
  if (wide !== undefined)
    return [
      wrong(
        `TRUST_PROXY trusts ${wide}, and so half of the internet: who comes from there may claim any address`,
        "Set the addresses of your proxies alone",
      ),
    ];
  if (!("seen" in sight))
    return [
      sight.fault === "no_answer"
        ? notKnown()
        : attention("not known: the server there is not this one", "See installation"),
    ];
  const { peer, client, forwardedFor } = sight.seen;
  if (peer === null) return [ok(`sees ${client}; the server around it says so`)];
  if (findClientAddress(peer.address, () => forwardedFor, trusts) !== client)
    return [
      attention(
        "the running server has another TRUST_PROXY than is set here",
        "Restart it, or look with its settings",
      ),
    ];
  const isDirect = peer.port === sight.answer.localPort;
  if (isDirect)
    return [
      trusts(peer.address)
        ? ok(`sees ${peer.address}; no proxy is in between`)
        : ok(`sees ${client}; no proxy, and claims are ignored`),
    ];
  return [judgeProxied(peer.address, hopsOf(forwardedFor), trusts)];
}

/** `hops` is X-Forwarded-For as the server got it. */
function judgeProxied(peer: string, hops: readonly string[], trusts: TrustsProxy): Finding {
  const sharing = (address: string) =>
    wrong(
      `everybody has the address ${address}, which is the proxy's: limits and locks meet all at once`,
      `Set TRUST_PROXY to it${address.startsWith("127.") || address === "::1" ? ": loopback" : ""}`,
    );
  const claimed = hops.indexOf(CLAIMED_ADDRESS);
  // Entries to its right were written by proxies; the first of them is this machine, as the outermost one saw it.
  const written = hops.slice(claimed + 1);
  if (!trusts(peer) && written.length > 0) return sharing(peer);
  if (written.length === 0)
    return claimed !== -1 && trusts(peer)
      ? wrong(
          "the proxy passes X-Forwarded-For on as it came: everybody has the address they claim",
          "proxy_set_header X-Forwarded-For $remote_addr; in nginx",
        )
      : wrong(
          `the proxy says nobody's address: everybody has ${peer}`,
          "proxy_set_header X-Forwarded-For $remote_addr; in nginx, then TRUST_PROXY",
        );
  // This machine may be one that is trusted, and a stranger is not: so a stranger is put in its place.
  const [stranger = ""] = STRANGERS;
  const asStranger = [...hops.slice(0, claimed + 1), stranger, ...written.slice(1)];
  const believed = findClientAddress(peer, () => asStranger.join(", "), trusts);
  if (believed === stranger) return ok(`the proxy says it, and what clients claim is not believed`);
  if (believed === CLAIMED_ADDRESS)
    return wrong(
      "a client has the address that it claims in X-Forwarded-For",
      "Set TRUST_PROXY to the addresses of your proxies alone",
    );
  return sharing(believed);
}

function hopsOf(forwardedFor: string | null): readonly string[] {
  return (forwardedFor ?? "")
    .split(",")
    .map((hop) => hop.trim())
    .filter((hop) => hop !== "");
}
