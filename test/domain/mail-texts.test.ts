import { expect, test } from "vitest";
import {
  escapeHtml,
  lockMessage,
  passwordChangedMessage,
  resetMessage,
} from "../../src/domain/mail-texts.ts";

const NOW = Date.UTC(2026, 10, 23, 10, 6);

test("RS-06 whatever is put into the HTML of a mail is escaped there, and left as it is in the text", () => {
  const hostile = `"><script>alert('x')</script>&`;
  const { text, html } = passwordChangedMessage({ now: NOW, ip: hostile });
  expect(text).toContain(hostile);
  expect(html).not.toContain("<script>");
  expect(html).toContain("&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;");
  expect(resetMessage(`https://x/"onclick="y`, 60).html).not.toContain(`"onclick`);
  expect(escapeHtml("&<>\"'")).toBe("&amp;&lt;&gt;&quot;&#39;");
});

test("a mail says when, from where, and how long, in words", () => {
  expect(passwordChangedMessage({ now: NOW, ip: "203.0.113.7" }).text).toContain(
    "on 2026-11-23 10:06 UTC from the address 203.0.113.7",
  );
  expect(resetMessage("https://x/reset#token=y", 1800).text).toContain("within 30 minutes");
  expect(resetMessage("https://x/reset#token=y", 60).text).toContain("within 1 minute.");
  expect(lockMessage({ now: NOW, ip: null }, NOW + 900_000).text).toContain(
    "Until 2026-11-23 10:21 UTC",
  );
});

test("RS-06 no subject is longer than a line or holds anything but plain words", () => {
  for (const { subject } of [
    resetMessage("https://x", 60),
    lockMessage({ now: NOW, ip: null }, NOW),
  ])
    expect(subject).toMatch(/^[A-Za-z -]{1,70}$/);
});
