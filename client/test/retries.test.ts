import { describe, expect, it } from "vitest";
import { createClient, type Retry } from "../src/index.ts";
import { type Answer, json, problem, startServer, user } from "./loopback-server.ts";

const askedToWait =
  (status: number, retryAfter?: string): Answer =>
  (request, response) => {
    if (retryAfter) response.setHeader("retry-after", retryAfter);
    problem(status, status === 429 ? "rate_limited" : "overloaded")(request, response);
  };

async function world(answers: readonly Answer[], retry?: Retry) {
  let count = 0;
  const server = await startServer((request, response) => {
    answers[Math.min(count++, answers.length - 1)]?.(request, response);
  });
  return { ...server, api: createClient({ baseUrl: server.url, retry }) };
}

describe("Retry-After", () => {
  it("is waited for by a GET, which is then sent again", async () => {
    const { api, seen } = await world([askedToWait(503, "1"), json(200, user)]);
    const startedAtMs = performance.now();
    expect(await api.getMe()).toMatchObject({ status: 200 });
    expect(performance.now() - startedAtMs).toBeGreaterThan(900);
    expect(seen).toHaveLength(2);
  });

  it("is obeyed twice at the most; then the answer stands", async () => {
    const { api, seen } = await world([askedToWait(503, "0")]);
    expect(await api.getMe()).toMatchObject({ status: 503 });
    expect(seen).toHaveLength(3);
  });

  it.each([
    ["longer than the limit", "11"],
    ["an unknown time", undefined],
    ["a date", "Mon, 23 Nov 2037 10:00:00 GMT"],
    ["a time before now", "-1"],
  ])("of %s is not waited for", async (_case, retryAfter) => {
    const { api, seen } = await world([askedToWait(503, retryAfter)]);
    expect(await api.getMe()).toMatchObject({ status: 503 });
    expect(seen).toHaveLength(1);
  });

  it("is waited for by a change only where the client or the call says so", async () => {
    const credentials = { email: "ada@example.com", password: "p" };
    const { api, seen } = await world([askedToWait(429, "0")]);
    await api.signup(credentials);
    expect(seen).toHaveLength(1);
    await api.signup(credentials, { retry: { calls: "all", times: 1 } });
    expect(seen).toHaveLength(3);
  });

  it("is left to the caller with `retry: false`, of the client or the call", async () => {
    const { api, seen } = await world([askedToWait(503, "0")], false);
    await api.getMe();
    expect(seen).toHaveLength(1);
    await api.getMe({}, { retry: { times: 1 } });
    expect(seen).toHaveLength(3);
  });

  it("is not waited for past the deadline of the call: the answer is there at once", async () => {
    const { api } = await world([askedToWait(503, "5")]);
    expect(await api.getMe({}, { timeoutMs: 2_000 })).toMatchObject({ status: 503 });
  });

  it("is not waited for past an abort", async () => {
    const { api, seen } = await world([askedToWait(503, "9")]);
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 100);
    const r = await api.getMe({}, { signal: controller.signal });
    expect(r).toMatchObject({ status: 0, failure: "aborted" });
    expect(seen).toHaveLength(1);
  });
});
