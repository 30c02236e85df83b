/**
 * A browser that goes through a provider. The server is `localhost`, its providers are `127.0.0.1`: two sites, as in
 * life. An application is another port of `localhost`: the same site as the server, and another origin.
 */
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { DatabaseSync } from "node:sqlite";
import type { BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll } from "vitest";
import { SESSION_COOKIE } from "../../src/contract/cookies.ts";
import { type BegunFlow, providerReturn } from "../../src/contract/provider-return.ts";
import { useBrowser, type WatchedPage } from "./browser.ts";
import { freePort } from "./free-port.ts";
import { startProvider, type TestProvider } from "./provider.ts";
import { type StartedAt, variablesOf } from "./provider-steps.ts";

const PROVIDER_NAME = "Nordlys ID";

export interface ProviderPage extends WatchedPage {
  /** Of id `nordlys`. */
  readonly provider: TestProvider;
  /** Of id `other`. */
  readonly other: TestProvider;
  /** Origin of an application in CORS_ORIGINS. */
  readonly app: string;
  /** The page that the provider of this id leads back to. */
  callback(id?: string): string;
}

/** One server, one browser and two providers, `nordlys` and `other`, per file. */
export function useProviderPages(
  more: Readonly<Record<string, string>> = {},
): (options?: BrowserContextOptions) => Promise<ProviderPage> {
  const app = blankSite();
  let providers: TestProvider[] = [];
  let port = 0;
  beforeAll(async () => {
    providers = await Promise.all([startProvider(), startProvider()]);
    port = await freePort();
    app.listen(0, "localhost");
    await once(app, "listening");
  });
  afterEach(() => {
    for (const provider of providers) provider.reset();
  });
  afterAll(async () => {
    app.close().closeAllConnections();
    await Promise.all(providers.map((provider) => provider.close()));
  });
  const newPage = useBrowser(() => ({
    PORT: String(port),
    SIGNUP: "open",
    CORS_ORIGINS: originOf(app),
    PROVIDERS: "nordlys,other",
    ...variablesOf("nordlys", providers[0]?.issuer ?? "", { NAME: PROVIDER_NAME }),
    ...variablesOf("other", providers[1]?.issuer ?? ""),
    ...more,
  }));
  return async (options) => {
    const watched = await newPage(options);
    const [provider, other] = providers;
    if (!provider || !other) throw new Error("The providers have not started");
    const callback = (id = "nordlys") => `${watched.origin}/login/providers/${id}/callback`;
    return { ...watched, provider, other, app: originOf(app), callback };
  };
}

function blankSite(): Server {
  return createServer((_request, response) => {
    response.writeHead(200, { "content-type": "text/html; charset=utf-8" });
    response.end("<!doctype html><title>An application</title>");
  });
}

function originOf(site: Server): string {
  return `http://localhost:${(site.address() as AddressInfo).port}`; // it listens on TCP
}

export interface Begin {
  readonly path?: string;
  readonly returnTo?: string;
  /** Keeps the flow in the window, as the SDK does on the server's own origin. Without it, the cookie says which it is. */
  readonly keeps?: boolean;
  /** The page on which it begins; without it, one of the server. */
  readonly on?: string;
}

export const SIGN_IN = "/login/providers/nordlys";
export const LINK = "/me/identities/nordlys/start";

/** Begins a flow in this browser, and stays on the page. */
export async function beginHere(
  { origin }: Pick<WatchedPage, "origin">,
  page: Page,
  { path = SIGN_IN, returnTo, keeps = false, on = `${origin}/reset` }: Begin = {},
): Promise<StartedAt> {
  await page.goto(on);
  return page.evaluate(begin, {
    url: origin + path,
    body: returnTo === undefined ? {} : { returnTo },
    flowKey: keeps ? providerReturn.flowKey : undefined,
    kept: path === LINK && returnTo !== undefined ? { returnTo } : {},
  });
}

interface BeginArguments {
  readonly url: string;
  readonly body: object;
  readonly flowKey: string | undefined;
  readonly kept: Partial<BegunFlow>;
}

/** Runs in the page. */
async function begin({ url, body, flowKey, kept }: BeginArguments): Promise<StartedAt> {
  const csrf = /csrf=([^;]+)/.exec(document.cookie)?.[1] ?? "";
  const answer = await fetch(url, {
    method: "POST",
    credentials: "include",
    headers: { "content-type": "application/json", ...(csrf && { "x-csrf-token": csrf }) },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(await answer.text());
  const begun = (await answer.json()) as StartedAt; // the contract's answer
  const state = new URL(begun.authorizationUrl).searchParams.get("state") ?? "";
  if (flowKey !== undefined) {
    const flow = { challengeToken: begun.challengeToken, ...kept };
    sessionStorage.setItem(flowKey + state, JSON.stringify(flow));
  }
  return begun;
}

/** Begins a flow, goes to the provider, and presses this there. */
export async function goThrough(
  watched: Pick<WatchedPage, "origin">,
  page: Page,
  options: Begin = {},
  pressed: "Allow" | "Refuse" = "Allow",
): Promise<void> {
  const { authorizationUrl } = await beginHere(watched, page, options);
  await page.goto(authorizationUrl);
  await page.getByRole("link", { name: pressed }).click();
}

/** Goes to the provider with what was begun, and comes back. */
export async function comeBack(page: Page, { authorizationUrl }: StartedAt): Promise<void> {
  await page.goto(authorizationUrl);
  await page.getByRole("link", { name: "Allow" }).click();
}

export async function isSignedIn(page: Page): Promise<boolean> {
  return (await page.context().cookies()).some(({ name }) => name === SESSION_COOKIE);
}

/** Reads or changes the server's database. */
export function inDatabase(
  { databaseFile }: Pick<WatchedPage, "databaseFile">,
  statement: string,
  ...values: string[]
): Record<string, unknown>[] {
  const database = new DatabaseSync(databaseFile, { timeout: 5_000 });
  try {
    return database.prepare(statement).all(...values);
  } finally {
    database.close();
  }
}

/** Everything of an address that a sign-in could have made. */
export function madeFor(watched: Pick<WatchedPage, "databaseFile">, email: string) {
  const count = (from: string) =>
    inDatabase(
      watched,
      `select count(*) as n from users ${from} where users.email = ?`,
      email,
    )[0]?.["n"];
  return {
    accounts: count(""),
    identities: count("join identities on identities.user_id = users.id"),
    sessions: count("join sessions on sessions.user_id = users.id"),
  };
}
