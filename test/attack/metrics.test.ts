/** Access to the metrics: every way a stranger could look like somebody local. */
import { request } from "node:http";
import { networkInterfaces } from "node:os";
import { afterAll, describe, expect, test } from "vitest";
import { type InProcessServer, startInProcessServer } from "../support/in-process-server.ts";

const TOKEN = "Zq3v9Lr0pXw7Yt5Bn2Kd";

const targets = new Map<string, Promise<InProcessServer>>();
afterAll(async () => {
  for (const server of targets.values()) await (await server).stop();
});
function targetWith(environment: Record<string, string>): Promise<InProcessServer> {
  const key = JSON.stringify(environment);
  const server = targets.get(key) ?? startInProcessServer(environment);
  targets.set(key, server);
  return server;
}

async function scrape(environment: Record<string, string>, headers: Record<string, string> = {}) {
  const server = await targetWith(environment);
  return server.send("GET", "/metrics", headers);
}

const proxyHeaders = [
  ["x-forwarded-for", "203.0.113.9"],
  ["x-forwarded-for", "127.0.0.1"],
  ["x-forwarded-for", ""],
  ["forwarded", "for=203.0.113.9"],
  ["via", "1.1 proxy"],
  ["x-real-ip", "127.0.0.1"],
  ["x-forwarded-host", "localhost"],
  ["x-forwarded-proto", "https"],
] as const;

describe("metrics without a token in the settings:", () => {
  test("CF-07 a request from this machine gets the metrics, by any of its names", async () => {
    for (const host of ["localhost", "localhost:3000", "127.0.0.1", "[::1]:3000"])
      expect((await scrape({}, { host })).status, host).toBe(200);
  });

  test.each(["none", "loopback"])(
    "CF-07 what came through a proxy gets 404, with TRUST_PROXY=%s",
    async (TRUST_PROXY) => {
      for (const [name, value] of proxyHeaders) {
        const answer = await scrape({ TRUST_PROXY }, { [name]: value });
        expect(answer.status, `${name}: ${value}`).toBe(404);
        expect(answer.body).not.toContain("portcullis_");
      }
      expect((await scrape({ TRUST_PROXY })).status).toBe(200);
    },
  );

  test("CF-07 a page whose name was rebound to this machine gets 404", async () => {
    for (const host of ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example:3000"])
      expect((await scrape({}, { host })).status, host).toBe(404);
  });

  test("CF-07 a server with a public address gives them to nobody, because a silent proxy looks local", async () => {
    for (const NODE_ENV of ["development", "production"]) {
      const environment = {
        NODE_ENV,
        PUBLIC_URL: "https://auth.example.com",
        AUTH_SECRET: "Zq3v9Lr0pXw7Yt5Bn2Kd8Hs4Gf6Jc1Ma",
        SMTP_URL: "smtp://127.0.0.1:9",
        MAIL_FROM: "auth@example.com",
      };
      expect((await scrape(environment)).status).toBe(404);
      expect((await scrape(environment, { host: "auth.example.com" })).status).toBe(404);
    }
  });

  const elsewhere = Object.values(networkInterfaces())
    .flatMap((each) => each ?? [])
    .find(({ internal, family }) => !internal && family === "IPv4")?.address;
  test.skipIf(elsewhere === undefined)(
    "CF-07 a peer that is not loopback gets 404, whatever it calls this machine",
    async () => {
      const { port } = await targetWith({ HOST: "0.0.0.0" });
      expect(await statusFrom(elsewhere ?? "", port)).toBe(404);
      expect(await statusFrom("127.0.0.1", port)).toBe(200);
    },
  );

  test("CF-07 the 404 is that of any path that does not exist", async () => {
    const server = await targetWith({});
    const withoutId = (body: string) => body.replace(/"requestId":"[^"]+"/, "");
    const refused = await server.send("GET", "/metrics", { via: "1.1 proxy" });
    const unknown = await server.send("GET", "/nowhere");
    expect(withoutId(refused.body)).toBe(withoutId(unknown.body));
    const names = ({ headers }: typeof refused) => Object.keys(headers).sort();
    expect(names(refused)).toEqual(names(unknown));
  });

  test("their refusal comes before every other check of the request", async () => {
    const server = await targetWith({});
    const answer = await server.send("GET", "/metrics?colour=red", { via: "1.1 proxy" });
    expect(answer.status).toBe(404);
    expect((await server.send("GET", "/metrics?colour=red")).status).toBe(200);
  });
});

describe("metrics with a token in the settings:", () => {
  const environment = { METRICS_TOKEN: TOKEN };

  test("TK-21 a request with the token gets them from anywhere", async () => {
    const authorization = `Bearer ${TOKEN}`;
    expect((await scrape(environment, { authorization })).status).toBe(200);
    expect((await scrape(environment, { authorization: `bearer ${TOKEN}` })).status).toBe(200);
    for (const [name, value] of proxyHeaders)
      expect((await scrape(environment, { authorization, [name]: value })).status).toBe(200);
    const host = "metrics.example.com";
    expect((await scrape(environment, { authorization, host })).status).toBe(200);
  });

  test("TK-21 a request without the token gets 401 and the challenge, even from this machine", async () => {
    const answer = await scrape(environment);
    expect(answer.status).toBe(401);
    expect(answer.headers["www-authenticate"]).toBe("Bearer");
    expect(answer.body).not.toContain("portcullis_");
  });

  test.each([
    `Bearer ${TOKEN}x`,
    `Bearer ${TOKEN.slice(0, -1)}`,
    `Bearer ${TOKEN.slice(0, -1)}e`,
    `Bearer ${TOKEN.toLowerCase()}`,
    `Bearer  ${TOKEN}`,
    `Bearer ${TOKEN}, Bearer ${TOKEN}`,
    `Bearer`,
    `Bearer =`,
    `Bearer "${TOKEN}"`,
    `Token ${TOKEN}`,
    `Basic ${Buffer.from(`metrics:${TOKEN}`).toString("base64")}`,
    TOKEN,
  ])(
    "TK-21 Authorization: %s is refused, and told that it was the token",
    async (authorization) => {
      const answer = await scrape(environment, { authorization });
      expect(answer.status).toBe(401);
      expect(answer.headers["www-authenticate"]).toBe('Bearer error="invalid_token"');
    },
  );

  test("TK-21 a query, a cookie and another header carry no token", async () => {
    const server = await targetWith(environment);
    for (const headers of [{ cookie: `metrics=${TOKEN}` }, { "x-metrics-token": TOKEN }])
      expect((await scrape(environment, headers)).status).toBe(401);
    expect((await server.send("GET", `/metrics?access_token=${TOKEN}`)).status).toBe(401);
  });
});

/** The kernel gives a connection to an address of this machine that address as its source. */
function statusFrom(hostname: string, port: number): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request({ hostname, port, path: "/metrics", headers: { host: "localhost" }, agent: false })
      .on("response", (response) => resolve(response.resume().statusCode))
      .on("error", reject)
      .end();
  });
}
