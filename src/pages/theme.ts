/**
 * The shades of ACCENT_COLOR, as a style sheet: the hue as given, the lightness moved until each shade has its contrast.
 * A sheet of its own, because the policy refuses an inline style. Colours are OKLab's (https://bottosson.github.io/posts/oklab/).
 */

/** Three numbers: red, green and blue in linear light from 0 to 1; or lightness, a and b. */
type Triple = readonly [number, number, number];

/** Contrast of each shade with its ground. WCAG 2.2 §1.4.3 asks for 4.5; the rest is for words on a tint of the shade. */
const CONTRAST_WANTED = 5.3;
/** The lightest ground that a shade is written on, and the darkest surface: tokens.css has them. */
const LIGHT_GROUND = rgbOf("#f5f6f8");
const DARK_GROUND = rgbOf("#181b21");
const WHITE = rgbOf("#ffffff");
const INK = rgbOf("#0b1020");
const LIGHTNESS_STEP = 0.005;
const CHROMA_STEP = 0.02;
/** Rounding errors of the conversion, which the screen does not show. */
const GAMUT_TOLERANCE = 0.0005;

/** `accent` is `#rrggbb`. */
export function themeStyle(accent: string): string {
  const given = rgbOf(accent);
  const light = shade(given, LIGHT_GROUND, -LIGHTNESS_STEP);
  const dark = shade(given, DARK_GROUND, LIGHTNESS_STEP);
  return `:root{--accent-light:${hexOf(light)};--accent-dark:${hexOf(dark)};--on-accent-light:${hexOf(inkOn(light))};--on-accent-dark:${hexOf(inkOn(dark))}}\n`;
}

/** WCAG 2.2, "contrast ratio": from 1 to 21. Both are `#rrggbb`. */
export function contrastOf(one: string, other: string): number {
  return contrast(rgbOf(one), rgbOf(other));
}

/** The first lightness, from the given one on, that is readable on the ground. */
function shade(accent: Triple, ground: Triple, step: number): Triple {
  const lab = labOf(accent);
  for (let [lightness] = lab; lightness >= 0 && lightness <= 1; lightness += step) {
    const shown = rgbOf(hexOf(withLightness(lab, lightness)));
    if (contrast(shown, ground) >= CONTRAST_WANTED) return shown;
  }
  return step < 0 ? [0, 0, 0] : WHITE;
}

/** Keeps the hue; chroma gives way until a screen can show it. */
function withLightness([, a, b]: Triple, lightness: number): Triple {
  for (let part = 1; part > 0; part -= CHROMA_STEP) {
    const rgb = rgbOfLab([lightness, a * part, b * part]);
    if (rgb.every((value) => value >= -GAMUT_TOLERANCE && value <= 1 + GAMUT_TOLERANCE)) return rgb;
  }
  return rgbOfLab([lightness, 0, 0]);
}

function inkOn(ground: Triple): Triple {
  return contrast(ground, WHITE) >= contrast(ground, INK) ? WHITE : INK;
}

function contrast(one: Triple, other: Triple): number {
  const [a, b] = [luminance(one), luminance(other)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

function luminance([r, g, b]: Triple): number {
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function rgbOf(hex: string): Triple {
  const n = Number.parseInt(hex.slice(1), 16);
  return [linear(n >> 16), linear((n >> 8) & 255), linear(n & 255)];
}

function hexOf(rgb: Triple): string {
  return `#${rgb.map((value) => stored(value).toString(16).padStart(2, "0")).join("")}`;
}

/** IEC 61966-2-1, from 0 to 255. */
function linear(value: number): number {
  const v = value / 255;
  return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
}

function stored(value: number): number {
  const v = Math.min(1, Math.max(0, value));
  return Math.round((v <= 0.0031308 ? v * 12.92 : 1.055 * v ** (1 / 2.4) - 0.055) * 255);
}

function labOf([r, g, b]: Triple): Triple {
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

function rgbOfLab([lightness, a, b]: Triple): Triple {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
}
