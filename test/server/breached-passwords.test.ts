/** BREACHED_PASSWORDS over HTTP, with a server that answers as the service does. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { PASSWORD } from "../support/credentials.ts";
import { parseExposition, valueOf } from "../support/exposition.ts";
import { startInProcessServer } from "../support/in-process-server.ts";
import { type RangeServer, startRangeServer } from "../support/range-server.ts";
import { runServer } from "../support/server-process.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const BREACHED = "four calm otters sing";

async function start(range: RangeServer) {
  onTestFinished(() => range.close());
  const server = await startInProcessServer(
    {},
    { BREACHED_PASSWORDS: { kind: "hibp", url: range.url } },
  );
  onTestFinished(() => server.stop());
  const signUp = async (password: string) => {
    const answer = await server.post("/signup", { email: server.freshEmail(), password });
    return { status: answer.status, body: JSON.parse(answer.body) as object };
  };
  const checks = async (outcome: string) => {
    const { body } = await server.send("GET", "/metrics");
    return valueOf(parseExposition(body), "portcullis_breached_password_checks_total", { outcome });
  };
  return { server, signUp, checks };
}

test("PW-15 a password of a breach is refused with its reason, is counted, and the made administrator's was asked about too", async () => {
  const range = await startRangeServer({ [BREACHED]: 7 });
  const { server, signUp, checks } = await start(range);
  expect(range.asked).toHaveLength(1); // the first administrator's password was chosen too
  expect(await signUp(BREACHED)).toMatchObject({
    status: 400,
    body: { code: "weak_password", reasons: ["breached"] },
  });
  expect(server.sql("SELECT * FROM users")).toHaveLength(1);
  expect(await signUp(PASSWORD)).toMatchObject({ status: 201 });
  expect([await checks("found"), await checks("not_found")]).toEqual([1, 2]);

  const before = range.asked.length;
  await server.newLogin(); // a signup and a login
  expect(range.asked.length - before).toBe(1);
});

test("PW-15 while the service answers nothing, a password is taken within seconds, and the readiness does not know it", async () => {
  const range = await startRangeServer({ [BREACHED]: 7 });
  const { server, signUp, checks } = await start(range);
  range.answer = () => undefined;
  const began = performance.now();
  const signups = [signUp(BREACHED), signUp(PASSWORD)];
  // No transaction is held meanwhile: others write.
  await expect.poll(() => range.asked.length).toBe(3);
  expect((await server.post("/login", { email: "nobody@example.com", password: "x" })).status).toBe(
    401,
  );
  expect(performance.now() - began).toBeLessThan(1_800);
  for (const { status } of await Promise.all(signups)) expect(status).toBe(201);
  expect(await checks("unavailable")).toBe(2);
  expect((await server.send("GET", "/readyz")).status).toBe(200);
});

test("PW-15 a file that is no list, or is not there, stops the start in a sentence", async () => {
  const folder = temporaryFolder();
  const list = join(folder, "list.txt");
  await writeFile(list, "hello\n");
  for (const [path, why] of [
    [join(folder, "none.txt"), "cannot be opened"],
    [list, "does not have lines of <SHA-1>:<count>"],
  ] as const) {
    const { code, stderr } = await runServer({ BREACHED_PASSWORDS: `file:${path}` });
    expect(code).toBe(1);
    expect(stderr).toContain(`BREACHED_PASSWORDS names a file that ${why}`);
    expect(stderr.trim().split("\n")).toHaveLength(1);
  }
});
