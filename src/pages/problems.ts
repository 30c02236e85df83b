/**
 * `/problems` and `/problems/{code}`: what happened, why, and what to do, for people. Every problem document links to
 * one, each leads back to the index, and the code itself, typed into the address, leads there as well.
 */
import { pagePaths } from "../contract/page-paths.ts";
import { detailInGeneral, problem, type ProblemCode, problemCodes } from "../contract/problems.ts";
import {
  fillTemplate,
  joinHtml,
  markUpCode,
  page,
  type Redirect,
  type ServedFile,
  styleSheet,
} from "./page.ts";
import type { MountedPage } from "./settings.ts";
import type { PageSources } from "./sources.ts";

const STYLE_PATH = `${pagePaths.problems}/page.css`;

export function problemPages(sources: PageSources, mounted: MountedPage): ServedFile[] {
  return [
    indexPage(sources, mounted),
    ...problemCodes.map((code) => problemPage(code, sources, mounted)),
    styleSheet(STYLE_PATH, sources["browser/look.css"], sources["browser/problems.css"]),
  ];
}

/** From `/problems/email_taken`, the code as answers have it, to `/problems/email-taken`. */
export const problemRedirects: readonly Redirect[] = problemCodes
  .map((code) => ({ path: `${pagePaths.problems}/${code}`, leadsTo: problem(code).type }))
  .filter(({ path, leadsTo }) => path !== leadsTo);

/** By status, as they are looked for. */
function indexPage(sources: PageSources, { mountPath }: MountedPage): ServedFile {
  const rows = problemCodes
    .map(problem)
    .sort((one, other) => one.status - other.status)
    .map(({ type: path, status, code, title }) =>
      fillTemplate(sources["browser/problem-row.html"], {
        path: `${mountPath}${path}`,
        status,
        code,
        title: markUpCode(title),
      }),
    );
  return page({
    mountPath,
    path: pagePaths.problems,
    title: "Problems",
    styles: [STYLE_PATH],
    body: fillTemplate(sources["browser/problem-index.html"], {
      rows: joinHtml(rows),
      home: `${mountPath}${pagePaths.home}`,
    }),
    allows: ["style-src 'self'"],
  });
}

function problemPage(
  code: ProblemCode,
  sources: PageSources,
  { mountPath }: MountedPage,
): ServedFile {
  const { type: path, status, title, why, remedy } = problem(code);
  return page({
    mountPath,
    path,
    title,
    styles: [STYLE_PATH],
    body: fillTemplate(sources["browser/problems.html"], {
      code,
      status,
      title: markUpCode(title),
      detail: markUpCode(detailInGeneral(code)),
      why: markUpCode(why),
      remedy: markUpCode(remedy),
      index: `${mountPath}${pagePaths.problems}`,
    }),
    allows: ["style-src 'self'"],
  });
}
