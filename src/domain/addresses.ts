/** Client addresses, as limits count them. */

/** RFC 6177 §2: one site gets a /64 at the least, and may use any address in it. 16-bit groups. */
const COUNTED_GROUPS = 4;
const GROUPS = 8;

/**
 * The key an address is counted by (RL-06): an IPv4 address itself, also where it comes mapped into IPv6
 * (RFC 4291 §2.5.5.2), and the /64 of an IPv6 address. Text that is no address is its own key, so that
 * nothing escapes by being odd.
 */
export function addressKey(ip: string): string {
  const groups = ip.includes(":") ? groupsOf(ip) : undefined;
  if (groups === undefined) return ip;
  const [high = 0, low = 0] = groups.slice(-2);
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  if (isMapped) return [high >> 8, high & 0xff, low >> 8, low & 0xff].join(".");
  const site = groups.slice(0, COUNTED_GROUPS).map((group) => group.toString(16));
  return `${site.join(":")}::/64`;
}

/** RFC 1122 §3.2.1.3 and RFC 4291 §2.5.3: an address that only this machine itself can send from. */
export function isLoopbackAddress(ip: string): boolean {
  return ip === "::1" || /^127(?:\.[0-9]{1,3}){3}$/.test(ip);
}

/** The eight groups of an IPv6 address; the URL parser reads every spelling of it (WHATWG URL §3.5). */
function groupsOf(ip: string): number[] | undefined {
  const [withoutZone = ""] = ip.split("%");
  const host = URL.parse(`http://[${withoutZone}]/`)?.hostname.slice(1, -1);
  if (host === undefined) return undefined;
  const [left = "", right] = host.split("::");
  const numbers = (part: string) =>
    (part === "" ? [] : part.split(":")).map((group) => parseInt(group, 16));
  if (right === undefined) return numbers(left);
  const [before, after] = [numbers(left), numbers(right)];
  return [...before, ...Array<number>(GROUPS - before.length - after.length).fill(0), ...after];
}
