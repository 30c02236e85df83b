import { createPublicKey, verify } from "node:crypto";
import { expect, test } from "vitest";
import { cookieClient, dataOf } from "../support/clients.ts";
import { eventsOf } from "../support/commands.ts";
import { ADMIN } from "../support/credentials.ts";
import { useCommands } from "../support/command-server.ts";

const { server, run } = useCommands();
const keys = (args: string[], environment = {}) => run("keys", args, { environment });

test(
  "keys rotate: beside a running server, live tokens stay valid and new ones carry the new key",
  { timeout: 60_000 },
  async () => {
    const api = cookieClient(server().baseUrl);
    const live = dataOf(await api.tokenLogin(ADMIN));
    const rotated = await keys(["rotate"]);
    expect(rotated).toMatchObject({ code: 0 });
    const [event, ...others] = eventsOf(rotated);
    expect(others).toEqual([]);
    if (event?.event !== "signing_key_rotated") throw new Error("No rotation was told");
    expect(event).toMatchObject({ level: "info", requestId: null, ip: null });

    await expect.poll(freshKid, { timeout: 15_000, interval: 1000 }).toBe(event.kid);
    const fresh = dataOf(await api.tokenRefresh({ refreshToken: live.refreshToken }));
    expect(kidOf(fresh.accessToken)).toBe(event.kid);
    for (const { accessToken } of [live, fresh]) {
      const headers = { authorization: `Bearer ${accessToken}` };
      expect(await api.getTokenMe({}, { headers })).toMatchObject({ status: 200 });
    }
    const published = dataOf(await api.getJwks()).keys;
    expect(published.map(({ kid }) => kid)).toEqual([event.kid, kidOf(live.accessToken)]);
    // As another service would: by the published set alone.
    for (const { accessToken } of [live, fresh]) {
      const jwk = published.find(({ kid }) => kid === kidOf(accessToken));
      const [head, body, signature = ""] = accessToken.split(".");
      const key = createPublicKey({ key: { ...jwk }, format: "jwk" });
      expect(
        verify(null, Buffer.from(`${head}.${body}`), key, Buffer.from(signature, "base64url")),
      ).toBe(true);
    }

    async function freshKid(): Promise<string> {
      return kidOf(dataOf(await api.tokenLogin(ADMIN)).accessToken);
    }
  },
);

test("keys list: a table of the keys, newest first, and no secret in it", async () => {
  const { code, stdout } = await keys(["list"]);
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /^KID +CREATED +STATE\n\S{36} +\S+Z +signs\n\S{36} +\S+Z +verifies until \S+Z\n$/,
  );
});

test("keys: --help explains, what is not understood ends with 2, each in one line that leads to the usage", async () => {
  expect(await keys(["--help"])).toMatchObject({ code: 0, stderr: "" });
  for (const args of [[], ["spin"], ["rotate", "now"], ["--force", "rotate"]]) {
    const ended = await keys(args);
    expect(ended).toMatchObject({ code: 2, stdout: "" });
    expect(ended.stderr).toMatch(/^[^\n]+ \(npm run keys -- --help\)\n$/);
  }
});

test("TK-05 keys: a bad and a foreign AUTH_SECRET each fail in one clear line, and nothing changes", async () => {
  const before = await keys(["list"]);
  const bad = await keys(["rotate"], { AUTH_SECRET: "hunter2" });
  expect(bad).toMatchObject({ code: 1, stdout: "" });
  expect(bad.stderr).toMatch(/^Setting AUTH_SECRET [^\n]+\n$/m);
  expect(bad.stderr).not.toContain("hunter2");
  const AUTH_SECRET = "another-one-of-the-right-length-0123456789";
  const foreign = await keys(["rotate"], { AUTH_SECRET });
  expect(foreign).toMatchObject({ code: 1, stdout: "" });
  expect(foreign.stderr).toMatch(/^[^\n]*AUTH_SECRET is not the one[^\n]*\n$/);
  expect((await keys(["list"])).stdout).toBe(before.stdout);
});

function kidOf(token: string): string {
  const header: unknown = JSON.parse(
    Buffer.from(token.split(".")[0] ?? "", "base64url").toString(),
  );
  if (header === null || typeof header !== "object" || !("kid" in header))
    throw new Error("no kid");
  return String(header.kid);
}
