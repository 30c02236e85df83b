import { readdirSync } from "node:fs";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { type LockOptions, lockServer } from "../../src/process/server-lock.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const target = (folder: string) => ({ kind: "sqlite", path: join(folder, "a.db") }) as const;
const alone: LockOptions = { isShared: false, tell: () => undefined, patienceMs: 300 };

/** A process that takes the lock of a folder, and keeps it until it is killed. */
async function holdElsewhere(folder: string) {
  const module = new URL("../../src/process/server-lock.ts", import.meta.url).href;
  const code = `const { lockServer } = await import(${JSON.stringify(module)});
    await lockServer(${JSON.stringify(target(folder))}, { isShared: false, tell() {} });
    console.log("held"); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", code], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  await once(child.stdout, "data");
  const kill = async () => {
    child.kill("SIGKILL");
    await ended;
  };
  onTestFinished(kill);
  return { pid: child.pid, kill };
}

test("EB-05 of one process, the first has the lock, the next is refused at once, and after its end nothing is left", async () => {
  const folder = temporaryFolder();
  const first = await lockServer(target(folder), alone);
  for (const _ of [1, 2])
    await expect(lockServer(target(folder), alone)).rejects.toThrow(
      /^This process has a server on .*a\.db already: .* SHARED_DATABASE=on/,
    );
  first.release();
  expect(readdirSync(folder)).toEqual([]);
  const next = await lockServer(target(folder), alone);
  first.release(); // once more, and it takes away nothing of the next one
  await expect(lockServer(target(folder), alone)).rejects.toThrow("already");
  next.release();
});

test("EB-05 another process is told of, waited for, and named in the refusal; kill -9 leaves no lock", async () => {
  const folder = temporaryFolder();
  const other = await holdElsewhere(folder);
  const told: string[] = [];
  const tell = (sentence: string) => told.push(sentence);
  await expect(lockServer(target(folder), { ...alone, tell })).rejects.toThrow(
    `Another server (process ${other.pid}) runs on ${join(folder, "a.db")}: stop it`,
  );
  expect(told).toEqual([
    `Another server (process ${other.pid}) runs on ${join(folder, "a.db")}: its end is waited for, 0.3 s at most`,
  ]);
  const waiting = lockServer(target(folder), { ...alone, patienceMs: 10_000 });
  await other.kill();
  (await waiting).release();
  expect(readdirSync(folder)).toEqual([]);
});

test("EB-05 one that is refused takes no lock away from the one that has it", async () => {
  const folder = temporaryFolder();
  const first = await lockServer(target(folder), alone);
  await expect(lockServer(target(folder), alone)).rejects.toThrow("already");
  // Another process finds out that the system still has it.
  const module = new URL("../../src/process/server-lock.ts", import.meta.url).href;
  const code = `const { lockServer } = await import(${JSON.stringify(module)});
    await lockServer(${JSON.stringify(target(folder))}, { isShared: false, tell() {}, patienceMs: 0 });`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", code], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
  await once(child, "close");
  expect(said).toContain(`Another server (process ${process.pid}) runs on`);
  first.release();
});

test("EB-05 those that are told to share start beside each other, and a lock that one has keeps out who is not", async () => {
  const folder = temporaryFolder();
  const shared = { ...alone, isShared: true };
  const first = await lockServer(target(folder), shared);
  const second = await lockServer(target(folder), shared);
  await expect(lockServer(target(folder), alone)).rejects.toThrow("SHARED_DATABASE=on");
  second.release();
  await expect(lockServer(target(folder), alone)).rejects.toThrow("SHARED_DATABASE=on");
  first.release();
});

test("where no file can be made, and on PostgreSQL, a start goes on", async () => {
  for (const nowhere of [
    target("/proc/x"),
    { kind: "postgres", url: "postgres://db/x" } as const,
  ]) {
    const lock = await lockServer(nowhere, alone);
    (await lockServer(nowhere, alone)).release();
    lock.release();
  }
});
