/** An account that is gone if a forged change gets through, and the one answer that such a change may get. */
import { expect } from "vitest";
import type { ProblemCode } from "../../src/contract/problems.ts";
import { ADMIN } from "./credentials.ts";
import { startInProcessServer } from "./in-process-server.ts";
import { type Answer, codeOf, expectSoundAnswer } from "./sound-answer.ts";

export type ServerWithVictim = Awaited<ReturnType<typeof startServerWithVictim>>;

export async function startServerWithVictim() {
  const server = await startInProcessServer({
    PUBLIC_URL: "https://auth.example.com",
    NODE_ENV: "test",
  });
  const victim = (await server.newLogin()).userId;
  return {
    ...server,
    admin: await server.login(ADMIN),
    victim,
    /** Deletes the victim, unless it is refused. */
    remove: (headers: Record<string, string | string[]>) =>
      server.send("DELETE", `/users/${victim}`, headers),
    /** Expects a refusal with this code, recorded with this reason, and that nothing changed. Gives the answer back. */
    async expectRefused(
      forged: () => Promise<Answer>,
      reason: string,
      operation = "deleteUser",
      code: ProblemCode = "csrf_rejected",
    ): Promise<Answer> {
      server.sql("DELETE FROM limits"); // a repeated refusal is no event: see refusals.test.ts
      const before = server.state();
      const answer = await forged();
      expectSoundAnswer(answer);
      expect(codeOf(answer)).toBe(`403 ${code}`);
      expect(answer.headers["set-cookie"]).toBeUndefined();
      expect(server.state()).toBe(before);
      expect(server.lastEvent()).toMatchObject({ event: "csrf_rejected", operation, reason });
      return answer;
    },
  };
}
