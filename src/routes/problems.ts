/** `/problems/{code}`: what happened, why, and what to do, for people. Always on: every problem document links here. */
import { route, type RouteDescriptor } from "@hectoday/http";
import { problem, type ProblemCode, problemCodes } from "../contract/problems.ts";
import { type RequestState, requestStateOf } from "./request-state.ts";
import { CLOSED_POLICY } from "./headers.ts";
import type { Responder } from "./responder.ts";

const STYLE_PATH = "/problems/page.css";
const PAGE_POLICY = `${CLOSED_POLICY}; style-src 'self'`;
const STYLE = `
:root { color-scheme: light dark; font: 1.05rem/1.6 system-ui, sans-serif; }
main { max-width: 38rem; margin: 12vh auto; padding: 0 1.25rem; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 1rem; }
h2 { font-size: 1rem; margin: 1.5rem 0 0; }
p { margin: 0.25rem 0; }
code { font: 0.95em ui-monospace, monospace; }
.status { opacity: 0.7; }
`;

export function createProblemPages(responder: Responder): RouteDescriptor[] {
  const pages = problemCodes.map((code) => {
    const { type } = problem(code);
    const html = renderPage(code);
    return page(type, (state) =>
      responder.page(state, 200, html, {
        "content-type": "text/html; charset=utf-8",
        "content-security-policy": PAGE_POLICY,
      }),
    );
  });
  const style = page(STYLE_PATH, (state) =>
    responder.page(state, 200, STYLE, { "content-type": "text/css; charset=utf-8" }),
  );
  return [...pages, style];
}

function page(path: string, answer: (state: RequestState) => Response): RouteDescriptor {
  return route.get(path, {
    resolve({ locals }) {
      const state = requestStateOf(locals);
      state.pattern = path;
      return answer(state);
    },
  });
}

/** The catalogue's own sentences, which hold no markup and come from nobody outside. */
function renderPage(code: ProblemCode): string {
  const { status, title, detail, why, remedy } = problem(code);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${toHtml(title)}</title>
<link rel="stylesheet" href="${STYLE_PATH}">
</head>
<body>
<main>
<p class="status"><code>${code}</code> &middot; HTTP ${status}</p>
<h1>${toHtml(title)}</h1>
<h2>What happened</h2>
<p>${toHtml(detail)}</p>
<h2>Why</h2>
<p>${toHtml(why)}</p>
<h2>What to do</h2>
<p>${toHtml(remedy)}</p>
</main>
</body>
</html>
`;
}

/** The catalogue writes names as Markdown does: `code`. */
function toHtml(text: string): string {
  const escaped = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  return escaped.replaceAll(/`([^`]+)`/g, "<code>$1</code>");
}
