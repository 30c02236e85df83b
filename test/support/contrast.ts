/** Contrast of the text on a page, as WCAG 2.2 computes it. */
import type { Locator } from "playwright-core";

/** WCAG 1.4.3, level AA, for text of any size. */
const MIN_CONTRAST = 4.5;

/** Each kind of visible text inside `root` that stands out too little from what is behind it, with its ratio. */
export function faintTexts(root: Locator): Promise<readonly string[]> {
  return root.evaluate((element, minContrast) => {
    interface Colour {
      readonly rgb: readonly number[];
      readonly alpha: number;
    }
    const parse = (css: string): Colour => {
      const [red = 0, green = 0, blue = 0, alpha = 1] = (css.match(/[\d.]+/g) ?? []).map(Number);
      return { rgb: [red, green, blue], alpha };
    };
    const over = (front: Colour, back: readonly number[]) =>
      front.rgb.map((part, at) => part * front.alpha + (back[at] ?? 0) * (1 - front.alpha));
    const luminance = (rgb: readonly number[]) => {
      const [red = 0, green = 0, blue = 0] = rgb
        .map((part) => part / 255)
        .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    // Behind everything is the page's own ground, which is dark where the page lets the browser choose.
    const probe = document.body.appendChild(document.createElement("div"));
    probe.style.backgroundColor = "Canvas";
    const ground = parse(getComputedStyle(probe).backgroundColor).rgb;
    probe.remove();
    const ratio = (parent: Element) => {
      const behind: Colour[] = [];
      let opacity = 1;
      for (let each: Element | null = parent; each; each = each.parentElement) {
        const style = getComputedStyle(each);
        behind.unshift(parse(style.backgroundColor));
        opacity *= Number(style.opacity);
      }
      const back = behind.reduce((rgb: readonly number[], colour) => over(colour, rgb), ground);
      const { rgb, alpha } = parse(getComputedStyle(parent).color);
      const lights = [over({ rgb, alpha: alpha * opacity }, back), back].map(luminance);
      return (Math.max(...lights) + 0.05) / (Math.min(...lights) + 0.05);
    };

    const faint = new Map<string, string>();
    const texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const text = texts.currentNode.textContent?.trim();
      const parent = texts.currentNode.parentElement;
      // The browser draws what a list offers, in its own colours.
      if (!text || !parent?.checkVisibility() || parent.tagName === "OPTION") continue;
      const kind = `${parent.tagName} ${parent.className}`;
      if (ratio(parent) < minContrast)
        faint.set(kind, `${kind}: ${ratio(parent).toFixed(2)} "${text}"`);
    }
    return [...faint.values()];
  }, MIN_CONTRAST);
}
