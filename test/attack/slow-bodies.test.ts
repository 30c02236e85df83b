/** A body may arrive seconds after its headers. What expires meanwhile has expired. */
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { request } from "node:http";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { hashSecret } from "../../src/domain/secrets.ts";
import { NEW_PASSWORD } from "../support/credentials.ts";
import { type InProcessServer, startInProcessServer } from "../support/in-process-server.ts";
import { DatabaseSync } from "node:sqlite";

let server: InProcessServer;
beforeAll(async () => {
  server = await startInProcessServer();
});
afterAll(() => server.stop());

test("RS-04 a reset token that expires while the body is on its way is refused, and the event has the time of the last byte", async () => {
  const { userId } = await server.newLogin();
  const secret = "x".repeat(43);
  const expiresAt = Date.now() + 700;
  saveToken(userId, secret, expiresAt);
  const body = JSON.stringify({ token: secret, newPassword: NEW_PASSWORD });
  const slow = request({
    host: "127.0.0.1",
    port: server.port,
    method: "POST",
    path: "/reset-password",
    agent: false,
    headers: { "content-type": "application/json", "content-length": body.length },
  });
  const answered = once(slow, "response");
  slow.write(body.slice(0, 10)); // the headers go with it
  while (Date.now() <= expiresAt) await new Promise((resolve) => setTimeout(resolve, 50));
  const finishedAt = Date.now();
  slow.end(body.slice(10));
  const [response] = (await answered) as [NodeJS.ReadableStream & { statusCode: number }]; // what `response` gives
  expect(await text(response)).toContain('"invalid_reset_token"');
  expect(response.statusCode).toBe(400);
  const failed = server.lastEvent();
  expect(failed).toMatchObject({ event: "reset_failed", reason: "invalid_or_expired_token" });
  expect(Date.parse(String(failed["timestamp"]))).toBeGreaterThanOrEqual(finishedAt);
});

function saveToken(userId: string, secret: string, expiresAt: number): void {
  const database = new DatabaseSync(server.databaseFile, { timeout: 2000 });
  database
    .prepare(
      `INSERT INTO challenges (id, purpose, link_hash, user_id, created_at, expires_at)
        VALUES (?, 'password_reset', ?, ?, ?, ?)`,
    )
    .run(randomUUID(), hashSecret(secret), userId, expiresAt - 1000, expiresAt);
  database.close();
}
