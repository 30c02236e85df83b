import fc from "fast-check";
import { expect, test } from "vitest";
import { contrastOf, themeStyle } from "../../src/pages/theme.ts";

/** WCAG 2.2 §1.4.3 asks for 4.5 to 1, and words on a tint of the accent have less than on the ground itself. */
const WANTED = 5.2;

function shadesOf(accent: string): Record<string, string> {
  return Object.fromEntries(
    [...themeStyle(accent).matchAll(/--([a-z-]+):(#[0-9a-f]{6})/g)].map(
      ([, name = "", hex = ""]) => [name, hex],
    ),
  );
}

test("every accent becomes shades that can be read on their grounds, and written on", () => {
  const channel = fc.integer({ min: 0, max: 255 });
  fc.assert(
    fc.property(fc.tuple(channel, channel, channel), (rgb) => {
      const accent = `#${rgb.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
      const shades = shadesOf(accent);
      const [light = "", dark = ""] = [shades["accent-light"], shades["accent-dark"]];
      expect(contrastOf(light, "#f5f6f8")).toBeGreaterThan(WANTED);
      expect(contrastOf(dark, "#181b21")).toBeGreaterThan(WANTED);
      expect(contrastOf(light, shades["on-accent-light"] ?? "")).toBeGreaterThan(WANTED);
      expect(contrastOf(dark, shades["on-accent-dark"] ?? "")).toBeGreaterThan(WANTED);
    }),
    { numRuns: 300 },
  );
});

test("an accent that can be read stays as it is", () => {
  expect(shadesOf("#2456c7")).toMatchObject({
    "accent-light": "#2456c7",
    "on-accent-light": "#ffffff",
  });
});

test("contrast is that of WCAG 2.2", () => {
  expect(contrastOf("#000000", "#ffffff")).toBeCloseTo(21, 5);
  expect(contrastOf("#777777", "#ffffff")).toBeCloseTo(4.48, 2);
});
