/**
 * `/problems` and `/problems/{code}`: what happened, why, and what to do, for people. Every problem document links to
 * one, each leads back to the index, and the code itself, typed into the address, leads there as well.
 */
import { pagePaths } from "../contract/page-paths.ts";
import { detailInGeneral, problem, type ProblemCode, problemCodes } from "../contract/problems.ts";
import { fillTemplate, joinHtml, markUpCode, type Redirect, type ServedFile } from "./page.ts";
import { plainPage } from "./plain-page.ts";
import type { PageSettings } from "./settings.ts";
import type { PageSources } from "./sources.ts";

export function problemPages(sources: PageSources, settings: PageSettings): ServedFile[] {
  return [
    indexPage(sources, settings),
    ...problemCodes.map((code) => problemPage(code, sources, settings)),
  ];
}

/** Redirects from `/problems/email_taken`, the code as answers have it, to `/problems/email-taken`. */
export const problemRedirects: readonly Redirect[] = problemCodes
  .map((code) => ({ path: `${pagePaths.problems}/${code}`, leadsTo: problem(code).type }))
  .filter(({ path, leadsTo }) => path !== leadsTo);

/** Lists the problems by status, as they are looked for. */
function indexPage(sources: PageSources, settings: PageSettings): ServedFile {
  const rows = problemCodes
    .map(problem)
    .sort((one, other) => one.status - other.status)
    .map(({ type: path, status, code, title }) =>
      fillTemplate(sources["browser/problem-row.html"], {
        path: `${settings.mountPath}${path}`,
        status,
        code,
        title: markUpCode(title),
      }),
    );
  return plainPage(sources, settings, {
    path: pagePaths.problems,
    title: "Problems",
    body: fillTemplate(sources["browser/problem-index.html"], { rows: joinHtml(rows) }),
  });
}

function problemPage(code: ProblemCode, sources: PageSources, settings: PageSettings): ServedFile {
  const { type: path, status, title, why, remedy } = problem(code);
  return plainPage(sources, settings, {
    path,
    title,
    body: fillTemplate(sources["browser/problems.html"], {
      code,
      status,
      title: markUpCode(title),
      detail: markUpCode(detailInGeneral(code)),
      why: markUpCode(why),
      remedy: markUpCode(remedy),
      index: `${settings.mountPath}${pagePaths.problems}`,
    }),
  });
}
