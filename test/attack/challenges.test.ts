/** Challenges over HTTP: one answer for all that is not good, byte for byte, and nothing is spent by looking. */
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { operationIds, operations } from "../../src/contract/operations.ts";
import { NEW_PASSWORD, PASSWORD } from "../support/credentials.ts";
import { type InProcessServer, startInProcessServer } from "../support/in-process-server.ts";
import { nthMailTo, proofsIn } from "../support/mailbox.ts";
import type { Answer } from "../support/sound-answer.ts";

let server: InProcessServer;
beforeAll(async () => {
  server = await startInProcessServer({ SIGNUP: "verified", MAIL_LOGIN: "on" });
});
afterAll(() => server.stop());

/** Begins a signup; answers its proofs, and the id of its row. */
async function begun() {
  const email = server.freshEmail();
  const answer = await server.post("/signup", { email, password: PASSWORD });
  const { challengeToken } = JSON.parse(answer.body) as { challengeToken: string };
  const mail = await nthMailTo(join(dirname(server.databaseFile), "outbox"), email);
  const [row] = server.sql("SELECT id FROM challenges WHERE subject = ?", email);
  return { challengeToken, ...proofsIn(mail), id: String(row?.["id"]), email };
}
type Begun = Awaited<ReturnType<typeof begun>>;

const rows = () => server.sql("SELECT * FROM challenges ORDER BY id");

describe("CH-05 a challenge that is not good", () => {
  const byCode = ({ challengeToken, code }: Begun) => ({ challengeToken, code });
  const byLink = ({ token }: Begun) => ({ token, newPassword: NEW_PASSWORD });
  const set = (change: string) => async (one: Begun) => {
    server.sql(`UPDATE challenges SET ${change} WHERE id = ?`, one.id);
    return one;
  };
  const causes: Readonly<Record<string, (one: Begun) => Promise<Begun>>> = {
    unknown: async (one) => ({ ...one, challengeToken: "A".repeat(43), token: "A".repeat(43) }),
    expired: set("expires_at = 1"),
    "of another purpose": set("purpose = 'mail_login'"),
    used: async (one) => {
      expect((await server.post("/signup/confirm", byCode(one))).status).toBe(201);
      return one;
    },
    "of an address that has an account by now": async (one) => {
      const [{ id } = { id: "" }] = server.sql("SELECT id FROM users LIMIT 1");
      server.sql("UPDATE users SET email = ? WHERE id = ?", one.email, String(id));
      return one;
    },
  };
  /** Without what differs in any two answers. */
  const bytesOf = ({ status, headers, body }: Answer) => {
    const { date: _, "x-request-id": requestId, ...others } = headers;
    return JSON.stringify([status, others, body.replaceAll(String(requestId), "")]);
  };

  it.each([
    ["code", byCode, { "tried five times": set("attempts = 5"), wrong: wrongCode }],
    ["link", byLink, {}],
  ] as const)(
    "CH-05 is answered with the same bytes by %s, whatever the cause",
    async (_, bodyOf, more) => {
      const answers = new Map<string, string>();
      for (const [cause, make] of Object.entries({ ...causes, ...more })) {
        const answer = await server.post("/signup/confirm", bodyOf(await make(await begun())));
        expect([cause, answer.status]).toEqual([cause, 400]);
        answers.set(cause, bytesOf(answer));
      }
      expect(answers.size).toBeGreaterThan(4);
      expect(new Set(answers.values()).size).toBe(1);
      expect([...answers.values()][0]).toContain("invalid_challenge");
    },
  );

  async function wrongCode(one: Begun): Promise<Begun> {
    return { ...one, code: one.code === "0000 0000" ? "0000 0001" : "0000 0000" };
  }
});

describe("CH-07 looking spends nothing", () => {
  const pages = ["/confirm", "/email", "/login/mail", "/reset"];
  const ends = operationIds
    .map((id) => operations[id].path)
    .filter((path) => /confirm|complete|finish|undo|reset/.test(path));

  it.each(["GET", "HEAD"])(
    "CH-07 %s of a page or of a route, with the proofs in the query, spends nothing",
    async (method) => {
      const one = await begun();
      await server.post("/login/mail", { email: one.email });
      const before = rows();
      expect(before.length).toBeGreaterThan(1);
      const { token, challengeToken, code } = one;
      const query = new URLSearchParams({ token, challengeToken, code, newPassword: PASSWORD });
      const cookie = `__Host-challenge=${challengeToken}`;
      expect(ends.length).toBeGreaterThan(6);
      for (const path of [...pages, ...ends]) {
        await server.send(method, path, { cookie });
        const answer = await server.send(method, `${path}?${query}`, { cookie });
        expect([path, answer.status < 500]).toEqual([path, true]);
      }
      expect(rows()).toEqual(before);
      expect(server.sql("SELECT id FROM users WHERE email = ?", one.email)).toEqual([]);
      const ended = await server.post("/signup/confirm", { challengeToken, code });
      expect(ended.status).toBe(201);
    },
  );
});
