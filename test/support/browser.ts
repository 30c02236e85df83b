/** A real server, a real browser with an empty profile, and a list of the faults of a page. */
import { join } from "node:path";
import { type BrowserContextOptions, type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, inject } from "vitest";
import { type ServerProcess, startServerProcess } from "./server-process.ts";

/** Chromium's own requests are off, so that only the page's are seen. No sandbox: containers run as root. */
const BROWSER_FLAGS = [
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
  "--no-sandbox",
];
const ARTIFACTS = new URL("../../test-artifacts/", import.meta.url).pathname;

declare global {
  /** Puts a CSP violation on the page's list of faults. */
  function reportViolation(violation: string): void;
}

const found = inject("chromium");
export const noBrowser = "missing" in found;

export const desktop = { viewport: { width: 1280, height: 900 } };
/** The narrowest screen that phones still have. */
export const phone = { viewport: { width: 375, height: 667 }, isMobile: true, hasTouch: true };

export interface WatchedPage {
  readonly page: Page;
  readonly origin: string;
  /** The folder to which the server writes its mails. */
  readonly outbox: string;
  readonly databaseFile: string;
  /** Every line that the server has logged so far. */
  readonly events: ServerProcess["events"];
  /** Everything the page asked for, in order. */
  readonly requested: readonly string[];
  /** CSP violations, exceptions, failed requests, and requests to another origin. */
  faults(): Promise<readonly string[]>;
  /** Every request with its method, its kind as the browser calls it (`document`, `script`, `fetch`), and its path. */
  readonly calls: readonly Call[];
  /** Errors of the console; an answer of 4xx is one. */
  readonly consoleErrors: readonly string[];
  /** Those that are no answer of 4xx. */
  readonly scriptErrors: readonly string[];
  /** Writes a picture of the page to `test-artifacts/`, for people. */
  shoot(name: string): Promise<void>;
}

export interface Call {
  readonly method: string;
  readonly kind: string;
  readonly path: string;
}

/**
 * One server and one browser per file; every page has an empty profile of its own. `environment`, and the `flags` of
 * this browser alone, are asked for when both start.
 */
export function useBrowser(
  environment: () => Readonly<Record<string, string>> = () => ({}),
  flags: () => readonly string[] = () => [],
): (options?: BrowserContextOptions) => Promise<WatchedPage> {
  let server: ServerProcess;
  let browser: Browser;
  beforeAll(async () => {
    if ("missing" in found) return;
    [server, browser] = await Promise.all([
      startServerProcess({ environment: environment() }),
      chromium.launch({ executablePath: found.path, args: [...BROWSER_FLAGS, ...flags()] }),
    ]);
  });
  afterAll(async () => {
    if (noBrowser) return;
    await browser.close();
    await server.dispose();
  });
  return async (options = desktop) => {
    const context = await browser.newContext(options);
    return watch(await context.newPage(), server);
  };
}

async function watch(
  page: Page,
  { baseUrl: origin, folder, databaseFile, events }: ServerProcess,
): Promise<WatchedPage> {
  const requested: string[] = [];
  const faults: string[] = [];
  const calls: Call[] = [];
  const consoleErrors: string[] = [];
  const scriptErrors: string[] = [];
  await page.exposeFunction("reportViolation", (violation: string) => void faults.push(violation));
  await page.addInitScript(() => {
    document.addEventListener(
      "securitypolicyviolation",
      ({ effectiveDirective, blockedURI, sourceFile }) =>
        Reflect.get(
          window,
          "reportViolation",
        )(`violation of ${effectiveDirective}: ${blockedURI} (${sourceFile})`),
    );
  });
  page.on("pageerror", (error) => void faults.push(`exception: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() !== "error") return;
    consoleErrors.push(message.text());
    if (!/the server responded with a status of 4\d\d/.test(message.text()))
      scriptErrors.push(message.text());
  });
  page.on("requestfailed", (request) => {
    // Broken off by whoever leaves the page while it is under way: that is no fault of the page.
    if (request.failure()?.errorText === "net::ERR_ABORTED") return;
    faults.push(`failed request: ${request.url()}`);
  });
  page.on("request", (request) => {
    const url = new URL(request.url());
    requested.push(url.href);
    calls.push({ method: request.method(), kind: request.resourceType(), path: url.pathname });
    if (url.protocol !== "data:" && url.origin !== origin)
      faults.push(`foreign request: ${url.href}`);
  });
  return {
    page,
    origin,
    outbox: join(folder, "outbox"),
    databaseFile,
    events,
    requested,
    calls,
    consoleErrors,
    scriptErrors,
    async faults() {
      // Reports come in order, so after this answer none is on its way.
      await page.evaluate(() => new Promise(requestAnimationFrame));
      return faults;
    },
    async shoot(name) {
      // Without `caret`, the screenshot itself would add a style sheet and violate the policy.
      await page.screenshot({ path: `${ARTIFACTS}${name}.png`, caret: "initial" });
    },
  };
}
