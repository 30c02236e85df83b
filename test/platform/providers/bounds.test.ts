/** Providers that are dead, slow, endless or elsewhere: each sign-in ends in bounded time, and asks no more than was promised. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { exportJWK, generateKeyPair } from "jose";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { ProviderWorld } from "../../../src/platform/providers/provider-adapter.ts";
import { freePort } from "../../support/free-port.ts";
import { type TestProvider, startProvider } from "../../support/provider.ts";
import { adapterOf, signIn } from "../../support/provider-flows.ts";
import { retryOnBusyMachine } from "../../support/retry-on-busy-machine.ts";

/** Each endpoint that an adapter asks, and the kind of provider that has it. */
const endpoints = [
  ["/.well-known/openid-configuration", "oidc"],
  ["/token", "oidc"],
  ["/keys", "oidc"],
  ["/userinfo", "oidc"],
  ["/login/oauth/access_token", "github"],
  ["/api/v3/user", "github"],
  ["/api/v3/user/emails", "github"],
] as const;

/** A bomb: 64 MiB of spaces, which JSON allows, in a few hundred bytes or kilobytes. */
const BOMB = Buffer.alloc(64 * 1024 * 1024, " ");
const gzipBomb = gzipSync(BOMB);
const brotliBomb = brotliCompressSync(BOMB, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } });

type Answer = (request: IncomingMessage, response: ServerResponse) => void;
const JSON_TYPE = { "content-type": "application/json" };
/** The way in which it does not answer, its fault, and the most time that it may take, in milliseconds. */
const ways: [string, Answer, string, number][] = [
  ["cuts the connection", ({ socket }) => socket.destroy(), "network", 1500],
  ["says nothing", () => undefined, "timeout", 5500],
  ["drips", drips, "timeout", 5500],
  ["drips its headers", dripsHeaders, "timeout", 5500],
  ["never ends", neverEnds, "answer_too_large", 3000],
  ["is a bomb of gzip", bomb("gzip", gzipBomb), "answer_too_large", 3000],
  ["is a bomb of Brotli", bomb("br", brotliBomb), "answer_too_large", 3000],
  ["is compressed, and is not", bomb("gzip", Buffer.from("{}")), "network", 1500],
  ["ends before its end", shorter, "network", 1500],
  ["is no HTTP", ({ socket }) => socket.end("220 mail.test ESMTP\r\n"), "network", 1500],
  ["has headers without end", ({ socket }) => socket.end(longHeaders), "network", 1500],
  ["is a byte too large", sized(1_048_577), "answer_too_large", 3000],
  [
    "redirects",
    (_, response) => response.writeHead(302, { location: "/elsewhere" }).end(),
    "redirect",
    1500,
  ],
  [
    "redirects for ever, and keeps the method",
    (_, response) => response.writeHead(307, { location: "/elsewhere" }).end(),
    "redirect",
    1500,
  ],
  ["is not modified", (_, response) => response.writeHead(304).end(), "redirect", 1500],
];

describe("an answer of any endpoint", () => {
  test.each(ways)("FD-14 FD-15 that %s", retryOnBusyMachine, async (_, answer, why, mostMs) => {
    // Beside each other, each at a provider of its own: so the slow ones take the time of one.
    const outcomes = await Promise.all(
      endpoints.map(async ([path, kind]) => {
        const there = await startProvider();
        there.knobs.answers[path] = answer;
        there.knobs.answers["/elsewhere"] = (__, response) => response.end("{}");
        there.knobs.claims = ({ email: __, ...truth }) => truth;
        const adapter = adapterOf(there, { kind });
        const startedAt = performance.now();
        const { fault } = await signIn(there, adapter);
        const took = performance.now() - startedAt;
        const asked = [there.hits(path), there.hits("/elsewhere")];
        await there.close();
        return { path, fault, inTime: took < mostMs, asked };
      }),
    );
    expect(outcomes).toEqual(
      endpoints.map(([path]) => ({
        path,
        fault: `unavailable ${why}`,
        inTime: true,
        asked: [1, 0],
      })),
    );
  });

  test("FD-14 may be as large as the bound", async () => {
    const there = await startProvider();
    there.knobs.tokenAnswer = (answer) => {
      const filler = 1_048_576 - JSON.stringify({ ...answer, filler: "" }).length;
      return { ...answer, filler: "x".repeat(filler) };
    };
    expect((await signIn(there, adapterOf(there))).fault).toBeUndefined();
    there.knobs.tokenAnswer = (answer) => {
      const filler = 1_048_577 - JSON.stringify({ ...answer, filler: "" }).length;
      return { ...answer, filler: "x".repeat(filler) };
    };
    expect((await signIn(there, adapterOf(there))).fault).toBe("unavailable answer_too_large");
    await there.close();
  });

  test("FD-15 of a provider that is away", async () => {
    const adapter = adapterOf({ issuer: `http://127.0.0.1:${await freePort()}` });
    expect(await adapter.begin(adapter.redirectUri, "state")).toEqual({
      fault: "unavailable",
      why: "network",
    });
  });
});

describe("the number of requests", () => {
  const DOCUMENT = "/.well-known/openid-configuration";
  let there: TestProvider;
  beforeAll(async () => void (there = await startProvider()));
  beforeEach(() => there.reset());
  afterAll(() => there.close());

  /** An adapter whose clock stands, and is put forward. */
  function withClock(world: Partial<ProviderWorld> = {}) {
    let time = Date.now();
    const told: { provider: string; why: string }[] = [];
    const tell = (trouble: { provider: string; why: string }) => void told.push(trouble);
    const adapter = adapterOf(there, {}, { now: () => time, tell, ...world });
    const begin = async () => {
      const flow = await adapter.begin(adapter.redirectUri, "state");
      return "fault" in flow ? flow.why : "begun";
    };
    return { adapter, begin, told, forward: (ms: number) => (time += ms) };
  }
  const MINUTE = 60_000;

  test("FD-14 asks nothing when it is made, and once for twenty sign-ins at once", async () => {
    const { begin } = withClock();
    expect(there.hits(DOCUMENT)).toBe(0);
    const begun = await Promise.all(Array.from({ length: 20 }, begin));
    expect(new Set(begun)).toEqual(new Set(["begun"]));
    expect(there.hits(DOCUMENT)).toBe(1);
  });

  test("FD-14 asks again after an hour, and goes on with the old document where that fails", async () => {
    const { begin, forward, told } = withClock();
    await begin();
    forward(59 * MINUTE);
    await begin();
    expect(there.hits(DOCUMENT)).toBe(1);
    forward(2 * MINUTE);
    there.knobs.answers[DOCUMENT] = (_, response) => response.writeHead(503).end();
    expect(await Promise.all([begin(), begin(), begin()])).toEqual(["begun", "begun", "begun"]);
    expect(there.hits(DOCUMENT)).toBe(2);
    forward(9_000);
    expect(await begin()).toBe("begun");
    expect(there.hits(DOCUMENT)).toBe(2);
    forward(2_000);
    expect(await begin()).toBe("begun");
    expect(there.hits(DOCUMENT)).toBe(3);
    expect(told).toEqual([{ provider: "there", why: "server_error" }]);
  });

  test("FD-05 a document that changes its issuer later is not taken", async () => {
    const { begin, forward, told } = withClock();
    await begin();
    there.knobs.metadata = (metadata) => ({
      ...metadata,
      issuer: "https://evil.test",
      token_endpoint: `${there.issuer}/evil`,
    });
    forward(61 * MINUTE);
    expect(await begin()).toBe("begun");
    expect(told).toEqual([{ provider: "there", why: "discovery_issuer" }]);
  });

  test("FD-15 remembers a failure for ten seconds, and answers it at once", async () => {
    const { begin, forward } = withClock();
    there.knobs.down = true;
    const first = await Promise.all(Array.from({ length: 20 }, begin));
    expect(new Set(first)).toEqual(new Set(["network"]));
    const asked = there.hits(DOCUMENT);
    expect(asked).toBe(1);
    there.knobs.down = false;
    forward(9_000);
    expect(await begin()).toBe("network");
    expect(there.hits(DOCUMENT)).toBe(asked);
    forward(2_000);
    expect(await begin()).toBe("begun");
  });

  test("tells once that a provider went bad, and again only when it was good in between", async () => {
    const { begin, forward, told, adapter } = withClock();
    there.knobs.down = true;
    await adapter.warm();
    for (let times = 0; times < 3; times++) {
      forward(11_000);
      await begin();
    }
    expect(told).toEqual([{ provider: "there", why: "network" }]);
    there.knobs.down = false;
    forward(11_000);
    expect(await begin()).toBe("begun");
    there.knobs.down = true;
    forward(61 * MINUTE);
    await begin();
    expect(told).toHaveLength(2);
  });

  test("warms up: the first person waits for no document", async () => {
    const { adapter, begin } = withClock();
    await adapter.warm();
    expect(there.hits(DOCUMENT)).toBe(1);
    there.knobs.down = true;
    expect(await begin()).toBe("begun");
  });

  describe("for keys", () => {
    beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"] }));
    afterEach(() => void vi.useRealTimers());
    const forward = (ms: number) => vi.setSystemTime(Date.now() + ms);
    const many = (adapter: ReturnType<typeof adapterOf>) =>
      Promise.all(Array.from({ length: 12 }, async () => (await signIn(there, adapter)).fault));

    test("FD-14 is one for many sign-ins at once", async () => {
      expect(new Set(await many(adapterOf(there)))).toEqual(new Set([undefined]));
      expect(there.hits("/keys")).toBe(1);
    });

    test("FD-14 is one a minute, whatever the tokens say", async () => {
      const adapter = adapterOf(there);
      let kid = 0;
      there.knobs.header = (header) => ({ ...header, kid: `unknown-${kid++}` });
      for (let second = 0; second < 59; second += 10) {
        expect(new Set(await many(adapter))).toEqual(new Set(["token token_key"]));
        expect(there.hits("/keys")).toBe(1);
        forward(10_000);
      }
      expect(new Set(await many(adapter))).toEqual(new Set(["token token_key"]));
      expect(there.hits("/keys")).toBe(2);
    });

    test("FD-14 is one a minute for the tenants of Microsoft together", async () => {
      const tenants = ["a", "b", "c", "d"].map(
        (each) => `0dd4c4cb-1111-4aaa-8bbb-00000000000${each}`,
      );
      const options = { kind: "microsoft", tenants: new Set(tenants) } as const;
      const adapter = adapterOf(there, options);
      for (const tid of tenants) {
        there.person.claims = { tid };
        expect((await signIn(there, adapter)).fault).toBeUndefined();
      }
      expect(there.hits("/keys")).toBe(1);
    });

    test("FD-14 is one in ten seconds where keys cannot be had", async () => {
      const adapter = adapterOf(there);
      there.knobs.answers["/keys"] = (_, response) => response.writeHead(503).end();
      expect(new Set(await many(adapter))).toEqual(new Set(["unavailable server_error"]));
      expect(there.hits("/keys")).toBe(1);
      there.knobs.answers = {};
      forward(9_000);
      await many(adapter);
      expect(there.hits("/keys")).toBe(1);
      forward(2_000);
      expect(new Set(await many(adapter))).toEqual(new Set([undefined]));
      expect(there.hits("/keys")).toBe(2);
    });

    test("FD-04 a new key is good after a minute, and an old one is not after five", async () => {
      const adapter = adapterOf(there);
      await signIn(there, adapter);
      const next = await generateKeyPair("RS256");
      const jwk = { ...(await exportJWK(next.publicKey)), kid: "key-2" };
      there.knobs.keys = () => ({ keys: [jwk] });
      there.knobs.key = next.privateKey;
      there.knobs.header = (header) => ({ ...header, kid: "key-2" });
      forward(30_000);
      expect((await signIn(there, adapter)).fault).toBe("token token_key");
      forward(31_000);
      expect((await signIn(there, adapter)).fault).toBeUndefined();
      expect(there.hits("/keys")).toBe(2);
      there.knobs.key = undefined;
      there.knobs.header = (header) => header;
      forward(301_000);
      expect((await signIn(there, adapter)).fault).toBe("token token_key");
    });
  });
});

function drips(_: IncomingMessage, response: ServerResponse) {
  response.writeHead(200, JSON_TYPE);
  const timer = setInterval(() => response.write(" "), 100);
  response.on("close", () => clearInterval(timer));
}

function dripsHeaders({ socket }: IncomingMessage) {
  socket.write("HTTP/1.1 200 OK\r\n");
  const timer = setInterval(() => socket.write("x-more: y\r\n"), 100);
  socket.on("close", () => clearInterval(timer));
}

function neverEnds(_: IncomingMessage, response: ServerResponse) {
  response.writeHead(200, JSON_TYPE);
  const chunk = " ".repeat(65_536);
  const write = () => {
    while (!response.destroyed && response.write(chunk));
  };
  response.on("drain", write);
  write();
}

function bomb(encoding: string, bytes: Buffer): Answer {
  return (_, response) =>
    void response.writeHead(200, { ...JSON_TYPE, "content-encoding": encoding }).end(bytes);
}

function sized(bytes: number): Answer {
  return (_, response) => void response.writeHead(200, JSON_TYPE).end(" ".repeat(bytes));
}

function shorter({ socket }: IncomingMessage) {
  socket.end("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{}");
}

const longHeaders = `HTTP/1.1 200 OK\r\n${`x-more: ${"y".repeat(1_000)}\r\n`.repeat(100)}\r\n{}`;
