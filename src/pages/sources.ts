/** Files that pages are made of, by their path in `src/pages`. The process reads them once, when it starts. */
export const pageSourceNames = [
  "browser/docs.html",
  "browser/home-docs.html",
  "browser/home.css",
  "browser/home.html",
  "browser/look.css",
  "browser/problem-index.html",
  "browser/problem-row.html",
  "browser/problems.css",
  "browser/problems.html",
  "browser/reset.css",
  "browser/reset.html",
  "built/reset.js",
] as const;

/** The text of each file. */
export type PageSources = Readonly<Record<(typeof pageSourceNames)[number], string>>;
