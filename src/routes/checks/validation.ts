import type { z } from "zod";
import { ignoresQuery } from "../../contract/operation.ts";
import type { ProblemFields } from "../../contract/problems.ts";
import { pathToHalfCharacter } from "../../contract/whole-characters.ts";
import { check, type Judged } from "./check.ts";

/** The parts were parsed before any check; only here is it judged how that went. */
export const validation = check({
  name: "validation",
  refuses: "A request whose parameters, query, body or headers do not fit their schemas.",
  problems: ["invalid_json", "validation_failed"],
  concerns: (operation) => !ignoresQuery(operation), // others refuse even a query that they do not take
  judge({ operation, request, input }) {
    const headers = operation.request.headers?.safeParse(Object.fromEntries(request.headers));
    if (input.issues.some(({ code }) => code === "invalid_json"))
      return { problem: "invalid_json" };
    const issues = issuesOf(input, headers);
    return issues.length > 0 ? { problem: "validation_failed", issues } : undefined;
  },
});

/** A query cannot have one: its bytes are UTF-8, or are read as U+FFFD. */
function halfCharactersOf(body: unknown): Issues {
  const path = pathToHalfCharacter(body);
  if (path === undefined) return [];
  const message = "Must be whole characters: it has half of a surrogate pair";
  return [{ part: "body", path: [...path], message, code: "invalid_format" }];
}

type Issues = ProblemFields<"validation_failed">["issues"];

/** The bounds of the contract's `Issue`. A hostile property name can be as long as a body. */
const MAX_ISSUES = 100;
const MAX_PATH = 32;
const MAX_PATH_SEGMENT = 256;
const MAX_MESSAGE = 512;

/** Everything wrong with the parts of a request, for the `issues` of its problem document; empty where all is well. */
function issuesOf(
  input: Judged["input"],
  headers: z.ZodSafeParseResult<unknown> | undefined,
): Issues {
  const ofHeaders = headers?.error?.issues ?? [];
  if (input.ok && ofHeaders.length === 0) return halfCharactersOf(input.body);
  const found: Issues = [
    ...input.issues,
    ...ofHeaders.map(({ path, message, code }) => ({
      part: "headers" as const,
      path: path.map(String),
      message,
      code,
    })),
  ];
  return found.slice(0, MAX_ISSUES).map(({ part, path, message, code }) => ({
    part,
    path: path.slice(0, MAX_PATH).map((segment) => segment.slice(0, MAX_PATH_SEGMENT)),
    message: message.slice(0, MAX_MESSAGE),
    code,
  }));
}
