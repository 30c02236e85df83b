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
  const at = css.indexOf("@");
  if (at === -1) return css;
  let end = at;
  let depth = 0;
  while (end < css.length) {
    const character = css[end++];
    if (character === "{") depth += 1;
    if (character === "}") depth -= 1;
    if (depth === 0 && (character === "}" || character === ";")) break;
  }
  return css.slice(0, at) + withoutBlocks(css.slice(end));
}

/** Writes the styles into each element, in front of those that it has itself. */
export function inlineStyles(html: string, { rules }: StyleSheet): string {
  return html.replaceAll(OPENING_TAG, (whole, name: string, attributes: string) => {
    const classes = classesOf(attributes);
    const declarations = rules
      .filter(
        (rule) =>
          rule.tag === name.toLowerCase() ||
          (rule.class !== undefined && classes.includes(rule.class)),
      )
      .map((rule) => rule.declarations);
    if (declarations.length === 0) return whole;
    const own = OWN_STYLE.exec(attributes)?.[1];
    const style = [...declarations, ...(own === undefined ? [] : [own])].join(" ");
    return `<${name} style="${style}"${attributes.replace(OWN_STYLE, "")}>`;
  });
}

const OWN_STYLE = /\sstyle\s*=\s*"([^"]*)"/i;
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
