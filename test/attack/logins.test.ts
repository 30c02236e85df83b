/** Attacks on logins, and with the credentials of others. */
import { hashSync } from "bcryptjs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PASSWORD } from "../support/credentials.ts";
import { type InProcessServer, startInProcessServer } from "../support/in-process-server.ts";
import { type Answer, expectSoundAnswer } from "../support/sound-answer.ts";

let server: InProcessServer;
beforeAll(async () => {
  server = await startInProcessServer({ PUBLIC_URL: "https://auth.example.com", NODE_ENV: "test" });
});
afterAll(() => server.stop());

/** All of an answer but what is of the moment. */
function withoutMoment({ status, headers, body }: Answer) {
  const { date: _, "x-request-id": requestId, ...rest } = headers;
  return { status, headers: rest, body: body.replace(String(requestId), "(request id)") };
}

describe.each(["/login", "/token/login"])("LG-01 %s", (path) => {
  test("unknown, wrong and disabled are answered byte for byte alike", async () => {
    const known = await server.newLogin();
    const disabled = await server.newLogin();
    server.sql("UPDATE users SET disabled = 1 WHERE id = ?", disabled.userId);
    const brought = await server.newLogin();
    server.sql(
      "UPDATE users SET password_hash = ? WHERE id = ?",
      hashSync(PASSWORD, 10),
      brought.userId,
    );
    const broken = await server.newLogin();
    server.sql("UPDATE users SET password_hash = 'broken' WHERE id = ?", broken.userId);

    const answers: ReturnType<typeof withoutMoment>[] = [];
    for (const [email, password] of [
      ["nobody@example.com", PASSWORD],
      [known.email, `${PASSWORD}!`],
      [disabled.email, PASSWORD],
      [disabled.email, `${PASSWORD}!`],
      [brought.email, `${PASSWORD}!`],
      [broken.email, PASSWORD],
    ]) {
      const answer = await server.post(path, { email, password });
      expectSoundAnswer(answer);
      answers.push(withoutMoment(answer));
    }
    expect(answers[0]).toMatchObject({ status: 401 });
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(server.lastEvent()).toMatchObject({ event: "login_failed", reason: "wrong_password" });
  });

  test("LG-06 every spelling of an address is the same account", async () => {
    const { email } = await server.newLogin();
    for (const spelling of [
      email.toUpperCase(),
      ` ${email} `,
      email.replace("person", "ｐｅｒｓｏｎ"),
      email.replace("example", "ＥＸＡＭＰＬＥ"),
    ])
      expect([
        spelling,
        (await server.post(path, { email: spelling, password: PASSWORD })).status,
      ]).toEqual([spelling, 200]);
  });
});
