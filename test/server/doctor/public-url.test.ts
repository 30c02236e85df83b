/** The lines about PUBLIC_URL, each beside a server and a proxy that are wrong in one way. */
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { PROBE_HEADER, PROBE_PATH } from "../../../src/contract/doctor-probe.ts";
import { newProbe } from "../../../src/domain/doctor-probe.ts";
import { deriveKeys } from "../../../src/domain/secrets.ts";
import {
  type CertificateAuthority,
  createCertificateAuthority,
  noOpenssl,
} from "../../support/certificate-authority.ts";
import { linesOf, production, runDoctor } from "../../support/doctor.ts";
import { type InProcessServer, startInProcessServer } from "../../support/in-process-server.ts";
import { type Oddities, startOddProxy } from "../../support/odd-proxy.ts";
import { startSilentServer } from "../../support/mail-server.ts";

const AUTH_SECRET = "canary-5Jd9wq2LkZr7Tn4Xc8Vb1Gm6Hp3Sf0Ya";

/** A server with this TRUST_PROXY, and a proxy before it; answers the settings of the one who looks. */
async function startBehind(oddities: Oddities, TRUST_PROXY = "loopback") {
  const server = await startInProcessServer({ AUTH_SECRET, TRUST_PROXY });
  onTestFinished(() => server.stop());
  const proxy = await frontOf(server, oddities);
  return { AUTH_SECRET, TRUST_PROXY, PUBLIC_URL: proxy.url };
}

async function frontOf(server: InProcessServer, oddities: Oddities) {
  const proxy = await startOddProxy(oddities);
  onTestFinished(() => proxy.close());
  proxy.target = server.address;
  return proxy;
}

describe("client_address, by a request that claims another one", () => {
  const appended: Oddities = {
    forwardedFor: (came, peer) => (came === undefined ? peer : `${came}, ${peer}`),
  };
  const asItCame: Oddities = { forwardedFor: (came) => came };
  const none: Oddities = { forwardedFor: () => undefined };

  test.each([
    ["a proxy that sets the header", {}, "loopback"],
    ["a proxy that appends to it", appended, "loopback"],
  ])("is ok behind %s", async (_what, oddities, trust) => {
    expect(await linesOf("client_address", await startBehind(oddities, trust))).toEqual([
      "ok the proxy says it, and what clients claim is not believed",
    ]);
  });

  test.each([
    [
      "trusts half of the internet",
      appended,
      "127.0.0.0/8,0.0.0.0/1,128.0.0.0/1",
      /TRUST_PROXY trusts 198\.51\.100\.7/,
    ],
    [
      "is behind a proxy that passes claims on",
      asItCame,
      "loopback",
      /everybody has the address they claim/,
    ],
    [
      "trusts no proxy, and is behind one",
      {},
      "none",
      /everybody has the address (127\.0\.0\.1|::1), which is the proxy's/,
    ],
    [
      "is behind a proxy that says nobody's address",
      none,
      "loopback",
      /the proxy says nobody's address/,
    ],
    [
      "trusts the last of two proxies alone",
      { forwardedFor: () => "198.51.100.9, 10.0.0.7" },
      "loopback",
      /everybody has the address 10\.0\.0\.7/,
    ],
  ])("is wrong where the server %s", async (_what, oddities, trust, why) => {
    const [line, ...others] = await linesOf("client_address", await startBehind(oddities, trust));
    expect(line).toMatch(new RegExp(`^wrong .*${why.source}`));
    expect(others).toEqual([]);
  });

  test("needs attention where the running server has another TRUST_PROXY than the one who looks", async () => {
    const setting = { forwardedFor: () => "198.51.100.9" };
    const environment = await startBehind(setting, "loopback");
    expect(await linesOf("client_address", { ...environment, TRUST_PROXY: "none" })).toEqual([
      "attention the running server has another TRUST_PROXY than is set here",
    ]);
  });

  test("tells a server without a proxy from one behind it", async () => {
    const server = await startInProcessServer({ AUTH_SECRET });
    onTestFinished(() => server.stop());
    expect(await linesOf("client_address", { AUTH_SECRET, PUBLIC_URL: server.address })).toEqual([
      "ok sees 127.0.0.1; no proxy, and claims are ignored",
    ]);
  });
});

describe("the server's answer of whom it sees", () => {
  let server: InProcessServer;
  beforeAll(async () => {
    server = await startInProcessServer({ AUTH_SECRET });
  });
  afterAll(() => server.stop());
  const question = () => newProbe(deriveKeys(AUTH_SECRET));
  const withoutId = (body: string) => body.replace(/"requestId":"[^"]+"/, "");

  test("DR-01 to strangers it is that of any unknown path, whatever they ask with", async () => {
    const nowhere = await server.send("GET", "/nowhere");
    const foreign = newProbe(deriveKeys("another-Kx81mQ0vTz5Lw7Rb3Nd9Hc2YqE4uJ"));
    const [nonce = "", mac = ""] = question().split(".");
    const last = mac.endsWith("A") ? "Q" : "A";
    const forged = [`${nonce}.${mac.slice(0, -1)}${last}`, `x${nonce}.${mac}`, `${nonce}.`, nonce];
    for (const probe of [undefined, "", foreign, ...forged, `${nonce}.${mac}.${mac}`]) {
      const headers = probe === undefined ? {} : { [PROBE_HEADER]: probe };
      const answer = await server.send("GET", PROBE_PATH, headers);
      expect([probe, answer.status]).toEqual([probe, 404]);
      expect(withoutId(answer.body)).toBe(withoutId(nowhere.body));
      expect(Object.keys(answer.headers).sort()).toEqual(Object.keys(nowhere.headers).sort());
    }
  });

  test("DR-01 it shows no address to whoever overhears it", async () => {
    const headers = { [PROBE_HEADER]: question(), "x-forwarded-for": "192.0.2.66" };
    const answer = await server.send("GET", PROBE_PATH, headers);
    expect(answer.status).toBe(200);
    const [sealed = ""] = /[\w-]{40,}/.exec(answer.body) ?? [];
    const bytes = Buffer.from(sealed, "base64url").toString("latin1");
    expect(bytes.length).toBeGreaterThan(50);
    for (const shown of ["127.0.0.1", "192.0.2.66", "version"]) {
      expect(answer.body).not.toContain(shown);
      expect(bytes).not.toContain(shown);
    }
  });
});

describe("what answers at PUBLIC_URL", () => {
  let server: InProcessServer;
  beforeAll(async () => {
    server = await startInProcessServer({ AUTH_SECRET });
  });
  afterAll(() => server.stop());
  const given = async (oddities: Oddities) => ({
    AUTH_SECRET,
    PUBLIC_URL: (await frontOf(server, oddities)).url,
  });

  test("is ok where all of it arrives", async () => {
    const environment = await given({});
    for (const check of ["public_url", "installation", "headers", "cookies"] as const)
      expect([check, await linesOf(check, environment)]).toEqual([
        check,
        [expect.stringMatching(/^ok /)],
      ]);
  });

  test("public_url is wrong where nothing answers, where it leads elsewhere, and where the proxy has no server", async () => {
    const nobody = { AUTH_SECRET, PUBLIC_URL: "http://localhost:1" };
    expect(await linesOf("public_url", nobody)).toEqual([
      "wrong nothing answers at http://localhost:1 (ECONNREFUSED)",
    ]);
    const leads = await given({
      instead: (_, answer) => answer.writeHead(308, { location: "https://x.example/" }).end(),
    });
    expect((await linesOf("public_url", leads))[0]).toMatch(/^wrong .*leads on to https:\/\/x\.ex/);
    const empty = await startOddProxy();
    onTestFinished(() => empty.close());
    expect(await linesOf("public_url", { AUTH_SECRET, PUBLIC_URL: empty.url })).toEqual([
      `wrong ${empty.url} answers 502 to GET /healthz`,
    ]);
  });

  test("a server that hangs is a line, after a bounded time", { timeout: 30_000 }, async () => {
    const silent = await startSilentServer();
    onTestFinished(() => silent.close());
    const environment = { AUTH_SECRET, PUBLIC_URL: `http://localhost:${silent.port}` };
    const startedAt = performance.now();
    expect(await linesOf("public_url", environment)).toEqual([
      `wrong nothing answers at ${environment.PUBLIC_URL} (ETIMEDOUT)`,
    ]);
    expect(performance.now() - startedAt).toBeLessThan(10_000);
  });

  test("installation is wrong where another one answers, also one that copies our answer", async () => {
    const environment = await given({});
    const other = { ...environment, AUTH_SECRET: "another-Kx81mQ0vTz5Lw7Rb3Nd9Hc2YqE4uJ" };
    const wrong = "wrong what answers there has not this AUTH_SECRET, or is an older version";
    expect(await linesOf("installation", other)).toEqual([wrong]);
    // An answer to an earlier question, by whoever overheard it.
    const headers = { [PROBE_HEADER]: newProbe(deriveKeys(AUTH_SECRET)) };
    const { body } = await server.send("GET", PROBE_PATH, headers);
    const copied = await given({ instead: (_, answer) => answer.writeHead(200).end(body) });
    expect(await linesOf("installation", copied)).toEqual([wrong]);
  });

  test("headers are wrong where the proxy takes one away, and need attention where it adds to one", async () => {
    const without = await given({
      answers: ({ "x-frame-options": _, "content-security-policy": __, ...left }) => left,
    });
    expect(await linesOf("headers", without)).toEqual([
      "wrong missing or altered: content-security-policy, x-frame-options",
    ]);
    const more = await given({
      answers: (headers) => ({ ...headers, "referrer-policy": "no-referrer, origin" }),
    });
    expect(await linesOf("headers", more)).toEqual([
      "attention altered, or twice: referrer-policy",
    ]);
  });

  test("cookies are wrong where the proxy rewrites them, or drops the request", async () => {
    const rewritten = await given({
      answers: (headers) => ({
        ...headers,
        "set-cookie": headers["set-cookie"]?.map((cookie) => cookie.replace("; Secure", "")),
      }),
    });
    expect(await linesOf("cookies", rewritten)).toEqual([
      "wrong altered on their way: __Host-session, __Host-csrf",
    ]);
    const refused = await given({ instead: (_, answer) => answer.writeHead(403).end() });
    expect((await linesOf("cookies", refused))[0]).toMatch(/^wrong a logout answers 403/);
  });

  test("metrics are wrong where a stranger reads them in production", async () => {
    const open = await given({ instead: (_, answer) => answer.writeHead(200).end("metrics") });
    const lines = await linesOf("metrics", { ...production, PUBLIC_URL: open.PUBLIC_URL });
    expect(lines).toEqual(["wrong anybody reads them at /metrics"]);
    const closed = await given({});
    const none = { ...production, PUBLIC_URL: closed.PUBLIC_URL };
    expect((await linesOf("metrics", none))[0]).toMatch(/^attention nobody can read them/);
    const token = { ...none, METRICS_TOKEN: "canary-metrics-token-0123456789" };
    expect((await linesOf("metrics", token))[0]).toMatch(/^ok /);
  });
});

describe.skipIf(noOpenssl)("tls and hsts", () => {
  let authority: CertificateAuthority;
  let server: InProcessServer;
  beforeAll(async () => {
    authority = createCertificateAuthority();
    server = await startInProcessServer({ AUTH_SECRET, PUBLIC_URL: "https://localhost" });
  });
  afterAll(async () => {
    authority.remove();
    await server.stop();
  });
  /** Trusts the authority, which a process does from its start alone. */
  async function told(check: string, oddities: Oddities): Promise<string[]> {
    const { url } = await frontOf(server, oddities);
    const environment = { ...production, PUBLIC_URL: url, NODE_EXTRA_CA_CERTS: authority.file };
    const { report } = await runDoctor(environment);
    return report.findings
      .filter((finding) => finding.check === check)
      .map(({ status, why }) => `${status} ${why}`);
  }

  test("a certificate is ok while more than a fifth of its life is left", async () => {
    const certificate = authority.issue({ fromDays: -60, toDays: 30.5 });
    expect(await told("tls", { certificate })).toEqual([
      "ok certificate for localhost, 30 days left",
    ]);
  });

  test("a certificate that should have been renewed needs attention", async () => {
    const certificate = authority.issue({ fromDays: -80, toDays: 10.5 });
    expect((await told("tls", { certificate }))[0]).toMatch(
      /^attention the certificate ends in 10 days, on 20/,
    );
  });

  test.each([
    ["has expired", { fromDays: -90, toDays: -1 }, /the certificate has expired on 20/],
    ["is not good yet", { fromDays: 2, toDays: 90 }, /the certificate is good only from 20/],
    [
      "is for another name",
      { name: "other.example" },
      /not to be believed: it is for another name/,
    ],
  ])("a certificate that %s is wrong", async (_what, more, why) => {
    const [line] = await told("tls", { certificate: authority.issue(more) });
    expect(line).toMatch(new RegExp(`^wrong .*${why.source}`));
  });

  test("a certificate that is signed by itself is wrong", async () => {
    expect(await told("tls", { certificate: authority.selfSigned() })).toEqual([
      "wrong the certificate is not to be believed: it is signed by itself",
    ]);
  });

  test("a version of TLS that is broken needs attention", async () => {
    const oddities: Oddities = { certificate: authority.issue(), oldestTls: "TLSv1.1" };
    expect((await told("tls", oddities)).at(-1)).toBe(
      "attention versions of TLS before 1.2 are spoken, which are broken (RFC 8996)",
    );
  });

  test("plain http is wrong in production, and so is a port that speaks no TLS", async () => {
    const plain = { ...production, PUBLIC_URL: "http://auth.example.com" };
    expect((await linesOf("tls", plain))[0]).toMatch(/^wrong .* is plain http: passwords can be/);
    const { port } = await frontOf(server, {});
    const none = { ...production, PUBLIC_URL: `https://localhost:${port}` };
    expect((await linesOf("tls", none))[0]).toMatch(/^wrong no TLS is spoken there/);
  });

  test("hsts is wrong where the proxy takes it away, and needs attention where it is short or twice", async () => {
    const certificate = authority.issue();
    const HSTS = "strict-transport-security";
    const given = async (value: string | undefined) => {
      const { url } = await frontOf(server, {
        certificate,
        answers: ({ [HSTS]: _, ...left }) =>
          value === undefined ? left : { ...left, [HSTS]: value },
      });
      return linesOf("hsts", { ...production, PUBLIC_URL: url });
    };
    expect(await given(undefined)).toEqual([
      "wrong browsers are not told: a first visit may go in plain text",
    ]);
    expect(await given("max-age=86400")).toEqual(["attention browsers keep it for 1 days"]);
    expect((await given("max-age=63072000"))[0]).toBe("ok for 730 days");
  });
});
