/** From what the schemas found to the `issues` of a problem document. */
import type { InputState } from "@hectoday/http";
import type { z } from "zod";
import type { ProblemFields } from "../contract/problems.ts";

export type Issues = ProblemFields<"validation_failed">["issues"];

/** The bounds of the contract's `Issue`. A hostile property name can be as long as a body. */
const MAX_ISSUES = 100;
const MAX_PATH = 32;
const MAX_PATH_SEGMENT = 256;
const MAX_MESSAGE = 512;

/** Everything wrong with the request's parts; empty when all is well. */
export function findRequestIssues(
  input: InputState,
  headers: z.ZodSafeParseResult<unknown> | undefined,
): Issues | "invalid_json" {
  if (input.issues.some(({ code }) => code === "invalid_json")) return "invalid_json";
  const ofHeaders = headers?.error?.issues ?? [];
  if (input.ok && ofHeaders.length === 0) return [];
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

/** Whether the body is declared as JSON. What a form can send without asking is refused (CS-05). */
export function isJson(request: Request): boolean {
  const mediaType = request.headers.get("content-type")?.split(";")[0];
  return mediaType?.trim().toLowerCase() === "application/json";
}
