/** An account that is gone if a forged change gets through, and the one answer such a change may get. */
import { expect } from "vitest";
import { type Answer, codeOf, expectSound } from "./answers.ts";
import { ADMIN, startTarget } from "./in-process-server.ts";

export type CsrfTarget = Awaited<ReturnType<typeof startCsrfTarget>>;

export async function startCsrfTarget() {
  const target = await startTarget({ PUBLIC_URL: "https://auth.example.com", NODE_ENV: "test" });
  const victim = (await target.newLogin()).userId;
  return {
    ...target,
    admin: await target.login(ADMIN),
    victim,
    /** Deletes the victim, unless it is refused. */
    remove: (headers: Record<string, string | string[]>) =>
      target.send("DELETE", `/users/${victim}`, headers),
    /** Refused as CSRF, recorded with its reason, and nothing else. */
    async expectRefused(
      forged: () => Promise<Answer>,
      reason: string,
      operation = "deleteUser",
    ): Promise<void> {
      target.sql("DELETE FROM limits"); // what was told before does not count: see refusals.test.ts
      const before = target.state();
      const answer = await forged();
      expectSound(answer);
      expect(codeOf(answer)).toBe("403 csrf_rejected");
      expect(answer.headers["set-cookie"]).toBeUndefined();
      expect(target.state()).toBe(before);
      expect(target.lastEvent()).toMatchObject({ event: "csrf_rejected", operation, reason });
    },
  };
}
