import { describe, expect, it, onTestFinished, vi } from "vitest";
import { readAnswer } from "../src/answer.ts";
import { startDeadline } from "../src/deadline.ts";
import { createClient } from "../src/index.ts";
import type { AnswerKind } from "../src/input.ts";
import {
  type Answer,
  json,
  nothing,
  problem,
  requestId,
  startServer,
  user,
} from "./loopback-server.ts";

async function clientOf(answer: Answer, timeoutMs = 5_000) {
  const server = await startServer(answer);
  return { ...server, api: createClient({ baseUrl: server.url, timeoutMs }) };
}
const credentials = { email: "ada@example.com", password: "p" };

describe("a result", () => {
  it("of a success has its data, status, request id and response", async () => {
    const { api } = await clientOf(json(201, user));
    const r = await api.signup(credentials);
    expect(r).toMatchObject({ ok: true, status: 201, data: user, requestId });
    expect(r.response?.headers.get("content-type")).toBe("application/json");
  });

  it("of a success without a body has undefined as data", async () => {
    const { api } = await clientOf(nothing());
    expect(await api.logout()).toMatchObject({ ok: true, status: 204, data: undefined, requestId });
  });

  it("of a failure has the problem document", async () => {
    const { api } = await clientOf(problem(400, "weak_password", { reasons: ["too_short"] }));
    const r = await api.signup(credentials);
    expect(r).toMatchObject({ ok: false, status: 400, requestId });
    if (r.status !== 400 || r.problem.code !== "weak_password") throw new Error("not narrowed");
    expect(r.problem.reasons).toEqual(["too_short"]);
  });

  it("takes the request id from the problem where the header cannot be read", async () => {
    const body = { status: 409, code: "email_taken", requestId };
    const { api } = await clientOf((_request, response) => {
      response.writeHead(409, { "content-type": "application/problem+json; charset=utf-8" });
      response.end(JSON.stringify(body));
    });
    expect(await api.signup(credentials)).toMatchObject({ status: 409, requestId });
  });

  const problemType = "application/problem+json";
  const problemText = JSON.stringify({ status: 500, code: "internal_error", requestId });
  it.each([
    ["an HTML 502 of a proxy", 502, "text/html", "<h1>Bad Gateway</h1>"],
    ["an HTML 200 of a captive portal", 200, "text/html", "<h1>Welcome</h1>"],
    ["a 200 whose body is not JSON", 200, "application/json", '{"id":'],
    ["a 200 without a body", 200, "application/json", ""],
    ["a JSON failure that is no problem document", 500, "application/json", '{"error":"x"}'],
    ["JSON that is declared as something else", 200, "text/html", "{}"],
    ["a problem that is declared as plain JSON", 500, "application/json", problemText],
    ["a problem that is not JSON", 500, problemType, "oops"],
    ["a problem of another status", 500, problemType, '{"status":401,"code":"x","requestId":"y"}'],
    ["a problem without a code", 500, problemType, '{"status":500,"requestId":"y"}'],
    ["a problem that is null", 500, problemType, "null"],
  ])("is unexpected_answer for %s", async (_case, status, mediaType, body) => {
    const { api } = await clientOf((_request, response) => {
      response.writeHead(status, { "content-type": mediaType }).end(body);
    });
    const r = await api.getMe();
    expect(r).toMatchObject({ ok: false, status: 0, failure: "unexpected_answer" });
    expect(r.response?.status).toBe(status);
  });

  it("is unexpected_answer for a redirect, and nothing follows it", async () => {
    const elsewhere = await startServer(json(200, user));
    const { api } = await clientOf((_request, response) => {
      response.writeHead(307, { location: `${elsewhere.url}/signup` }).end();
    });
    expect(await api.signup(credentials)).toMatchObject({ failure: "unexpected_answer" });
    expect(elsewhere.seen).toEqual([]);
  });

  it("is network where nobody listens", async () => {
    const { url } = await startServer(json(200, user));
    const { hostname, port } = new URL(url);
    const api = createClient({ baseUrl: `http://${hostname.replace(".0.1", ".0.2")}:${port}` });
    const r = await api.getMe();
    expect(r).toMatchObject({ ok: false, status: 0, failure: "network" });
    expect(r).not.toHaveProperty("response");
  });

  it("is network, with the response, where the connection breaks inside the body", async () => {
    const { api } = await clientOf((_request, response) => {
      response.writeHead(200, { "content-type": "application/json", "content-length": "100" });
      response.write("{");
      setTimeout(() => response.destroy(), 20);
    });
    const r = await api.getMe();
    expect(r).toMatchObject({ status: 0, failure: "network" });
    expect(r.response?.status).toBe(200);
  });
});

describe("a call that takes too long", () => {
  it("is timeout where no answer begins", async () => {
    const { api } = await clientOf(() => {}, 50);
    expect(await api.getMe()).toMatchObject({ ok: false, status: 0, failure: "timeout" });
  });

  it("is timeout where the body hangs, by the limit of the call over that of the client", async () => {
    const { api } = await clientOf((_request, response) => {
      response.writeHead(200, { "content-type": "application/json" }).write("{");
    });
    const r = await api.getMe({}, { timeoutMs: 50 });
    expect(r).toMatchObject({ status: 0, failure: "timeout" });
  });

  it("has no limit with Infinity", async () => {
    const { api } = await clientOf((request, response) => {
      setTimeout(() => json(200, user)(request, response), 50);
    }, Infinity);
    expect(await api.getMe()).toMatchObject({ ok: true });
  });

  it("is aborted by the signal of the call", async () => {
    const { api } = await clientOf(() => {});
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 20);
    const r = await api.getMe({}, { signal: controller.signal });
    expect(r).toMatchObject({ ok: false, status: 0, failure: "aborted" });
  });

  it("sends nothing with a signal that was aborted before", async () => {
    const { api, seen } = await clientOf(json(200, user));
    const r = await api.getMe({}, { signal: AbortSignal.abort() });
    expect(r).toMatchObject({ status: 0, failure: "aborted" });
    expect(seen).toEqual([]);
  });
});

describe("a deadline that is cleared", () => {
  it("leaves no timer, and lets go of the caller's signal", () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const controller = new AbortController();
    const deadline = startDeadline(1_000, controller.signal);
    deadline.clear();
    controller.abort();
    expect(vi.getTimerCount()).toBe(0);
    expect(deadline.cause()).toBeUndefined();
    expect(deadline.signal.aborted).toBe(false);
  });
});

describe("a table that says what each status carries", () => {
  const answers: Partial<Record<number, AnswerKind>> = {
    200: "text",
    202: "none",
    401: "problem",
  };
  const row = { method: "GET", path: "/x", params: [], query: [], body: false, answers } as const;
  const read = (response: Response, body: string) =>
    readAnswer({ ...row, accepts: [] }, response, body);
  const typed = (status: number, type: string) =>
    new Response(null, { status, headers: { "content-type": type } });

  it("makes every other status unexpected, however well-formed", () => {
    const error = { status: 405, code: "method_not_allowed", requestId };
    const r = read(typed(405, "application/problem+json"), JSON.stringify(error));
    expect(r).toMatchObject({ status: 0, failure: "unexpected_answer" });
    const created = read(typed(201, "application/json"), "{}");
    expect(created).toMatchObject({ status: 0, failure: "unexpected_answer" });
  });

  it("lets plain text and empty answers through where they are documented", () => {
    const text = read(typed(200, "text/plain; version=0.0.4"), "up 1");
    expect(text).toMatchObject({ ok: true, status: 200, data: "up 1" });
    expect(read(typed(202, ""), "")).toMatchObject({ ok: true, data: undefined });
  });
});
