/** The examples, run as their READMEs say, against the real server. */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { afterEach, describe, expect, it, onTestFinished } from "vitest";
import { startExample } from "../support/examples.ts";
import { cookieClient, dataOf, freshEmail } from "../support/clients.ts";
import { ADMIN, PASSWORD } from "../support/credentials.ts";
import { spawnServer, startServerProcess } from "../support/server-process.ts";
import { generousLimits } from "../support/test-settings.ts";
import { waitFor } from "../support/wait-for.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const children: ChildProcess[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) {
    const ended = child.exitCode !== null || child.signalCode !== null || once(child, "close");
    child.kill();
    await ended;
  }
});

describe("examples/resource-server", () => {
  it("answers whose token it is, refuses others, and tells apart that it cannot know", async () => {
    const server = await startServerProcess();
    onTestFinished(() => server.dispose());
    const api = cookieClient(server.baseUrl);
    const { accessToken } = dataOf(await api.tokenLogin(ADMIN));
    const [, payload = ""] = accessToken.split(".");
    const { iss, sub } = JSON.parse(Buffer.from(payload, "base64url").toString());
    const environment = {
      ISSUER: iss,
      JWKS_URL: `${server.baseUrl}/.well-known/jwks.json`,
      PORT: "0",
    };
    const [early, late] = [await resourceServer(environment), await resourceServer(environment)];

    const good = await call(early, `Bearer ${accessToken}`);
    expect(good).toMatchObject({ status: 200, body: { message: `Hello ${sub}` } });
    expect(await call(early)).toEqual({
      status: 401,
      challenge: "Bearer",
      body: { reason: "missing" },
    });
    expect(await call(early, `Bearer ${accessToken}x`)).toEqual({
      status: 401,
      challenge: 'Bearer error="invalid_token"',
      body: { reason: "invalid" },
    });
    await server.stop();
    expect(await call(early, `Bearer ${accessToken}`)).toMatchObject({ status: 200 });
    expect(await call(late, `Bearer ${accessToken}`)).toMatchObject({
      status: 503,
      body: { reason: "keys_unavailable" },
    });
  });
});

describe("examples/log-tail", () => {
  it("prints the feed of a server that is piped into it, without colours and without requests", async () => {
    const environment = { DATABASE_URL: `sqlite:${join(temporaryFolder(), "portcullis.db")}` };
    const server = spawnServer({ ...environment, ...generousLimits });
    children.push(server);
    const { lines, child } = example("log-tail", {});
    server.stdout?.pipe(child.stdin);
    const started = await waitFor(() => lines.find((line) => line.includes(" server_started ")));
    const api = cookieClient(started.slice(started.indexOf("http://")));
    const email = freshEmail();
    await api.signup({ email, password: PASSWORD });
    await api.login({ email, password: "not the password at all" });
    await api.login({ email, password: PASSWORD });
    server.kill();
    await once(child, "close");
    const feed = lines.map((line) => line.replace(/^\S+Z (\w+) +/, "$1 "));
    expect(feed).toEqual([
      "info signup admin@example.com",
      expect.stringMatching(/^info server_started /),
      `info signup ${email} from 127.0.0.1`,
      `warn login_failed ${email}: wrong_password from 127.0.0.1`,
      `info login_success ${email} by session from 127.0.0.1`,
      "info server_stopped SIGTERM",
    ]);
  });

  it("shows what it does not know by name, passes over what is no event, and obeys no control character", async () => {
    const { lines, child } = example("log-tail", {});
    const event = { timestamp: "2026-11-23T10:06:00.000Z", requestId: null, ip: null };
    const input = [
      "> portcullis@0.2.0 start",
      JSON.stringify({ ...event, event: "passkey_added", level: "info" }),
      JSON.stringify({
        ...event,
        event: "server_stopped",
        level: "info",
        version: "1",
        reason: "\u001b[2J",
      }),
      "",
    ];
    child.stdin.end(input.join("\n"));
    await once(child, "close");
    expect(lines).toEqual([
      "2026-11-23T10:06:00.000Z warn  passkey_added (unknown to this version)",
      "2026-11-23T10:06:00.000Z info  server_stopped �[2J",
    ]);
  });
});

function example(name: string, environment: Readonly<Record<string, string>>) {
  const started = startExample(name, environment);
  children.push(started.child);
  return started;
}

async function resourceServer(environment: Readonly<Record<string, string>>): Promise<string> {
  const { lines } = example("resource-server", environment);
  const line = await waitFor(() => lines[0]);
  return /http:\/\/[\d.:]+/.exec(line)?.[0] ?? "";
}

async function call(url: string, authorization?: string) {
  const response = await fetch(url, { headers: authorization ? { authorization } : {} });
  return {
    status: response.status,
    challenge: response.headers.get("www-authenticate"),
    body: await response.json(),
  };
}
