import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addressKey } from "../../src/domain/addresses.ts";
import { limitKey } from "../../src/domain/limits.ts";
import { lockPolicy } from "../../src/domain/lockout.ts";
import { deriveKeys } from "../../src/domain/secrets.ts";
import { generousQuotas } from "../support/domain.ts";

describe("addressKey", () => {
  it.each([
    ["203.0.113.7", "203.0.113.7"],
    ["::ffff:203.0.113.7", "203.0.113.7"],
    ["::FFFF:cb00:7107", "203.0.113.7"],
    ["0:0:0:0:0:ffff:203.0.113.7", "203.0.113.7"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:DB8:1:2::", "2001:db8:1:2::/64"],
    ["2001:0db8:0001:0002:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"],
    ["2001:db8:1:3::1", "2001:db8:1:3::/64"],
    ["2001:db8::1", "2001:db8:0:0::/64"],
    ["fe80::1%eth0", "fe80:0:0:0::/64"],
    ["::1", "0:0:0:0::/64"],
    ["", ""],
    ["not:an:address", "not:an:address"],
  ])("RL-06 counts %s as %s", (ip, key) => {
    expect(addressKey(ip)).toBe(key);
  });

  it("RL-06 two addresses are counted together exactly if they share their first 64 bits", () => {
    const group = fc.integer({ min: 1, max: 0xffff }).map((value) => value.toString(16));
    const half = fc.array(group, { minLength: 4, maxLength: 4 }).map((groups) => groups.join(":"));
    fc.assert(
      fc.property(half, half, half, (site, one, other) => {
        expect(addressKey(`${site}:${one}`)).toBe(addressKey(`${site}:${other}`));
        if (site === other) return;
        expect(addressKey(`${site}:${one}`)).not.toBe(addressKey(`${other}:${one}`));
      }),
    );
  });
});

describe("limitKey", () => {
  const secretKeys = deriveKeys("a secret that is long enough for this");
  const quotas = {
    ...generousQuotas,
    login_ip: { count: 5, seconds: 60 },
    login_email: { count: 5, seconds: 60 },
  };
  const key = (rule: "login_ip" | "login_email", subject: string, of = {}) =>
    Buffer.from(limitKey({ secretKeys, quotas, ...of }, { rule, subject })).toString("hex");

  it("gives each rule and each subject a key of its own, and none can be made without the secret", () => {
    const all = [
      key("login_ip", "a"),
      key("login_email", "a"),
      key("login_email", "b"),
      key("login_email", "a", { secretKeys: deriveKeys("another secret that is long enough") }),
    ];
    expect(new Set(all).size).toBe(all.length);
    expect(key("login_email", "a")).toBe(key("login_email", "a"));
  });

  it("RL-12 counts under each setting by itself, however near another one it is", () => {
    const under = (count: number, seconds: number) =>
      key("login_ip", "a", { quotas: { ...quotas, login_ip: { count, seconds } } });
    expect(under(5, 60)).toBe(key("login_ip", "a"));
    const all = [under(5, 60), under(6, 60), under(5, 61), under(10, 120), under(56, 0)];
    expect(new Set(all).size).toBe(all.length);
  });
});

describe("lockPolicy", () => {
  it("RL-04 never makes the longest lock shorter than the first", () => {
    expect(lockPolicy({ threshold: 10, seconds: 900 })).toMatchObject({
      firstLockMs: 900_000,
      longestLockMs: 86_400_000,
    });
    const { longestLockMs } = lockPolicy({ threshold: 1, seconds: 86_400 });
    expect(longestLockMs).toBe(86_400_000);
  });
});
