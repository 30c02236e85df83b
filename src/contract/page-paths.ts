/** Paths of the pages for people. Their tests, links, routes and mails take them from here. */
export const pagePaths = {
  home: "/",
  docs: "/docs",
  /** The published document, which `/docs` shows. */
  document: "/openapi.json",
  /** The index; a problem's own page is beneath it. */
  problems: "/problems",
  reset: "/reset",
} as const;

export type PagePaths = typeof pagePaths;
