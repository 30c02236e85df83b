/** Builds every page, and the files that pages load. HTML is put together and escaped here alone. */
import type { PageGiven } from "./page-given.ts";
import type { MountedPage } from "./settings.ts";

/** A text that is served at a path of its own. */
export interface ServedFile {
  readonly path: string;
  readonly contentType: string;
  readonly text: string;
  /** Things a page may load. Absent: the answer keeps the policy that every answer has, which allows nothing. */
  readonly allows?: readonly Allowance[];
}

/** A page in the words of several languages. */
export interface TranslatedPage {
  readonly paths: readonly string[];
  /** Answers 404 for every other path beneath these. */
  readonly hasSections: boolean;
  readonly allows: readonly Allowance[];
  /** By language, the usual one first. */
  readonly texts: ReadonlyMap<string, string>;
}

/** A path at which nothing is but the way to another. */
export interface Redirect {
  readonly path: string;
  readonly leadsTo: string;
}

/** Directives that are added to the closed policy. None of them lets in inline code or another origin (HD-07); the last two take more away. */
export type Allowance =
  | "script-src 'self'"
  | "style-src 'self'"
  | "connect-src 'self'"
  | "img-src 'self' data:"
  | "require-trusted-types-for 'script'"
  | "trusted-types 'none'";

export interface Page extends MountedPage {
  /** Its own, and those of what it loads, without the mount path. */
  readonly path: string;
  readonly title: string;
  /** A language tag. Absent: English. */
  readonly language?: string;
  /** Paths of style sheets. */
  readonly styles: readonly string[];
  /** Paths of scripts. They run in this order, once the document has been parsed. */
  readonly scripts?: readonly Script[];
  /** Paths of modules that the script will import: so they are fetched at once, and not one after the other. */
  readonly preloads?: readonly string[];
  /** Path of an image, PNG or SVG. */
  readonly icon?: string;
  /** Values for the page's script. */
  readonly given?: Partial<PageGiven>;
  readonly body: Html;
  readonly allows: readonly Allowance[];
}

export interface Script {
  readonly path: string;
  /** A module is ours; a classic script comes from a package that puts a name into `window`. */
  readonly kind: "module" | "classic";
}

const markup = Symbol("markup");
/** HTML that is safe to send. Nothing outside this file can make one. */
export interface Html {
  readonly [markup]: string;
}

export function page({ path, allows, ...parts }: Page): ServedFile {
  return { path, contentType: "text/html; charset=utf-8", text: renderPage(parts), allows };
}

export function styleSheet(path: string, ...parts: readonly string[]): ServedFile {
  return { path, contentType: "text/css; charset=utf-8", text: parts.join("\n") };
}

export function script(path: string, text: string): ServedFile {
  return { path, contentType: "text/javascript; charset=utf-8", text };
}

/**
 * Puts values into a template, which is a file of this repository: `{{title}}` becomes the value
 * `title`, escaped. Throws where the two do not have the same names.
 */
export function fillTemplate(
  template: string,
  values: Readonly<Record<string, string | number | Html>> = {},
): Html {
  const unused = new Set(Object.keys(values));
  const filled = template.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`The template has no value for ${name}`);
    unused.delete(name);
    return typeof value === "object" ? value[markup] : escape(String(value));
  });
  if (unused.size > 0) throw new Error(`The template has no place for ${[...unused].join(", ")}`);
  return { [markup]: filled };
}

/** Puts pieces of HTML one after the other; of none comes the empty one. */
export function joinHtml(parts: readonly Html[]): Html {
  return { [markup]: parts.map((part) => part[markup].trimEnd()).join("\n") };
}

/** Escapes a text of the contract, where names stand as in Markdown: `code`. */
export function markUpCode(text: string): Html {
  return { [markup]: escape(text).replaceAll(/`([^`]+)`/g, "<code>$1</code>") };
}

function renderPage(parts: Omit<Page, "path" | "allows">): string {
  const { title, language = "en", styles, preloads = [], scripts = [], icon } = parts;
  const { given = {}, body, mountPath } = parts;
  const addressOf = (path: string) => escape(`${mountPath}${path}`);
  const head = [
    `<meta charset="utf-8">`,
    `<meta name="viewport" content="width=device-width, initial-scale=1">`,
    `<meta name="color-scheme" content="light dark">`,
    `<title>${escape(title)}</title>`,
    ...(icon === undefined
      ? []
      : [`<link rel="icon" type="${imageType(icon)}" href="${addressOf(icon)}">`]),
    ...styles.map((style) => `<link rel="stylesheet" href="${addressOf(style)}">`),
    ...preloads.map((path) => `<link rel="modulepreload" href="${addressOf(path)}">`),
    ...scripts.map(({ path, kind }) => {
      const when = kind === "module" ? `type="module"` : "defer";
      return `<script ${when} src="${addressOf(path)}"></script>`;
    }),
  ];
  // An attribute, because the policy refuses an inline script.
  const data = Object.entries(given).map(
    ([name, values]) => ` data-${name}="${escape(JSON.stringify(values))}"`,
  );
  return `<!doctype html>
<html lang="${escape(language)}">
<head>
${head.join("\n")}
</head>
<body${data.join("")}>
${body[markup].trimEnd()}
</body>
</html>
`;
}

function imageType(path: string): string {
  return path.endsWith(".svg") ? "image/svg+xml" : "image/png";
}

/** Escapes for text and for attributes in double quotes. */
function escape(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
