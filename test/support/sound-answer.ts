/** An HTTP answer as it came over the wire, and the promises that every answer keeps. */
import type { IncomingHttpHeaders } from "node:http";
import { expect } from "vitest";
import { problem, problemCodes } from "../../src/contract/problems.ts";

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Expects what every answer promises, whatever was asked: no 5xx, the common headers, a declared problem. */
export function expectSoundAnswer(answer: Answer): void {
  expect(answer.status).toBeLessThan(500);
  expect(answer.headers["x-request-id"]).toMatch(
    /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  );
  expect(answer.headers).toMatchObject({
    "cache-control": "no-store",
    "content-security-policy": expect.stringContaining(
      "default-src 'none'; frame-ancestors 'none'",
    ),
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
  });
  expect(answer.headers["x-powered-by"]).toBeUndefined();
  expect(answer.headers["server"]).toBeUndefined();
  expect(answer.headers["access-control-allow-origin"]).toBeUndefined();
  if (answer.status < 400 || answer.body === "") return;
  expect(answer.headers["content-type"]).toBe("application/problem+json");
  const body = JSON.parse(answer.body) as Record<string, unknown>;
  const code = problemCodes.find((known) => known === body["code"]);
  expect(code).toBeDefined();
  expect(problem(code ?? "internal_error").schema.safeParse(body).error).toBeUndefined();
  expect(body).toMatchObject({ status: answer.status, requestId: answer.headers["x-request-id"] });
}

/** Status and `code` of a problem: `400 invalid_json`. The status alone where there is no body. */
export function codeOf({ status, body }: Answer): string {
  return `${status} ${body === "" ? "" : String((JSON.parse(body) as { code?: unknown }).code)}`.trim();
}
