/**
 * `npm run bench:pages`: measures when a page has painted its largest part (PG-10), in a real browser whose processor is
 * slowed down four times, from a server on loopback. Every visit has an empty cache. Beside it stands the ratio to a page
 * without a script: that tells a slow page from a slow machine. Exits with 1 if a median is above LIMIT_MS.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, type BrowserContext, chromium } from "playwright-core";
import { findChromium } from "../test/support/find-chromium.ts";
import { describeMachine } from "./report/machine.ts";
import { createProgress } from "./report/progress.ts";
import { summarize } from "./report/statistics.ts";
import { printTable } from "./report/tables.ts";
import { adminCredentials, CHEAP_HASHES, findFreePort, startSoakServer } from "./soak/server.ts";

const LIMIT_MS = 1_000;
const SLOWED_DOWN = 4;
const VISITS = 7;

/** Has no script of its own. */
const PLAIN = "/problems";
/** Paths of pages for everybody, the plain one first. */
const open = [PLAIN, "/", "/sign-in", "/sign-up", "/reset"];
/** Those that an administrator sees, signed in. */
const signedIn = ["/account", "/account/security", "/account/sessions", "/admin", "/admin/users"];

type Cookies = Awaited<ReturnType<BrowserContext["cookies"]>>;

const folder = await mkdtemp(join(tmpdir(), "portcullis-bench-pages-"));
try {
  process.exitCode = (await measure()) ? 0 : 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** Tells if every median is within the limit. */
async function measure(): Promise<boolean> {
  const found = await findChromium(folder);
  if ("missing" in found) throw new Error(found.missing);
  const machine = describeMachine(new Date().toISOString().slice(0, 10));
  const server = await startSoakServer({
    folder,
    port: await findFreePort(),
    environment: { DATABASE_URL: `sqlite:${join(folder, "pages.db")}`, CONSOLE: "on" },
    program: CHEAP_HASHES,
  });
  const browser = await chromium.launch({ executablePath: found.path, args: ["--no-sandbox"] });
  const progress = createProgress((open.length + signedIn.length) * VISITS);
  try {
    const cookies = await signIn(browser, server.baseUrl);
    const rows: string[][] = [];
    let isGood = true;
    let plain: number | undefined;
    for (const path of [...open, ...signedIn]) {
      const paints: number[] = [];
      for (let visit = 1; visit <= VISITS; visit += 1) {
        progress.step(`${path}, visit ${visit} of ${VISITS}`);
        const known = signedIn.includes(path) ? cookies : [];
        paints.push(await visitOnce(browser, `${server.baseUrl}${path}`, known));
      }
      const summary = summarize(paints);
      isGood &&= summary !== undefined && summary.median <= LIMIT_MS;
      plain ??= summary?.median;
      const ratio = summary && plain ? (summary.median / plain).toFixed(1) : "none";
      rows.push([path, ...[summary?.median, summary?.min, summary?.max].map(whole), ratio]);
    }
    progress.end();
    const title = `Largest contentful paint, ms, on a processor ${SLOWED_DOWN} times slower (at most ${LIMIT_MS})`;
    console.log(`${machine} ${VISITS} visits of each page, each with an empty cache.\n`);
    console.log(printTable({ title, head: ["page", "median", "min", "max", `of ${PLAIN}`], rows }));
    return isGood;
  } finally {
    await browser.close();
    await server.end("SIGTERM");
  }
}

/** Milliseconds from the start of the navigation to the largest paint. */
async function visitOnce(browser: Browser, url: string, cookies: Cookies): Promise<number> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  try {
    await context.addCookies(cookies);
    const page = await context.newPage();
    const devtools = await context.newCDPSession(page);
    await devtools.send("Emulation.setCPUThrottlingRate", { rate: SLOWED_DOWN });
    await page.goto(url, { waitUntil: "networkidle" });
    return await page.evaluate(
      () =>
        new Promise<number>((resolve) => {
          new PerformanceObserver((list) => {
            const last = list.getEntries().at(-1);
            if (last) resolve(last.startTime);
          }).observe({ type: "largest-contentful-paint", buffered: true });
        }),
    );
  } finally {
    await context.close();
  }
}

/** Signs in once: a session for each visit would fill the list of sessions. */
async function signIn(browser: Browser, baseUrl: string): Promise<Cookies> {
  const context = await browser.newContext();
  const answer = await context.request.post(`${baseUrl}/login`, { data: adminCredentials });
  if (!answer.ok()) throw new Error(`The administrator was not let in: ${answer.status()}`);
  const cookies = await context.cookies();
  await context.close();
  return cookies;
}

function whole(value: number | undefined): string {
  return value === undefined ? "none" : String(Math.round(value));
}
