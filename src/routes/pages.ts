/** Serves pages, and other things that are no operation of the contract: each by GET, at a path of its own. */
import { route, type RouteDescriptor } from "@hectoday/http";
import type { Allowance, Redirect, ServedFile } from "../pages/page.ts";
import { CLOSED_POLICY } from "./headers.ts";
import { type RequestState, requestStateOf } from "./request-state.ts";
import type { Responder } from "./responder.ts";

export function createPageRoutes(
  files: readonly ServedFile[],
  responder: Responder,
): RouteDescriptor[] {
  return files.map(({ path, contentType, text, allows }) => {
    const headers = {
      "content-type": contentType,
      ...(allows && { "content-security-policy": pagePolicy(allows) }),
    };
    const bytes = new TextEncoder().encode(text); // once, or each answer that nobody reads has its own
    return serve(path, (state) => responder.page(state, 200, bytes, headers));
  });
}

/** The policy of a page that may do more than nothing. */
export function pagePolicy(allows: readonly Allowance[]): string {
  return [CLOSED_POLICY, ...allows].join("; ");
}

/** 308 rather than 301: a HEAD stays one (RFC 9110 §15.4.9). A query is left behind, and nothing of the request gets into `Location`. */
export function createRedirectRoutes(
  redirects: readonly Redirect[],
  responder: Responder,
  mountPath: string,
): RouteDescriptor[] {
  return redirects.map(({ path, leadsTo }) =>
    serve(path, (state) =>
      responder.page(state, 308, null, { location: `${mountPath}${leadsTo}` }),
    ),
  );
}

/** One path, answered as `answer` says. `pattern` stands for it in the log. */
export function serve(
  path: string,
  answer: (state: RequestState, request: Request) => Response | Promise<Response>,
  pattern = path,
): RouteDescriptor {
  return route.get(path, {
    resolve({ request, locals }) {
      const state = requestStateOf(locals);
      state.pattern = pattern;
      return answer(state, request);
    },
  });
}
