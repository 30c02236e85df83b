/** Serves the HTML of applications. It says nothing of a person, so nobody is asked who they are. */
import type { RouteDescriptor } from "@hectoday/http";
import { acceptedRanges, lookUpLanguage } from "../contract/languages.ts";
import type { Application } from "../pages/application.ts";
import { pagePolicy, serve } from "./pages.ts";
import type { Responder } from "./responder.ts";

export function createApplicationRoutes(
  applications: readonly Application[],
  responder: Responder,
): RouteDescriptor[] {
  return applications.flatMap((application) => {
    const { paths, hasSections } = application;
    const others = hasSections ? [`${paths[0]}/**`] : [];
    return [
      ...paths.map((path) => serveIt(path, 200, application, responder)),
      // A person who mistyped gets a page, in the words of the application.
      ...others.map((path) => serveIt(path, 404, application, responder)),
    ];
  });
}

function serveIt(
  path: string,
  status: number,
  { texts, allows }: Application,
  responder: Responder,
): RouteDescriptor {
  const headers = {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": pagePolicy(allows),
    vary: "accept-language",
  };
  const languages = [...texts.keys()];
  const pattern = path.replaceAll(/:(\w+)/g, "{$1}");
  return serve(
    path,
    (state, request) => {
      const ranges = acceptedRanges(request.headers.get("accept-language") ?? "");
      const language = ranges
        .map((range) => lookUpLanguage(languages, range))
        .find((found) => found !== undefined);
      const text = texts.get(language ?? languages[0] ?? "") ?? "";
      return responder.page(state, status, text, headers);
    },
    pattern,
  );
}
