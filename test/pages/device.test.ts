import { expect, test } from "vitest";
import { readDevice } from "../../src/pages/browser/parts/device.ts";

const mac = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)";
const windows = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)";
const chrome = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0";

test.each([
  [`${mac} ${chrome} Safari/537.36`, "Chrome", "macOS"],
  [
    `${mac} AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.1 Safari/605.1.15`,
    "Safari",
    "macOS",
  ],
  [
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 15.7; rv:144.0) Gecko/20100101 Firefox/144.0",
    "Firefox",
    "macOS",
  ],
  [`${windows} ${chrome} Safari/537.36 Edg/141.0.0.0`, "Edge", "Windows"],
  [`${windows} ${chrome} Safari/537.36 OPR/122.0.0.0`, "Opera", "Windows"],
  [`Mozilla/5.0 (X11; Linux x86_64) ${chrome} Safari/537.36`, "Chrome", "Linux"],
  [`Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) ${chrome} Safari/537.36`, "Chrome", "ChromeOS"],
  [
    "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0",
    "Firefox",
    "Linux",
  ],
  [
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.1 Mobile/15E148 Safari/604.1",
    "Safari",
    "iPhone",
  ],
  [
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/141.0 Mobile/15E148 Safari/604.1",
    "Chrome",
    "iPhone",
  ],
  [
    "Mozilla/5.0 (iPad; CPU OS 19_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) FxiOS/144.0 Mobile/15E148 Safari/605.1.15",
    "Firefox",
    "iPad",
  ],
  [`Mozilla/5.0 (Linux; Android 16; K) ${chrome} Mobile Safari/537.36`, "Chrome", "Android"],
  [
    `Mozilla/5.0 (Linux; Android 16; SM-S931B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/29.0 Chrome/136.0 Mobile Safari/537.36`,
    "Samsung Internet",
    "Android",
  ],
])("%s is %s on %s", (userAgent, program, system) => {
  expect(readDevice(userAgent)).toEqual({ program, system });
});

test.each([
  ["curl/8.14.1", "curl"],
  ["node", "node"],
  ["okhttp/4.12.0", "okhttp"],
  ["Northwind/3.1 (iPhone; iOS 19.1)", "Northwind"],
])("a program is called what it calls itself: %s", (userAgent, program) => {
  expect(readDevice(userAgent)).toMatchObject({ program });
});

test.each([null, "", "Mozilla/5.0", "<script>alert(1)</script>", "‮evil"])(
  "of %j no name is made up, and nothing of it is shown",
  (userAgent) => {
    expect(readDevice(userAgent)).toEqual({ program: undefined, system: undefined });
  },
);

test("a name is never longer than a line", () => {
  expect(readDevice("x".repeat(256)).program).toHaveLength(40);
});
