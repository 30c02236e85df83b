import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { Email, EmailPrefix, NormalEmail, normalizeEmail } from "../../src/contract/addresses.ts";
import {
  INSTANT_RULE,
  InstantInput,
  IpAddress,
  NewPassword,
  pageQuery,
  Password,
  QueryBoolean,
  secret,
} from "../../src/contract/values.ts";
import { findClientAddress, parseTrustedProxies } from "../../src/platform/client-address.ts";

const SEED = 20_261_123;

describe("an e-mail address", () => {
  it.each([
    ["capitals", "Ada@Example.COM", "ada@example.com"],
    ["spaces around it", "  ada@example.com ", "ada@example.com"],
    ["full-width letters", "ａｄａ@ｅxample.com", "ada@example.com"],
    ["a ligature", "oﬃce@example.com", "office@example.com"],
    ["a decomposed accent", "andre\u0301@example.com", "andr\u00E9@example.com"],
    ["an accent that only lower case can compose", "J\u030C@example.com", "\u01F0@example.com"],
    ["a domain in another script", "ada@Bücher.example", "ada@xn--bcher-kva.example"],
    ["a domain in Punycode", "ada@XN--BCHER-KVA.example", "ada@xn--bcher-kva.example"],
    [
      "tags and dots, which are the mailbox's own affair",
      "a.d.a+x@example.com",
      "a.d.a+x@example.com",
    ],
  ])("LG-06 has one normal form: %s", (_, typed, normal) => {
    expect(Email.parse(typed)).toBe(normal);
  });

  it("LG-06 is in normal form once it is normalised", () => {
    const letters = fc.string({ unit: "binary", minLength: 1, maxLength: 6 });
    const marked = fc.tuple(letters, fc.constantFrom("", "\u030C", "\u0308\u0301", "\u0345"));
    const address = marked.map(([text, mark]) => `${text}${mark}@example.com`);
    const normalised = fc.sample(address, { seed: SEED, numRuns: 12_000 }).flatMap((typed) => {
      const result = Email.safeParse(typed);
      return result.success ? [result.data] : [];
    });
    expect(normalised.length).toBeGreaterThan(500);
    for (const email of normalised) {
      expect(normalizeEmail(email)).toBe(email);
      expect(NormalEmail.safeParse(email).success).toBe(true);
    }
  });

  it.each([
    ["no @", "ada.example.com"],
    ["no local part", "@example.com"],
    ["no domain", "ada@"],
    ["a domain of one label", "ada@localhost"],
    ["an empty label", "ada@example..com"],
    ["two @", "ada@eve@example.com"],
    ["a second @ in full width", "ada@example.com＠evil.example"],
    ["its only @ in full width", "ada＠example.com"],
    ["a domain that NFKC cuts short by a slash", "ada@evil.c℀.example.com"],
    ["a domain that NFKC cuts short by a port", "ada@evil.example：80.com"],
    ["a domain that NFKC cuts short by a query", "ada@evil.example？.com"],
    ["a domain that NFKC cuts short by a fragment", "ada@evil.example＃.com"],
    ["an address in place of a domain", "ada@127.0.0.1"],
    ["an address in hexadecimal", "ada@0x7f.0.0.1"],
    ["an address in brackets", "ada@[127.0.0.1]"],
    ["a quoted local part", '"ada lovelace"@example.com'],
    ["a name beside the address", "Ada <ada@example.com>"],
    ["a second address", "ada@example.com,eve@example.com"],
    ["a space inside", "ada lovelace@example.com"],
    ["a local part over 64 characters", `${"a".repeat(65)}@example.com`],
    ["more than 254 characters", `ada@${"a".repeat(60)}.${`${"b".repeat(60)}.`.repeat(4)}com`],
    ["a domain label over 63 characters that DNS cannot hold", `ada@${"ü".repeat(64)}.com`],
    ["nothing", ""],
    ["a domain label that begins with a hyphen", "ada@-example.com"],
    ["a domain label that ends with a hyphen", "ada@example-.com"],
    ["a hyphen at the end of a label further down", "ada@mail-.example.com"],
    ["a hyphen at the end of Punycode", "ada@example.xn--p1ai-"],
    ["Punycode of nothing", "ada@xn--.example"],
    ["Punycode that ends early", "ada@xn--a.example"],
    ["Punycode beyond Unicode", "ada@xn--999999999.example"],
    ["Punycode of plain letters", "ada@xn--abc-.example"],
    ["Punycode of what NFKC would change", "ada@xn--b-yq0i.example"],
    ["Punycode of Punycode", "ada@xn--xn--0.example"],
    ["Punycode that is none as the last label", "ada@example.xn--0"],
  ])("is refused with %s", (_, typed) => {
    expect(Email.safeParse(typed).success).toBe(false);
  });

  it.each([
    ...["\0", "\t", "\n", "\r", "\r\nBcc: eve@evil.example", "\u001B[2J", "\u007F", "\u0085"],
    ...[
      "\u2028",
      "\u2029",
      "\uFEFF",
      "\u200B",
      "\u200D",
      "\u202E",
      "\u2066",
      "\u{E0041}",
      "\u034F",
      "\u3164",
      "\uFE0E",
      "\uD800",
    ],
  ])("IV-10 is refused with a control, invisible or half character anywhere: %j", (character) => {
    const places = [
      `${character}ada@example.com`,
      `a${character}da@example.com`,
      `ada${character}@example.com`,
    ];
    for (const typed of [...places, `ada@exa${character}mple.com`, `ada@example.com${character}`]) {
      const isDomains = typed.indexOf(character) > typed.indexOf("@");
      const result = Email.safeParse(typed);
      // A format character in a domain is what IDNA makes of it: mostly nothing.
      if (isDomains && result.success) expect(result.data).toBe("ada@example.com");
      else expect([typed, result.success]).toEqual([typed, false]);
    }
  });

  it.each(["\u0378", "\uFFFF", "\u{1FFFE}", "\u{2FFFF}", "\uFDD0", "\u{E0080}"])(
    "LG-06 is refused with the unassigned code point %j, whose normal form may be another one some day",
    (character) => {
      for (const typed of [`a${character}da@example.com`, `ada@exa${character}mple.com`])
        expect([typed, Email.safeParse(typed).success]).toEqual([typed, false]);
    },
  );

  it.each([
    "faß.de",
    "bücher-t.example",
    "пример.рф",
    "例え.テスト",
    "💩.la",
    "한국.kr",
    "xn--80ak6aa92e.com",
    "ab--cd.com",
    "a.b-c.d1.example",
  ])("is taken with the domain %s, and again as it is stored", (domain) => {
    const email = Email.parse(`ada@${domain}`);
    expect(Email.parse(email)).toBe(email);
  });

  it("is taken with every label in another script that the URL parser encodes", () => {
    const letters = fc.constantFrom(...Array.from("abz09-äßéийあ漢한💩ñ"));
    const label = fc.array(letters, { minLength: 1, maxLength: 20 }).map((all) => all.join(""));
    let taken = 0;
    for (const name of fc.sample(label, { seed: SEED, numRuns: 2_000 })) {
      const hostname = URL.parse(`http://${name}.example/`)?.hostname;
      if (hostname?.startsWith("xn--") !== true || hostname.length > 63) continue;
      if (name.includes("--") || /^-|-$/.test(name)) continue;
      taken += 1;
      expect([name, normalizeEmail(`ada@${name}.example`)]).toEqual([name, `ada@${hostname}`]);
    }
    expect(taken).toBeGreaterThan(500);
  });

  it.each(["a", "@", ".", " ", "a.", "a@", "a@a.", "-", "e\u0301", "ﷺ", "\0", "😀"])(
    "IV-10 costs no more than its length: 128 KiB of hostile %j in less than a second",
    (unit) => {
      // One look at every character takes a millisecond at the last length, a quadratic pattern half a
      // minute. The lengths grow, so that a worse pattern is found before it takes for ever.
      for (let length = 16; length <= 128 * 1024; length = Math.ceil(length * 1.25)) {
        const startedAt = performance.now();
        for (const start of ["", "a@", "a@a.", "a@a.com", "!"])
          for (const end of ["", "@", "!", " x"]) {
            const hostile = start + unit.repeat(length / unit.length) + end;
            Email.safeParse(hostile);
            NormalEmail.safeParse(hostile);
          }
        expect([length, performance.now() - startedAt < 1000]).toEqual([length, true]);
      }
    },
  );

  it("is never repeated in the reason it is refused for", () => {
    const issues = Email.safeParse("secret\n@example.com").error?.issues ?? [];
    expect(JSON.stringify(issues)).toContain("Must be an e-mail address");
    expect(JSON.stringify(issues.map(({ message, path }) => [message, path]))).not.toContain(
      "secret",
    );
  });
});

describe("the beginning of an address", () => {
  it.each([
    [" ADA", "ada"],
    ["ada@bücher-t.example", "ada@xn--bcher-t-n2a.example"],
    ["Ada@BÜCHER-T.Example", "ada@xn--bcher-t-n2a.example"],
    ["ada@bücher-t", "ada@xn--bcher-t-n2a"],
    ["ada@xn--bcher", "ada@xn--bcher"],
    ["ada@mail.bücher.exa", "ada@mail.xn--bcher-kva.exa"],
    ["ａｄａ@ex", "ada@ex"],
    ["andre\u0301", "andr\u00E9"],
    ["ada@", "ada@"],
    ["a@b@c", "a@b@c"],
    ["ada@exa／mple", "ada@exa/mple"],
    // No label has these. A URL would read them, and the search would find what was not asked for.
    ["ada@%61", "ada@%61"],
    ["ada@bücher/x", "ada@bücher/x"],
  ])("LG-06 has the normal form of what it begins: %j", (typed, normal) => {
    expect(EmailPrefix.parse(typed)).toBe(normal);
  });

  it("LG-06 of a whole address is its normal form", () => {
    for (const typed of [
      "Ada@Bücher.example",
      " ada@faß.de",
      "ａｄａ@пример.рф",
      "a.d+x@example.com",
    ])
      expect(EmailPrefix.parse(typed)).toBe(Email.parse(typed));
  });
});

describe("a password", () => {
  it.each(["", "a", "😀".repeat(257), "a".repeat(16_384)])(
    "PW-04 is bounded by the policy alone when it is chosen, so that each refusal is a weak_password",
    (password) => {
      expect(NewPassword.parse(password)).toBe(password);
    },
  );

  it("PW-04 is bounded only above when it is proven, so that an old one lets its owner in", () => {
    expect(Password.safeParse("a").success).toBe(true);
    expect(Password.safeParse("").success).toBe(false);
    expect(Password.safeParse("😀".repeat(256)).success).toBe(true);
    expect(Password.safeParse("a".repeat(257)).success).toBe(false);
  });

  it.each([
    "  two  spaces  ",
    "x".repeat(64),
    "пароль и ещё".padEnd(64, "й"),
    "a\0bcdefgh",
    "ＡＢＣＤ abcd",
  ])("PW-03 stays exactly as it was typed: %j", (password) => {
    expect(NewPassword.parse(password)).toBe(password);
    expect(Password.parse(password)).toBe(password);
  });

  it.each(["aaaaaaaa", "12345678", "        "])("PW-05 needs no composition: %j", (password) => {
    expect(NewPassword.safeParse(password).success).toBe(true);
  });
});

describe("an IP address", () => {
  it.each([
    ["203.0.113.7", "203.0.113.7"],
    ["2001:DB8:0:0:0:0:0:1", "2001:db8::1"],
    ["2001:db8::0:1", "2001:db8::1"],
    ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
    ["::1", "::1"],
    ["::ffff:203.0.113.7", "203.0.113.7"],
    ["::FFFF:CB00:7107", "203.0.113.7"],
    ["0:0:0:0:0:ffff:ffff:ff01", "255.255.255.1"],
  ])("RL-06 %s is spelled as the server spells a client's: %s", (input, ip) => {
    expect(IpAddress.parse(input)).toBe(ip);
    const trusts = parseTrustedProxies("10.0.0.1");
    expect(findClientAddress("10.0.0.1", () => input, trusts ?? (() => false))).toBe(ip);
  });

  it.each([
    "",
    "1",
    "203.0.113",
    "203.0.113.256",
    "203.0.113.07",
    "::g",
    ":::",
    "fe80::1%eth0",
    "[::1]",
    "::1]:80",
    "localhost",
    "1:2:3:4:5:6:7:8:9",
  ])("%j is none", (input) => {
    expect(IpAddress.safeParse(input).success).toBe(false);
  });
});

describe("the query of a list", () => {
  it.each(["1", "9", "10", "20", "99", "100"])("takes a limit of %s", (text) => {
    expect(pageQuery.limit.parse(text)).toBe(Number(text));
  });

  it.each([
    "0",
    "101",
    "1000",
    "-1",
    "+1",
    "01",
    "1.0",
    "1e1",
    "0x1",
    " 1",
    "1 ",
    "",
    "١",
    "NaN",
    5,
    null,
  ])("refuses a limit of %j", (text) => {
    expect(pageQuery.limit.safeParse(text).success).toBe(false);
  });

  it("has a limit of 20 where none is asked for", () => {
    expect(pageQuery.limit.parse(undefined)).toBe(20);
  });

  it("takes a cursor in base64url, of 512 characters at the most", () => {
    expect(pageQuery.cursor.safeParse("AZaz09_-").success).toBe(true);
    expect(pageQuery.cursor.safeParse("a".repeat(512)).success).toBe(true);
    expect(pageQuery.cursor.parse(undefined)).toBeUndefined();
  });

  it.each(["", "a".repeat(513), "a=", "a+b", "a/b", "a b", "a\n", "ä", "a.b"])(
    "refuses the cursor %j",
    (cursor) => {
      expect(pageQuery.cursor.safeParse(cursor).success).toBe(false);
    },
  );

  it("takes true and false, and nothing that looks like them", () => {
    expect(QueryBoolean.parse("true")).toBe(true);
    expect(QueryBoolean.parse("false")).toBe(false);
    for (const text of ["TRUE", "True", "1", "0", "yes", "", " true", "true ", true, false, null])
      expect([text, QueryBoolean.safeParse(text).success]).toEqual([text, false]);
  });
});

describe("an instant", () => {
  it.each([
    ["milliseconds", "2026-11-23T10:06:00.123Z", "2026-11-23T10:06:00.123Z"],
    ["no fraction", "2026-11-23T10:06:00Z", "2026-11-23T10:06:00.000Z"],
    ["one digit", "2026-11-23T10:06:00.5Z", "2026-11-23T10:06:00.500Z"],
    ["microseconds, cut off", "2026-11-23T10:06:00.123999Z", "2026-11-23T10:06:00.123Z"],
    ["lower case", "2026-11-23t10:06:00z", "2026-11-23T10:06:00.000Z"],
    ["an offset ahead", "2026-11-23T00:30:00+02:00", "2026-11-22T22:30:00.000Z"],
    ["an offset behind", "2026-12-31T23:30:00.25-05:45", "2027-01-01T05:15:00.250Z"],
    ["an offset that is not known", "2026-11-23T10:06:00-00:00", "2026-11-23T10:06:00.000Z"],
    ["the largest offset", "2026-11-23T10:06:00+23:59", "2026-11-22T10:07:00.000Z"],
    ["a leap day", "2028-02-29T00:00:00Z", "2028-02-29T00:00:00.000Z"],
    ["a leap second", "2016-12-31T23:59:60.5Z", "2017-01-01T00:00:00.500Z"],
    ["a leap second elsewhere", "2017-01-01T01:59:60+02:00", "2017-01-01T00:00:00.000Z"],
    ["the first year", "0000-01-01T00:00:00Z", "0000-01-01T00:00:00.000Z"],
    ["before the epoch", "1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z"],
  ])("of RFC 3339 is taken, with %s", (_, text, instant) => {
    expect(InstantInput.parse(text)).toBe(Date.parse(instant));
  });

  it.each([
    ["30 February", "2026-02-30T10:06:00Z"],
    ["29 February of no leap year", "2026-02-29T10:06:00Z"],
    ["31 November", "2026-11-31T10:06:00Z"],
    ["month 13", "2026-13-01T10:06:00Z"],
    ["day 0", "2026-11-00T10:06:00Z"],
    ["24:00", "2026-11-23T24:00:00Z"],
    ["minute 60", "2026-11-23T10:60:00Z"],
    ["second 61", "2026-12-31T23:59:61Z"],
    ["an offset of 25:00", "2026-11-23T10:06:00+25:00"],
    ["an offset of 24:00", "2026-11-23T10:06:00+24:00"],
    ["an offset of 60 minutes", "2026-11-23T10:06:00+00:60"],
    ["a leap second within a month", "2026-11-23T23:59:60Z"],
    ["a leap second at noon", "2016-12-31T12:00:60Z"],
    ["a leap second of another zone", "2016-12-31T23:59:60+02:00"],
    ["a year before the first, in UTC", "0000-01-01T00:00:00+00:01"],
    ["a year after the last, in UTC", "9999-12-31T23:59:59-00:01"],
    ["no offset", "2026-11-23T10:06:00"],
    ["a date alone", "2026-11-23"],
    ["a space for the T", "2026-11-23 10:06:00Z"],
    ["a plus that a query made a space", "2026-11-23T10:06:00 02:00"],
    ["an offset without a colon", "2026-11-23T10:06:00+0200"],
    ["no seconds", "2026-11-23T10:06Z"],
    ["an empty fraction", "2026-11-23T10:06:00.Z"],
    ["a comma", "2026-11-23T10:06:00,5Z"],
    ["digits of another script", "2026-11-23T10:06:0\u0663Z"],
    ["a line after it", "2026-11-23T10:06:00Z\n"],
    ["a number", "1764000000000"],
  ])("is refused with %s, and the rule is told", (_, text) => {
    expect(InstantInput.safeParse(text).error?.issues).toMatchObject([{ message: INSTANT_RULE }]);
  });

  it("is read from any number of digits up to the bound, and refused past it", () => {
    const spelled = (digits: number) => `2026-11-23T10:06:00.${"9".repeat(digits)}Z`;
    expect(InstantInput.parse(spelled(43))).toBe(Date.parse("2026-11-23T10:06:00.999Z"));
    expect(InstantInput.safeParse(spelled(44)).success).toBe(false);
  });

  it("comes out as the platform reads it, wherever the platform reads it", () => {
    const instant = fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(8e12) });
    for (const date of fc.sample(instant, { seed: SEED, numRuns: 2_000 }))
      expect(InstantInput.parse(date.toISOString())).toBe(date.getTime());
  });
});

describe("secret", () => {
  it("marks a copy, and keeps what was said of it", () => {
    const plain = z.string().meta({ description: "A key.", examples: ["k"] });
    expect(secret(plain).meta()).toEqual({
      description: "A key.",
      examples: ["k"],
      "x-secret": true,
    });
    expect(plain.meta()).toEqual({ description: "A key.", examples: ["k"] });
  });

  it("marks every password", () => {
    expect(NewPassword.meta()).toMatchObject({ "x-secret": true, format: "password" });
    expect(Password.meta()).toMatchObject({ "x-secret": true, format: "password" });
  });
});
