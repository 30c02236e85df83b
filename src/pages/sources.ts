/** Files that pages are made of, by their path in `src/pages`. The process reads them once, when it starts. */
export const pageSourceNames = [
  "browser/application.html",
  "browser/docs.html",
  "browser/foot-link.html",
  "browser/home-button.html",
  "browser/home-buttons.html",
  "browser/home-row.html",
  "browser/home.html",
  "browser/logo-image.html",
  "browser/mark.html",
  "browser/plain-frame.html",
  "browser/problem-index.html",
  "browser/problem-row.html",
  "browser/problems.html",
] as const;

/** The text of each file. */
export type PageSources = Readonly<Record<(typeof pageSourceNames)[number], string>>;
