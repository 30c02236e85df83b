/** `/problems/{code}`: what happened, why, and what to do, for people. Every problem document links to one. */
import { problem, type ProblemCode, problemCodes } from "../contract/problems.ts";
import { fillTemplate, markUpCode, page, type ServedFile, styleSheet } from "./page.ts";
import type { PageSources } from "./sources.ts";

const STYLE_PATH = "/problems/page.css";

export function problemPages(sources: PageSources): ServedFile[] {
  return [
    ...problemCodes.map((code) => problemPage(code, sources)),
    styleSheet(STYLE_PATH, sources["browser/look.css"], sources["browser/problems.css"]),
  ];
}

function problemPage(code: ProblemCode, sources: PageSources): ServedFile {
  const { type: path, status, title, detail, why, remedy } = problem(code);
  return page({
    path,
    title,
    styles: [STYLE_PATH],
    body: fillTemplate(sources["browser/problems.html"], {
      code,
      status,
      title: markUpCode(title),
      detail: markUpCode(detail),
      why: markUpCode(why),
      remedy: markUpCode(remedy),
    }),
    allows: ["style-src 'self'"],
  });
}
