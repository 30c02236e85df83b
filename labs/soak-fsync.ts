/**
 * `npm run soak:fsync`: counts the server's calls of fsync with strace (ST-01). Without them a kill loses
 * nothing, but a power cut does. Exits with 1 if there are fewer calls than acknowledged writes, and with 0
 * if there is no strace, after saying so.
 */
import { spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createClient, memoryTokens } from "@portcullis/client";
import { databaseUrl } from "./database.ts";
import { adminCredentials, findFreePort, type SoakServer, startSoakServer } from "./soak/server.ts";

const WRITES = 50;
/** Time until strace has written its lines. Milliseconds. */
const SETTLED_AFTER_MS = 300;

const tracer = spawnSync("strace", ["-f", "-qq", "-o", "/dev/null", "true"]);
if (tracer.status === 0) await measure();
else
  console.log(
    "skipped: there is no strace here, or it may not trace (Debian: apt-get install strace)",
  );

async function measure(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "portcullis-fsync-"));
  const trace = join(folder, "trace");
  let server: SoakServer | undefined;
  try {
    server = await startSoakServer({
      folder,
      port: await findFreePort(),
      environment: {
        DATABASE_URL: databaseUrl({ kind: "sqlite", path: join(folder, "portcullis.db") }),
      },
      // With -D the spawned process, which gets the signals, is the server itself.
      under: ["strace", "-D", "-f", "-qq", "-e", "trace=fsync,fdatasync", "-o", trace],
    });
    const api = createClient({ baseUrl: server.baseUrl, tokens: memoryTokens() });
    let pair = await api.tokenLogin(adminCredentials);
    const before = await countSyncs(trace);
    let acknowledged = 0;
    for (let write = 0; write < WRITES; write += 1) {
      if (pair.status !== 200) throw new Error(`The answer is ${pair.status}`);
      const next = await api.tokenRefresh({ refreshToken: pair.data.refreshToken });
      acknowledged += next.ok ? 1 : 0;
      pair = next as typeof pair; // both operations answer a pair of tokens or a problem
    }
    const syncs = (await countSyncs(trace)) - before;
    console.log(`${acknowledged} acknowledged writes, ${syncs} calls of fsync or fdatasync`);
    process.exitCode = acknowledged === WRITES && syncs >= acknowledged ? 0 : 1;
  } finally {
    await server?.end("SIGTERM");
    await rm(folder, { recursive: true, force: true });
  }
}

async function countSyncs(trace: string): Promise<number> {
  await sleep(SETTLED_AFTER_MS);
  const lines = (await readFile(trace, "utf8")).split("\n");
  return lines.filter((line) => /f(?:data)?sync\(/.test(line)).length;
}
