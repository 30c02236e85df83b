/** Over a real socket: what a client can write reaches the session it is shown, or does not. */
import { connect } from "node:net";
import { once } from "node:events";
import { afterAll, expect, test } from "vitest";
import { HEADER_LINES } from "../../src/process/unreadable-requests.ts";
import { ADMIN } from "../support/credentials.ts";
import { type ServerProcess, startServerProcess } from "../support/server-process.ts";

const servers: ServerProcess[] = [];
afterAll(async () => {
  for (const server of servers) await server.dispose();
});

test("RL-05 without a configured proxy, no header moves the address", async () => {
  const seen = await addressSeen({}, [
    "X-Forwarded-For: 203.0.113.9",
    "Forwarded: for=203.0.113.9",
    "X-Real-IP: 203.0.113.9",
    "X-Client-IP: 203.0.113.9",
    "CF-Connecting-IP: 203.0.113.9",
    "True-Client-IP: 203.0.113.9",
  ]);
  expect(seen).toBe("127.0.0.1");
});

test("RL-05 behind a configured proxy, what it appended wins over what the client wrote, on one line or on several", async () => {
  const environment = { TRUST_PROXY: "loopback" };
  const claimed = "X-Forwarded-For: 198.51.100.1";
  expect(await addressSeen(environment, ["X-Forwarded-For: 198.51.100.1, 203.0.113.9"])).toBe(
    "203.0.113.9",
  );
  expect(await addressSeen(environment, [claimed, "x-forwarded-for: 203.0.113.9"])).toBe(
    "203.0.113.9",
  );
  expect(
    await addressSeen(environment, [claimed, "X-Forwarded-For: [2001:DB8::9]:443, 127.0.0.1"]),
  ).toBe("2001:db8::9");
  const many = Array.from({ length: HEADER_LINES - 10 }, () => "a:");
  expect(await addressSeen(environment, [claimed, ...many, "X-Forwarded-For: 203.0.113.9"])).toBe(
    "203.0.113.9",
  );
  expect(await addressSeen(environment, [claimed, "X-Forwarded-For: not-an-address"])).toBe(
    "127.0.0.1",
  );
  expect(
    await addressSeen(environment, ["X-Real-IP: 203.0.113.9", "Forwarded: for=203.0.113.9"]),
  ).toBe("127.0.0.1");
});

test("RL-05 a proxy that is not the peer is believed no more than anybody", async () => {
  expect(await addressSeen({ TRUST_PROXY: "10.0.0.0/8" }, ["X-Forwarded-For: 203.0.113.9"])).toBe(
    "127.0.0.1",
  );
});

/** The address of the login_success event of a login with these header lines, sent as they are. */
async function addressSeen(
  environment: Record<string, string>,
  lines: readonly string[],
): Promise<string | null> {
  const key = JSON.stringify(environment);
  const server = started.get(key) ?? (await startServerProcess({ environment }));
  if (!started.has(key)) servers.push(server);
  started.set(key, server);

  const { port } = new URL(server.baseUrl);
  const body = JSON.stringify(ADMIN);
  const head = [
    "POST /login HTTP/1.1",
    `Host: localhost:${port}`,
    "Content-Type: application/json",
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Connection: close",
    ...lines,
  ];
  const before = loginsOf(server).length;
  const socket = connect(Number(port), "127.0.0.1");
  socket.write(`${head.join("\r\n")}\r\n\r\n${body}`);
  let answer = "";
  socket.on("data", (chunk: Buffer) => (answer += chunk.toString()));
  await once(socket, "close");
  expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  await expect.poll(() => loginsOf(server).length).toBe(before + 1);
  return loginsOf(server).at(-1)?.ip ?? null;
}

const started = new Map<string, ServerProcess>();

function loginsOf(server: ServerProcess) {
  return server.events().filter(({ event }) => event === "login_success");
}
