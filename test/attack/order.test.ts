/** A request with every fault is told of the first alone, in the order of docs/architecture.md: each refusal hides what comes after it. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { ADMIN } from "../support/credentials.ts";
import { type InProcessServer, startInProcessServer } from "../support/in-process-server.ts";
import { codeOf } from "../support/sound-answer.ts";

const PUBLIC_URL = "https://auth.example.com";

let server: InProcessServer;
beforeAll(async () => {
  server = await startInProcessServer({
    PUBLIC_URL,
    NODE_ENV: "test",
    LIMIT_LOGIN_EMAIL: "2/3600",
  });
});
afterAll(() => server.stop());

test("a change that repairs one fault after the other meets every check, in order", async () => {
  const user = await server.newLogin();
  const admin = await server.login(ADMIN);
  const stranger = "/users/01936f2e-8c00-7b3a-9d51-2f6f0a6c1e42";
  const headers: Record<string, string> = {
    origin: "https://elsewhere.example.com",
    "content-type": "text/plain",
  };
  let body = "{";
  const meets = async () => codeOf(await server.send("PATCH", stranger, headers, body));

  expect(await meets()).toBe("403 origin_not_allowed");
  expect(server.lastEvent()).toMatchObject({ event: "csrf_rejected", reason: "cross_site" });
  headers["origin"] = PUBLIC_URL;
  expect(await meets()).toBe("401 unauthenticated");
  headers["cookie"] = user.cookie;
  expect(await meets()).toBe("403 csrf_rejected");
  expect(server.lastEvent()).toMatchObject({ event: "csrf_rejected", reason: "missing" });
  headers["x-csrf-token"] = user.csrfToken;
  expect(await meets()).toBe("403 forbidden");
  headers["cookie"] = admin.cookie;
  headers["x-csrf-token"] = admin.csrfToken;
  expect(await meets()).toBe("415 unsupported_media_type");
  headers["content-type"] = "application/json";
  expect(await meets()).toBe("400 invalid_json");
  body = '{"role":"owner"}';
  expect(await meets()).toBe("400 validation_failed");
  body = '{"role":"user"}';
  expect(await meets()).toBe("404 not_found");
});

test("RL-08 a request that is refused before uses no limit up, and one too many is refused before its password is asked about", async () => {
  const { cookie, csrfToken } = await server.newLogin();
  const headers = { cookie, "x-csrf-token": csrfToken, "content-type": "application/json" };
  const wrong = JSON.stringify({ currentPassword: "not my password", newPassword: "a".repeat(40) });
  const change = async (changes: Record<string, string>, body = wrong) =>
    codeOf(await server.send("POST", "/me/password", { ...headers, ...changes }, body));

  for (let round = 0; round < 3; round += 1) {
    expect(await change({ "x-csrf-token": "" })).toBe("403 csrf_rejected");
    expect(await change({ "content-type": "text/plain" })).toBe("415 unsupported_media_type");
    expect(await change({}, "{}")).toBe("400 validation_failed");
  }
  // Two are allowed, and not one of them is gone.
  expect(await change({})).toBe("401 invalid_credentials");
  expect(await change({})).toBe("401 invalid_credentials");
  expect(await change({})).toBe("429 rate_limited");
  expect(await change({}, "{}")).toBe("400 validation_failed");
});
