/**
 * Writes the rules of a style sheet into the elements they are for, because some mail readers drop style sheets.
 * It knows rules for one element, `p`, or one class, `.code`; others, such as those of a dark screen, stay where
 * they are alone, and need `!important` to come before what stands in an element.
 */

export interface StyleSheet {
  readonly rules: readonly StyleRule[];
  /** Every class that the style sheet names anywhere. */
  readonly classes: ReadonlySet<string>;
}

interface StyleRule {
  readonly tag: string | undefined;
  readonly class: string | undefined;
  readonly declarations: string;
}

const SIMPLE_SELECTOR = /^(?:([a-z][a-z0-9]*)|\.([\w-]+))$/i;

/** Reads the style sheets in a page. */
export function readStyles(html: string): StyleSheet {
  const css = Array.from(html.matchAll(/<style[^>]*>([^]*?)<\/style>/gi), ([, text = ""]) => text)
    .join("\n")
    .replaceAll(/\/\*[^]*?\*\//g, "");
  const rules = Array.from(withoutBlocks(css).matchAll(/([^{}]+)\{([^{}]*)\}/g))
    .flatMap(([, selectors = "", body = ""]) =>
      selectors.split(",").flatMap((selector): StyleRule[] => {
        const simple = SIMPLE_SELECTOR.exec(selector.trim());
        if (simple === null) return [];
        const declarations = body.trim().replaceAll(/\s+/g, " ").replaceAll('"', "'");
        return [{ tag: simple[1]?.toLowerCase(), class: simple[2], declarations }];
      }),
    )
    // A class comes before an element, and otherwise the later rule before the earlier.
    .sort((one, other) => Number(one.class !== undefined) - Number(other.class !== undefined));
  const classes = new Set(
    Array.from(css.matchAll(/\.([A-Za-z_][\w-]*)/g), ([, name = ""]) => name),
  );
  return { rules, classes };
}

/** Leaves out `@media` and its like, with all they hold. */
function withoutBlocks(css: string): string {
  return css.replaceAll(/@[^{};]*(?:;|\{(?:[^{}]*\{[^{}]*\})*[^{}]*\})/g, "");
}

/** Writes the styles into each element that has none of its own. */
export function inlineStyles(html: string, { rules }: StyleSheet): string {
  return html.replaceAll(OPENING_TAG, (whole, name: string, attributes: string) => {
    if (/\sstyle\s*=/i.test(attributes)) return whole;
    const classes = classesOf(attributes);
    const style = rules
      .filter(
        (rule) =>
          rule.tag === name.toLowerCase() ||
          (rule.class !== undefined && classes.includes(rule.class)),
      )
      .map(({ declarations }) => declarations);
    return style.length === 0 ? whole : `<${name} style="${style.join(" ")}"${attributes}>`;
  });
}

const OPENING_TAG = /<([a-z][a-z0-9]*)((?:\s[^<>]*)?)>/gi;

/** The classes of all elements in a piece of HTML. */
export function classesIn(html: string): string[] {
  return Array.from(html.matchAll(OPENING_TAG)).flatMap(([, , attributes = ""]) =>
    classesOf(attributes),
  );
}

function classesOf(attributes: string): string[] {
  const list = /\sclass\s*=\s*(?:"([^"]*)"|'([^']*)')/i.exec(attributes);
  return (list?.[1] ?? list?.[2] ?? "").split(/\s+/).filter((name) => name !== "");
}
