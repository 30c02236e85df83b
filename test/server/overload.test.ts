/** More logins than can be hashed: what is told to those there is no room for, and to everybody else. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { ADMIN } from "../support/credentials.ts";
import { type InProcessServer, startInProcessServer } from "../support/in-process-server.ts";

const LOGINS = 60;
const QUEUE = 4;

let server: InProcessServer;
beforeAll(async () => {
  server = await startInProcessServer({
    BCRYPT_COST: "10",
    HASH_WORKERS: "1",
    HASH_QUEUE: String(QUEUE),
  });
});
afterAll(() => server.stop());

test("IV-07 past a full queue the answer is 503 with Retry-After, and nothing else than 401 or 503", async () => {
  const eventsBefore = server.sql("SELECT count(*) AS n FROM events")[0]?.["n"];
  let answered = 0;
  const logins = Array.from({ length: LOGINS }, async () => {
    const answer = await server.post("/login", { email: server.freshEmail(), password: "wrong" });
    answered += 1;
    return answer;
  });
  // IV-06 who asks for no hash is answered while others wait for theirs.
  expect((await server.send("GET", "/healthz")).status).toBe(200);
  expect(answered).toBeLessThan(LOGINS);

  const answers = await Promise.all(logins);
  const judged = answers.filter(({ status }) => status === 401);
  const turnedAway = answers.filter(({ status }) => status === 503);
  expect(judged.length + turnedAway.length).toBe(LOGINS);
  expect(judged.length).toBeGreaterThanOrEqual(QUEUE);
  expect(turnedAway.length).toBeGreaterThan(0);
  for (const { headers } of turnedAway) expect(headers["retry-after"]).toMatch(/^[1-9]\d*$/);

  // The log says why, and not each time.
  const { body: metrics } = await server.send("GET", "/metrics");
  const told = Number(
    /^portcullis_events_total\{.*event="overloaded".*\} (\d+)/m.exec(metrics)?.[1],
  );
  expect(told).toBeGreaterThan(0);
  expect(told).toBeLessThan(turnedAway.length);

  // Nothing is told of a login that was not judged, and afterwards everything is as before.
  const eventsAfter = server.sql("SELECT count(*) AS n FROM events")[0]?.["n"];
  expect(Number(eventsAfter) - Number(eventsBefore)).toBe(judged.length);
  expect((await server.post("/login", ADMIN)).status).toBe(200);
});
