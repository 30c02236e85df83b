/** LOGO and ACCENT_COLOR, as a start takes or refuses them. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { openPageLook } from "../../src/process/page-look.ts";
import { readSettings } from "../../src/process/settings.ts";
import { StartRefusedError } from "../../src/process/start-refused.ts";

const folder = mkdtempSync(join(tmpdir(), "portcullis-look-"));
afterAll(() => rmSync(folder, { recursive: true }));

function fileOf(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const open = (LOGO: string) => openPageLook({ ACCENT_COLOR: undefined, LOGO });
const PNG = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0);

test("a logo is an SVG or a PNG, at a path with a digest of what is in it", async () => {
  const svg = fileOf("one.svg", '<?xml version="1.0"?>\n<svg viewBox="0 0 1 1"></svg>');
  const { look, files } = await open(svg);
  expect(look.logo).toMatch(/^\/pages\/[0-9a-f]{16}\/logo\.svg$/);
  expect(files.map(({ path }) => path)).toEqual([look.logo]);
  expect((await open(fileOf("two.png", PNG))).look.logo).toMatch(/\/logo\.png$/);
  const other = await open(fileOf("three.svg", "<svg></svg>"));
  expect(other.look.logo).not.toBe(look.logo);
});

test.each([
  ["nowhere.svg", undefined, /^Setting LOGO names a file that cannot be read: ENOENT/],
  ["large.png", Buffer.concat([PNG, Buffer.alloc(100_001)]), /at most 100000 are served/],
  [
    "false.png",
    "<svg></svg>",
    /^Setting LOGO names a file that is no PNG, as its name says it is$/,
  ],
  ["false.svg", PNG, /^Setting LOGO names a file that is no SVG/],
  ["page.svg", "<html><svgx></html>", /is no SVG/],
])("%s stops the start", async (name, content, message) => {
  const path = content === undefined ? join(folder, name) : fileOf(name, content);
  const refusal = open(path).catch((error: unknown) => error);
  expect(await refusal).toBeInstanceOf(StartRefusedError);
  expect(String(await refusal)).toMatch(
    new RegExp(message.source.replace("^", "StartRefusedError: ")),
  );
});

test("without the settings there are no such files", async () => {
  expect(await openPageLook({ ACCENT_COLOR: undefined, LOGO: undefined })).toEqual({
    look: { theme: undefined, logo: undefined },
    files: [],
  });
});

test("CF-02 the console is off in production, and the pages are on, unless they were set", () => {
  const production = {
    NODE_ENV: "production",
    PUBLIC_URL: "https://auth.example.com",
    AUTH_SECRET: "qL8vN3xW0bT5yR2mK7pJ4hG9dS6fA1cE",
    SMTP_URL: "smtps://mail.example.com",
    MAIL_FROM: "auth@example.com",
  };
  const of = (more: Record<string, string>) => {
    const read = readSettings({ ...production, ...more });
    if ("faults" in read) throw new Error(read.faults.join());
    return [read.settings.PAGES, read.settings.CONSOLE];
  };
  expect(of({})).toEqual(["on", "off"]);
  expect(of({ CONSOLE: "on" })).toEqual(["on", "on"]);
  expect(of({ PAGES: "off" })).toEqual(["off", "off"]);
});
