/**
 * Puts Prism in front of every server a journey calls: a request goes to a proxy that knows the published
 * document alone, and a test fails where Prism has something against an answer. The journeys notice nothing.
 */
import { afterAll, afterEach, expect } from "vitest";
import { operationOf } from "../../support/documented-answers.ts";
import { startProxy, violationsOf } from "../prism-proxy.ts";

const send = globalThis.fetch;
/** By the address of the server behind it. */
const proxies = new Map<string, ReturnType<typeof startProxy>>();
let faults: string[] = [];

globalThis.fetch = async (input, init) => {
  const request = new Request(input, init);
  const { origin, pathname, search } = new URL(request.url);
  const id = operationOf(request.method, request.url);
  if (id === undefined) return send(request);
  // By its address: the name has another one on some machines, where the server does not listen.
  const known = proxies.get(origin) ?? startProxy(origin.replace("localhost", "127.0.0.1"));
  proxies.set(origin, known);
  const { address } = await known;
  // Whole, with its length: Prism does not forward a body that comes in chunks.
  const body = request.body && (await request.arrayBuffer());
  const { method, headers, signal, redirect } = request;
  const sent = { method, headers, body, signal, redirect };
  const response = await send(address + pathname + search, sent);
  for (const violation of violationsOf(response))
    faults.push(`${id} ${response.status}: ${violation}`);
  return response;
};

afterEach(() => {
  const seen = faults;
  faults = [];
  expect(seen).toEqual([]);
});

afterAll(async () => {
  expect(proxies.size).toBeGreaterThan(0);
  for (const started of proxies.values()) (await started).child.kill();
});
