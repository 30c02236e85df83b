import { OPEN } from "./open-enum.ts";
import { pagePaths } from "./page-paths.ts";

/** The description of the whole document. Short: a reader of `/docs` sees the first operations without scrolling, on a phone too. */
export function introduction(): string {
  return [
    "A self-hosted authentication API. Requests and answers are JSON. Request objects are strict: an unknown property is refused. Bodies are at most 16 KiB. Ids are UUIDs of version 7, times ISO 8601 in UTC, durations whole seconds.",
    "",
    "Two ways to sign in: `login` sets cookies, for browsers; `tokenLogin` gives tokens, for programs. A change by cookie needs the CSRF proof in `x-csrf-token`.",
    "",
    `Every failure is an RFC 9457 problem document, and \`code\` says which: [all codes](${pagePaths.problems}). An unknown path answers \`not_found\`, an unknown method of a path \`method_not_allowed\`. Lists of values marked \`${OPEN}\` may grow in any version, all others only in one that may break callers.`,
  ].join("\n");
}
