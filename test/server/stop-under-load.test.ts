/** ST-13: a stop in the middle of the traffic. What the server says it answered, its clients got. */
import { existsSync } from "node:fs";
import { request } from "node:http";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { freshEmail, password } from "../journeys/clients.ts";
import { startServerProcess } from "../journeys/server-process.ts";

const EVERY_MS = 5; // 200 requests a second
const LOGINS = 8;
const BEFORE_THE_STOP_MS = 1_000;
const AFTER_THE_STOP_MS = 500;
const STOPS_WITHIN_MS = 10_000;

test("ST-13 a SIGTERM at 200 requests a second cuts no accepted request, loses no line, and leaves one file", async () => {
  const server = await startServerProcess();
  onTestFinished(() => server.dispose());
  const answers: Promise<Answer | undefined>[] = [];
  const load = setInterval(() => {
    // A write with an event of its own, and no hash: each takes the server a moment on the disk.
    answers.push(post(`${server.baseUrl}/forgot-password`, { email: freshEmail() }));
  }, EVERY_MS);
  await sleep(BEFORE_THE_STOP_MS);
  // And some that take long, so that they are under way at the stop. Connections are accepted in
  // turn: once a later one has its answer, theirs are accepted too.
  const logins = Array.from({ length: LOGINS }, () =>
    post(`${server.baseUrl}/login`, { email: freshEmail(), password }),
  );
  const later = post(`${server.baseUrl}/forgot-password`, { email: freshEmail() });
  answers.push(later);
  await later;

  const stoppedAt = performance.now();
  const stopping = server.stop();
  void sleep(20).then(() => server.stop()); // a second signal finds the stop under way
  await sleep(AFTER_THE_STOP_MS);
  clearInterval(load);
  expect(await stopping).toBe(0);
  expect(performance.now() - stoppedAt).toBeLessThan(STOPS_WITHIN_MS);

  expect((await Promise.all(logins)).map((answer) => answer?.status)).toEqual(
    Array.from({ length: LOGINS }, () => 401),
  );
  const answered = (await Promise.all([...logins, ...answers])).filter(
    (answer) => answer !== undefined,
  );
  const received = new Set(answered.map(({ requestId }) => requestId));
  const events = server.events(); // throws at a line that is not whole
  const told = events.filter(({ event }) => event === "request").map(({ requestId }) => requestId);
  expect(told.length).toBeGreaterThan(20);
  expect(told.filter((id) => !received.has(id ?? ""))).toEqual([]);

  const acknowledged = answered.filter(({ status }) => status === 202);
  const recorded = new Set(
    events.filter(({ event }) => event === "reset_requested_unknown_email").map((e) => e.requestId),
  );
  expect(acknowledged.filter(({ requestId }) => !recorded.has(requestId))).toEqual([]);
  expect(answered.filter(({ status }) => ![202, 401, 503].includes(status))).toEqual([]);
  expect(events.at(-1)).toMatchObject({ event: "server_stopped", reason: "SIGTERM" });
  expect(existsSync(`${server.databaseFile}-wal`)).toBe(false);
});

interface Answer {
  readonly status: number;
  readonly requestId: string;
}

/** On a connection of its own; undefined where it was refused or cut before the answer was whole. */
function post(url: string, body: unknown): Promise<Answer | undefined> {
  return new Promise((resolve) => {
    const sent = request(url, {
      method: "POST",
      agent: false,
      headers: { "content-type": "application/json" },
    });
    sent.on("error", () => resolve(undefined));
    sent.on("response", (response) => {
      text(response).then(
        () =>
          resolve({
            status: response.statusCode ?? 0,
            requestId: String(response.headers["x-request-id"]),
          }),
        () => resolve(undefined),
      );
    });
    sent.end(JSON.stringify(body));
  });
}
