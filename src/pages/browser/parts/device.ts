/** A browser and its system, in the names that people know, of what it calls itself. Only for reading: it may lie. */

export interface Device {
  /** `Firefox`, or a program's own name; undefined where nothing is known. */
  readonly program: string | undefined;
  /** `Windows`, `iPhone`; undefined where it does not say. */
  readonly system: string | undefined;
}

/** The first that fits: most browsers call themselves by others' names as well. */
const browsers = [
  [/\bEdg(?:e|A|iOS)?\//, "Edge"],
  [/\b(?:OPR|OPT|OPiOS)\//, "Opera"],
  [/\bSamsungBrowser\//, "Samsung Internet"],
  [/\bVivaldi\//, "Vivaldi"],
  [/\bYaBrowser\//, "Yandex"],
  [/\b(?:DuckDuckGo|Ddg)\//, "DuckDuckGo"],
  [/\b(?:Firefox|FxiOS)\//, "Firefox"],
  [/\b(?:Chrome|CriOS|HeadlessChrome)\//, "Chrome"],
  [/\bChromium\//, "Chromium"],
  [/\bVersion\/[\d.]+.*\bSafari\//, "Safari"],
  [/\b(?:MSIE |Trident\/)/, "Internet Explorer"],
] as const;

const systems = [
  [/\biPhone\b/, "iPhone"],
  [/\biPad\b/, "iPad"],
  [/\bAndroid\b/, "Android"],
  [/\bCrOS\b/, "ChromeOS"],
  [/\bWindows\b/, "Windows"],
  [/\b(?:Macintosh|Mac OS X)\b/, "macOS"],
  [/\bLinux\b|\bX11\b/, "Linux"],
] as const;

/** Longer is no name of a program. Characters. */
const NAME_MAX_LENGTH = 40;
/** RFC 9110 §10.1.5: a product, with its version or without. */
const PRODUCT = /^([A-Za-z][\w.+-]*)(?:[/ ]|$)/;

export function readDevice(userAgent: string | null): Device {
  const text = userAgent ?? "";
  const program = firstOf(browsers, text) ?? productOf(text);
  return { program, system: firstOf(systems, text) };
}

function firstOf(known: readonly (readonly [RegExp, string])[], text: string): string | undefined {
  return known.find(([pattern]) => pattern.test(text))?.[1];
}

function productOf(text: string): string | undefined {
  const [, product] = PRODUCT.exec(text) ?? [];
  const isName = product !== undefined && product !== "Mozilla";
  return isName ? product.slice(0, NAME_MAX_LENGTH) : undefined;
}
