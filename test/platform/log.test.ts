import { spawn } from "node:child_process";
import { once } from "node:events";
import { open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { temporaryFolder } from "../support/temporary-folder.ts";

const MODULE = new URL("../../src/platform/log.ts", import.meta.url).href;
const EMAIL = `a\u2028b"}\n{"event":"forged"}`;

/** A process that prints `count` events, closes the log and exits at once. */
function script(count: number, level = "info"): string {
  return `import { createLogWriter } from ${JSON.stringify(MODULE)};
    const log = createLogWriter(${JSON.stringify(level)}, ["password", "accessToken"]);
    const base = { timestamp: "2026-11-23T10:06:00.000Z", requestId: null, ip: null };
    for (let n = 0; n < ${count}; n += 1)
      log.print({ ...base, event: "signup", level: "info", userId: String(n), email: ${JSON.stringify(EMAIL)}, password: "hunter2", inner: { accessToken: "eyJ" } });
    log.print({ ...base, event: "login_failed", level: "warn", email: ${JSON.stringify(EMAIL)} });
    await log.close();
    process.exit(0);`;
}
const nodeArguments = (source: string) => ["--input-type=module", "--eval", source];

async function linesThroughPipe(count: number, level?: string): Promise<Record<string, unknown>[]> {
  const child = spawn(process.execPath, nodeArguments(script(count, level)), {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, "close")]);
  expect(code).toBe(0);
  expect(output === "" || output.endsWith("\n")).toBe(true);
  return output
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

test.each([0, 1, 10, 20_000])(
  "no line is lost at the end, through a pipe: %i lines",
  async (count) => {
    const lines = await linesThroughPipe(count);
    expect(lines).toHaveLength(count + 1);
    expect(lines.slice(0, -1).map(({ userId }) => userId)).toEqual(
      Array.from({ length: count }, (_, n) => String(n)),
    );
  },
);

test("no line is lost at the end, into a file", async () => {
  const folder = temporaryFolder();
  const file = await open(join(folder, "log"), "w");
  const child = spawn(process.execPath, nodeArguments(script(20_000)), {
    stdio: ["ignore", file.fd, "inherit"],
  });
  await once(child, "close");
  await file.close();
  const lines = (await readFile(join(folder, "log"), "utf8")).split("\n");
  expect(lines).toHaveLength(20_002);
});

test("LA-04 what a client sends cannot begin a line of its own", async () => {
  // One with a field to be masked, and one as every real event is.
  expect(await linesThroughPipe(1)).toMatchObject([
    { level: "info", event: "signup", email: EMAIL },
    { level: "warn", event: "login_failed", email: EMAIL },
  ]);
});

test("LA-03 a field the contract marks as secret would not be printed, though no event has one", async () => {
  const [line] = await linesThroughPipe(1);
  expect(line).toMatchObject({ password: "[redacted]", inner: { accessToken: "[redacted]" } });
});

test("events below the level are not printed", async () => {
  expect((await linesThroughPipe(3, "warn")).map(({ event }) => event)).toEqual(["login_failed"]);
  expect(await linesThroughPipe(3, "silent")).toEqual([]);
});

test("a reader that goes away is no reason to crash", async () => {
  const child = spawn(process.execPath, nodeArguments(script(20_000)), {
    stdio: ["ignore", "pipe", "pipe"],
  });
  child.stdout.destroy();
  const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, "close")]);
  expect({ stderr, code }).toEqual({ stderr: "", code: 0 });
});

test("LA-03 a field marked as secret would not be printed deep inside of an event either, or in a list", async () => {
  const source = `import { createLogWriter } from ${JSON.stringify(MODULE)};
    const log = createLogWriter("info", ["password"]);
    const deep = { level2: [{ level3: { password: "hunter2", kept: 1 } }] };
    log.print({ event: "signup", level: "info", deep, password: { inner: "hunter2" } });
    await log.close();`;
  const child = spawn(process.execPath, nodeArguments(source), {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = await Promise.all([text(child.stdout), once(child, "close")]);
  expect(JSON.parse(line)).toEqual({
    event: "signup",
    level: "info",
    deep: { level2: [{ level3: { password: "[redacted]", kept: 1 } }] },
    password: "[redacted]",
  });
});

test.each(["process.exit(3)", 'throw new Error("a bug")'])(
  "no line is lost where the process ends with nobody closing the log: %s",
  async (end) => {
    const source = script(500).replace(/await log\.close\(\);[^]*/, end);
    const child = spawn(process.execPath, nodeArguments(source), {
      stdio: ["ignore", "pipe", "ignore"],
    });
    const [output] = await Promise.all([text(child.stdout), once(child, "close")]);
    expect(output.split("\n")).toHaveLength(502);
  },
);
