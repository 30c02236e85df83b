/** The rule for new passwords over HTTP: told beforehand, one answer for each refusal, nothing consumed. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { WeakPasswordReason } from "../../src/contract/password-policy.ts";
import { NEW_PASSWORD, PASSWORD } from "../support/credentials.ts";
import { type InProcessServer, startInProcessServer } from "../support/in-process-server.ts";

let server: InProcessServer;
beforeAll(async () => {
  server = await startInProcessServer({
    PASSWORD_MIN_LENGTH: "20",
    HASH_QUEUE: "1",
    SERVICE_NAME: "Zwergenwald Reisen",
  });
});
afterAll(() => server.stop());

const accounts = () => server.sql("SELECT id, email, password_hash FROM users ORDER BY id");

test("PW-04 the policy tells the bounds and a sentence for each reason, to anybody, for a short time to keep", async () => {
  const { status, headers, body } = await server.send("GET", "/password-policy");
  expect([status, headers["cache-control"]]).toEqual([200, "public, max-age=300"]);
  const policy: unknown = JSON.parse(body);
  expect(policy).toEqual({
    minLength: 20,
    maxLength: 256,
    rule: expect.stringMatching(/^20 to 256 characters/),
    reasons: expect.objectContaining({
      too_short: "It must have at least 20 characters.",
      too_long: "It must have at most 256 characters.",
    }),
  });
  const { reasons } = policy as { reasons: object };
  expect(Object.keys(reasons).sort()).toEqual([...WeakPasswordReason.options].sort());
});

test.each([
  ["", "too_short"],
  ["qzjxkvw", "too_short"],
  ["qzjxkvw plomf bredl", "too_short"],
  [`${PASSWORD} ${"x".repeat(256)}`, "too_long"],
  ["x".repeat(16_000), "too_long"],
  ["ZwergenwaldReisen2026", "contains_identifier"],
  ["iloveyouiloveyouiloveyou", "too_guessable"],
  ["four clear \uFFFF words of mine", "unassigned_character"],
])("PW-04 every refused password is one answer with the bounds: %#", async (password, reason) => {
  const before = accounts();
  const signup = await server.post("/signup", { email: server.freshEmail(), password });
  expect(JSON.parse(signup.body)).toMatchObject({
    status: 400,
    code: "weak_password",
    reasons: [reason],
    minLength: 20,
    maxLength: 256,
  });
  expect(accounts()).toEqual(before);

  const { cookie, csrfToken } = await server.newLogin();
  const own = accounts();
  const change = await server.post(
    "/me/password",
    { currentPassword: PASSWORD, newPassword: password },
    { cookie, "x-csrf-token": csrfToken },
  );
  expect(JSON.parse(change.body)).toMatchObject({ code: "weak_password", reasons: [reason] });
  expect(accounts()).toEqual(own);
});

test("PW-14 IV-07 past a full queue a signup is 503 with Retry-After, and makes nothing", async () => {
  const before = accounts().length;
  const costly = `${"4@8({[<63!1|0$5+7%2z".repeat(5)} ${NEW_PASSWORD}`;
  const answers = await Promise.all(
    Array.from({ length: 20 }, () =>
      server.post("/signup", { email: server.freshEmail(), password: costly }),
    ),
  );
  const refused = answers.filter(({ status }) => status === 503);
  expect(refused.length).toBeGreaterThan(0);
  for (const { headers } of refused) expect(headers["retry-after"]).toBe("1");
  const made = answers.filter(({ status }) => status === 201);
  expect(made.length + refused.length).toBe(20);
  expect(accounts().length - before).toBe(made.length);
});
