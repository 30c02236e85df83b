import { gzipSync } from "node:zlib";
import type { ServerResponse } from "node:http";
import { describe, expect, onTestFinished, test } from "vitest";
import { createBreachLookup } from "../../../src/platform/breached-passwords/lookup.ts";
import { createRangeSource } from "../../../src/platform/breached-passwords/range.ts";
import { sha1, startRangeServer } from "../../support/range-server.ts";

const BREACHED = "a password of a breach";

async function open(known: Record<string, number> = { [BREACHED]: 3, padding: 0 }) {
  const server = await startRangeServer(known);
  onTestFinished(() => server.close());
  const outcomes: string[] = [];
  const troubles: object[] = [];
  const isBreached = createBreachLookup(createRangeSource(server.url), {
    meter: { breachChecked: (outcome) => outcomes.push(outcome) },
    tell: (trouble) => troubles.push(trouble),
  });
  return { server, isBreached, outcomes, troubles };
}

test("PW-15 a password on the list is found by five digits of its SHA-1, with padding asked for", async () => {
  const { server, isBreached, outcomes, troubles } = await open();
  expect(await isBreached(BREACHED)).toBe(true);
  expect(await isBreached("a password of nobody")).toBe(false);
  expect(server.asked).toEqual([
    { target: `/range/${sha1(BREACHED).slice(0, 5)}`, padding: "true" },
    { target: `/range/${sha1("a password of nobody").slice(0, 5)}`, padding: "true" },
  ]);
  expect(outcomes).toEqual(["found", "not_found"]);
  expect(troubles).toEqual([]);
});

test("PW-15 a line of padding, whose count is 0, is no password", async () => {
  const { isBreached, outcomes } = await open();
  expect(await isBreached("padding")).toBe(false);
  expect(outcomes).toEqual(["not_found"]);
});

describe("PW-15 whoever cannot tell lets the password through, in two seconds, and says so:", () => {
  const whole = `${sha1(BREACHED).slice(5)}:3`;
  test.each<[string, string, (response: ServerResponse) => void]>([
    ["status 500", "status_500", (response) => response.writeHead(500).end(whole)],
    ["status 429", "status_429", (response) => response.writeHead(429).end(whole)],
    [
      "a redirect",
      "status_302",
      (response) => response.writeHead(302, { location: "/elsewhere" }).end(),
    ],
    ["no answer", "timeout", () => undefined],
    [
      "an answer that never ends",
      "timeout",
      (response) => {
        const timer = setInterval(() => response.write(`${whole}\r\n`), 100);
        response.on("close", () => clearInterval(timer));
      },
    ],
    ["a connection that breaks", "network", (response) => response.destroy()],
    [
      "an answer that breaks off",
      "network",
      (response) => {
        response.writeHead(200, { "content-length": "1000" });
        response.write(`${whole}\r\n`);
        setTimeout(() => response.destroy(), 50);
      },
    ],
    ["a page", "malformed_answer", (response) => response.end("<html>Sign in to this network")],
    ["an empty answer", "malformed_answer", (response) => response.end()],
    [
      "half a line",
      "malformed_answer",
      (response) => response.end(`${whole}\r\n${whole.slice(9)}`),
    ],
    [
      "a huge answer",
      "answer_too_large",
      (response) => response.end(`${whole}\r\n`.repeat(100_000)),
    ],
    [
      "a small answer that becomes huge",
      "answer_too_large",
      (response) =>
        response
          .writeHead(200, { "content-encoding": "gzip" })
          .end(gzipSync(`${whole}\r\n`.repeat(1_000_000))),
    ],
  ])("%s", async (_, why, answer) => {
    const { server, isBreached, outcomes, troubles } = await open();
    server.answer = (_request, response) => answer(response);
    const began = performance.now();
    expect(await isBreached(BREACHED)).toBe(false);
    expect(performance.now() - began).toBeLessThan(4_000);
    expect(outcomes).toEqual(["unavailable"]);
    expect(troubles).toEqual([{ source: "hibp", why }]);
    expect(server.asked).toHaveLength(1); // nothing was followed, nothing tried again
    server.answer = undefined;
    expect(await isBreached(BREACHED)).toBe(true); // and heals
  });

  test("nobody at the address", async () => {
    const { server, isBreached, troubles } = await open();
    await server.close();
    expect(await isBreached(BREACHED)).toBe(false);
    expect(troubles).toEqual([{ source: "hibp", why: "network" }]);
    onTestFinished(() => undefined);
  });
});
