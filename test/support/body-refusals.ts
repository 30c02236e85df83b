/** What every route that takes a body, and is open to all, makes of a bad one. */
import { expect } from "vitest";
import { codeOf, expectSound } from "./answers.ts";
import { PASSWORD, type Target } from "./in-process-server.ts";

export const routes = ["/signup", "/login", "/token/login"];
export const json = { "content-type": "application/json" };
export const good = JSON.stringify({ email: "mallory@example.com", password: PASSWORD });

/** Sends the body to every route; answers the codes, after checking that all is sound and unchanged. */
export async function refusals(
  target: Target,
  body: string | Buffer,
  headers: Record<string, string> = json,
): Promise<string[]> {
  const before = target.state();
  const codes: string[] = [];
  for (const route of routes) {
    const answer = await target.send("POST", route, headers, body);
    expectSound(answer);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    codes.push(codeOf(answer));
  }
  expect(target.state()).toBe(before);
  return [...new Set(codes)];
}
