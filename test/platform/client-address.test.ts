import fc from "fast-check";
import { expect, test } from "vitest";
import {
  findClientAddress,
  parseTrustedProxies,
  type TrustsProxy,
} from "../../src/platform/client-address.ts";

function proxies(setting: string): TrustsProxy {
  const trusts = parseTrustedProxies(setting);
  if (trusts === undefined) throw new Error(`Not a setting: ${setting}`);
  return trusts;
}

function addressOf(setting: string, peer: string, forwardedFor: string | null): string {
  return findClientAddress(peer, () => forwardedFor, proxies(setting));
}

const OURS = "10.0.0.0/8,2001:db8:aa::/48";

test.each([
  // setting, peer, X-Forwarded-For, client
  ["none", "127.0.0.1", "203.0.113.9", "127.0.0.1"],
  ["none", "::ffff:192.0.2.1", null, "192.0.2.1"],
  ["none", "fe80::1%eth0", null, "fe80::1"],
  ["none", "", "203.0.113.9", ""],
  ["loopback", "127.0.0.1", "203.0.113.9", "203.0.113.9"],
  ["loopback", "::1", "203.0.113.9", "203.0.113.9"],
  ["loopback", "::ffff:127.8.8.8", "203.0.113.9", "203.0.113.9"],
  ["loopback", "192.0.2.1", "203.0.113.9", "192.0.2.1"],
  ["loopback", "127.0.0.1", null, "127.0.0.1"],
  ["loopback", "127.0.0.1", "", "127.0.0.1"],
  [OURS, "10.0.0.1", "198.51.100.1, 203.0.113.9", "203.0.113.9"],
  [OURS, "10.0.0.1", "198.51.100.1, 203.0.113.9, 10.9.9.9", "203.0.113.9"],
  [OURS, "10.0.0.1", "10.0.0.3,10.0.0.2", "10.0.0.3"],
  [OURS, "2001:db8:aa::1", "203.0.113.9,2001:DB8:AA:0::2", "203.0.113.9"],
  [OURS, "11.0.0.1", "203.0.113.9", "11.0.0.1"],
  ["10.0.0.1", "10.0.0.2", "203.0.113.9", "10.0.0.2"],
  // ports, brackets, spellings
  [OURS, "10.0.0.1", "203.0.113.9:4711", "203.0.113.9"],
  [OURS, "10.0.0.1", "[2001:db8::1]:4711", "2001:db8::1"],
  [OURS, "10.0.0.1", "[2001:db8::1]", "2001:db8::1"],
  [OURS, "10.0.0.1", "2001:DB8:0:0::0001", "2001:db8::1"],
  [OURS, "10.0.0.1", "::ffff:203.0.113.9", "203.0.113.9"],
  [OURS, "10.0.0.1", "[::FFFF:cb00:7109]:80", "203.0.113.9"],
  [OURS, "10.0.0.1", "203.0.113.9, ::ffff:10.0.0.7", "203.0.113.9"],
  // what is no address ends the walk
  [OURS, "10.0.0.1", "unknown", "10.0.0.1"],
  [OURS, "10.0.0.1", "203.0.113.9, nonsense, 10.0.0.2", "10.0.0.2"],
  [OURS, "10.0.0.1", "203.0.113.9,,10.0.0.2", "10.0.0.2"],
  [OURS, "10.0.0.1", "203.0.113.9,", "10.0.0.1"],
  [OURS, "10.0.0.1", "[203.0.113.9]:80", "10.0.0.1"],
  [OURS, "10.0.0.1", "203.0.113.9:port", "10.0.0.1"],
  [OURS, "10.0.0.1", "203.0.113.9:123456", "10.0.0.1"],
  [OURS, "10.0.0.1", "[2001:db8::1", "10.0.0.1"],
  [OURS, "10.0.0.1", "203.0.113.009", "10.0.0.1"],
  [OURS, "10.0.0.1", "3405803785", "10.0.0.1"],
  [OURS, "10.0.0.1", "fe80::1%eth0", "10.0.0.1"],
  [OURS, "10.0.0.1", '"203.0.113.9"', "10.0.0.1"],
  [OURS, "10.0.0.1", "for=203.0.113.9", "10.0.0.1"],
])(
  "RL-05 TRUST_PROXY %s, peer %j, X-Forwarded-For %j: the client is %j",
  (setting, peer, list, client) => {
    expect(addressOf(setting, peer, list)).toBe(client);
  },
);

test("RL-09 whatever a client writes, a proxy of ours that appends its address decides", () => {
  const stranger = fc
    .oneof(fc.ipV4(), fc.ipV6())
    .filter((ip) => !proxies(OURS)(addressOf("none", ip, null)));
  const written = fc.array(fc.oneof(fc.ipV4(), fc.ipV6(), fc.string(), fc.constant("10.0.0.1")));
  fc.assert(
    fc.property(
      written,
      stranger,
      fc.array(fc.constantFrom("10.0.0.2", "2001:db8:aa::2")),
      (claims, client, hops) => {
        const list = [...claims, client, ...hops].join(", ");
        expect(addressOf(OURS, "10.0.0.1", list)).toBe(addressOf("127.0.0.2", "127.0.0.2", client));
      },
    ),
  );
});

test("RL-09 a peer that is no proxy is the client, whatever it writes", () => {
  fc.assert(
    fc.property(fc.string(), (list) => {
      expect(addressOf(OURS, "192.0.2.1", list)).toBe("192.0.2.1");
    }),
  );
});

test("RL-06 every spelling of an IPv6 address is one address", () => {
  fc.assert(
    fc.property(fc.ipV6(), (ip) => {
      const [plain, loud] = [
        addressOf(OURS, "10.0.0.1", ip),
        addressOf(OURS, "10.0.0.1", `[${ip.toUpperCase()}]:1`),
      ];
      expect(loud).toBe(plain);
      expect(addressOf(OURS, "10.0.0.1", plain)).toBe(plain);
    }),
  );
});

test.each([
  ...[
    "",
    "yes",
    "true",
    "10.0.0.0/33",
    "10.0.0.0/",
    "10.0.0.0/8/8",
    "10.0.0.0/-1",
    "10.0.0.0/08",
    "10.0/8",
  ],
  ...[
    "*",
    "0.0.0.0/0",
    "::/0",
    "::ffff:10.0.0.0/104",
    "fe80::1%eth0",
    "10.0.0.0/8,",
    "none,10.0.0.0/8",
    "::/129",
  ],
])("RL-05 TRUST_PROXY %j is refused", (setting) => {
  expect(parseTrustedProxies(setting)).toBeUndefined();
});
