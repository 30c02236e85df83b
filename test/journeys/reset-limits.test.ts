/** The limits on resetting a password, and those who would get around them. */
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { cookieClient, dataOf, freshEmail, signedInClient } from "../support/clients.ts";
import { NEW_PASSWORD, PASSWORD } from "../support/credentials.ts";
import { mailsTo, nthMailTo, tokenIn } from "../support/mailbox.ts";
import { type ServerProcess, startServerProcess } from "../support/server-process.ts";

let server: ServerProcess;
let outbox: string;
beforeAll(async () => {
  server = await startServerProcess({
    environment: {
      LIMIT_FORGOT_IP: "12/3600",
      LIMIT_FORGOT_EMAIL: "2/3600",
      LIMIT_LOGIN_EMAIL: "1000/60",
      LOCKOUT_THRESHOLD: "3",
    },
  });
  outbox = join(server.folder, "outbox");
});
afterAll(() => server.dispose());

test("RS-10 an address asked for too often gets no more mails, and the answer does not change", async () => {
  const { email } = await signedInClient(server.baseUrl);
  const api = cookieClient(server.baseUrl);
  const unknown = freshEmail();
  const answers: unknown[] = [];
  for (const address of [email, email, email, unknown, unknown, unknown]) {
    const { status, response } = (await api.forgotPassword({ email: address })) as {
      status: number;
      response: Response;
    };
    const headers = [...response.headers].filter(
      ([name]) => name !== "x-request-id" && name !== "date",
    );
    answers.push({ status, headers });
  }
  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  await nthMailTo(outbox, email, 2);
  await new Promise((resolve) => setTimeout(resolve, 1500)); // more than one look into the outbox
  expect(await mailsTo(outbox, email)).toHaveLength(2);
  const limited = server.events().filter(({ event }) => event === "rate_limited");
  expect(limited).toMatchObject([
    { operation: "forgotPassword", key: "email" },
    { operation: "forgotPassword", key: "email" },
  ]); // of either address
});

test("RS-15 a reset leads out of a lock, and the owner was told of the lock", async () => {
  const { email } = await signedInClient(server.baseUrl);
  const stranger = cookieClient(server.baseUrl);
  for (let attempt = 0; attempt < 3; attempt += 1)
    await stranger.login({ email, password: `not the password ${attempt}` });
  expect(await stranger.login({ email, password: PASSWORD })).toMatchObject({ status: 401 });
  expect((await nthMailTo(outbox, email)).subject).toBe("Sign-in to Portcullis is paused");

  dataOf(await stranger.forgotPassword({ email }));
  const token = tokenIn(await nthMailTo(outbox, email, 2));
  dataOf(await stranger.resetPassword({ token, newPassword: NEW_PASSWORD }));
  // From anywhere: not only from the device of the reset, which is known from then on.
  const elsewhere = cookieClient(server.baseUrl);
  expect(await elsewhere.login({ email, password: NEW_PASSWORD })).toMatchObject({ status: 200 });
});

test("RS-11 guessing tokens is throttled by address", async () => {
  const api = cookieClient(server.baseUrl);
  const statuses: number[] = [];
  for (let attempt = 0; attempt < 14; attempt += 1) {
    const token = `guess-${attempt}`.padEnd(43, "A");
    statuses.push((await api.resetPassword({ token, newPassword: NEW_PASSWORD })).status);
  }
  expect(new Set(statuses)).toEqual(new Set([400, 429]));
  expect(statuses.at(-1)).toBe(429);
});
