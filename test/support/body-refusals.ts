/** Sends one body to every route that takes a body and is open to everybody. */
import { expect } from "vitest";
import { PASSWORD } from "./credentials.ts";
import type { InProcessServer } from "./in-process-server.ts";
import { codeOf, expectSoundAnswer } from "./sound-answer.ts";

export const bodyRoutes = ["/signup", "/login", "/token/login"];
export const jsonType = { "content-type": "application/json" };
/** A body that every one of the routes accepts. */
export const goodBody = JSON.stringify({ email: "mallory@example.com", password: PASSWORD });

/** The codes with which the routes refuse the body, each once. Fails where one accepts it or anything is changed. */
export async function refusalsOfBody(
  server: InProcessServer,
  body: string | Buffer,
  headers: Record<string, string> = jsonType,
): Promise<string[]> {
  const before = server.state();
  const codes: string[] = [];
  for (const route of bodyRoutes) {
    const answer = await server.send("POST", route, headers, body);
    expectSoundAnswer(answer);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    codes.push(codeOf(answer));
  }
  expect(server.state()).toBe(before);
  return [...new Set(codes)];
}
