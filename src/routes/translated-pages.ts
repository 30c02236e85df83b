/** Serves pages that are there in several languages. Their HTML says nothing of a person, so nobody is asked who they are. */
import type { RouteDescriptor } from "@hectoday/http";
import { acceptedRanges, lookUpLanguage } from "../contract/languages.ts";
import type { TranslatedPage } from "../pages/page.ts";
import { pagePolicy, serve } from "./pages.ts";
import type { RequestState } from "./request-state.ts";
import type { Responder } from "./responder.ts";

export function createTranslatedPageRoutes(
  translatedPages: readonly TranslatedPage[],
  responder: Responder,
): RouteDescriptor[] {
  return translatedPages.flatMap(({ paths, hasSections, allows, texts }) => {
    // Encoded once, or each answer that nobody reads has its own.
    const pages = new Map(Array.from(texts, ([language, text]) => [language, encode(text)]));
    const answer = answerIn(pages, pagePolicy(allows), responder);
    const others = hasSections ? [`${paths[0]}/**`] : [];
    return [
      ...paths.map((path) => serve(path, answer(200), patternOf(path))),
      // A person who mistyped gets a page, in the words of the application.
      ...others.map((path) => serve(path, answer(404), patternOf(path))),
    ];
  });
}

/** Answers the page in the first of the reader's languages that there is, or else in the usual one, which is the first. */
function answerIn(
  pages: ReadonlyMap<string, Uint8Array<ArrayBuffer>>,
  policy: string,
  responder: Responder,
) {
  const headers = {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": policy,
    vary: "accept-language",
  };
  const languages = [...pages.keys()];
  const [usual = ""] = languages;
  return (status: number) => (state: RequestState, request: Request) => {
    const language = acceptedRanges(request.headers.get("accept-language") ?? "")
      .map((range) => lookUpLanguage(languages, range))
      .find((found) => found !== undefined);
    return responder.page(state, status, pages.get(language ?? usual) ?? null, headers);
  };
}

/** As the document writes parameters. */
function patternOf(path: string): string {
  return path.replaceAll(/:(\w+)/g, "{$1}");
}

function encode(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}
