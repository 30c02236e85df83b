/** People who got a mail and open its link in a browser. */
import type { Page } from "playwright-core";
import { expect } from "vitest";
import { problem, type ProblemCode } from "../../src/contract/problems.ts";
import { PASSWORD } from "./credentials.ts";
import type { WatchedPage } from "./browser.ts";
import { mailsTo } from "./mailbox.ts";
import { waitFor } from "./wait-for.ts";

/** Settings under which no test meets a limit of challenges. */
export const unlimitedChallenges = {
  LIMIT_CHALLENGE_IP: "100000/60",
  LIMIT_SIGNUP_EMAIL: "100000/60",
  LIMIT_EMAIL_CHANGE: "100000/60",
  LIMIT_MAIL_LOGIN_IP: "100000/60",
  LIMIT_MAIL_LOGIN_EMAIL: "100000/60",
} as const;

/** The link in the address's mails of this number, with the origin of the server, whose port no setting knows. */
export async function linkTo(
  { outbox, origin }: Pick<WatchedPage, "outbox" | "origin">,
  address: string,
  count = 1,
): Promise<string> {
  const { pathname, hash } = await waitFor(async () => {
    const links = (await mailsTo(outbox, address)).flatMap(({ text }) => linksIn(text));
    return links[count - 1];
  });
  return `${origin}${pathname}${hash}`;
}

function linksIn(text = ""): URL[] {
  const [found] = /https?:\S+#\S+/.exec(text) ?? [];
  return found === undefined ? [] : [new URL(found)];
}

/** As a click in a mail does it: a page from nowhere. Answers once its script has run. */
export async function openLink({ page }: Pick<WatchedPage, "page">, link: string): Promise<void> {
  await page.goto("about:blank");
  await page.goto(link, { waitUntil: "networkidle" });
}

/** The sentence with which the page says how it went: for all of it, or beside the field it is about. */
export function said({ page }: Pick<WatchedPage, "page">): Promise<string> {
  return page.locator("[role=status]:not(:empty), .error").innerText();
}

/** Presses the button of this name, and answers what the page says then. */
export async function press(watched: Pick<WatchedPage, "page">, name: string): Promise<string> {
  await watched.page.getByRole("button", { name, exact: true }).click();
  return said(watched);
}

/** Calls an operation from a page of the server, so that its cookies are the browser's. */
export async function callHere(
  { page, origin }: Pick<WatchedPage, "page" | "origin">,
  path: string,
  body: unknown,
): Promise<void> {
  await page.goto(`${origin}/reset`);
  const status = await page.evaluate(post, { path, body });
  expect(status).toBeLessThan(300);
}

async function post({ path, body }: { path: string; body: unknown }): Promise<number> {
  const headers = { "content-type": "application/json" };
  const answer = await fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
  await answer.text(); // or leaving the page would cut it
  return answer.status;
}

/** A problem as the contract has it for an example, for a route that is to answer it. */
export function answerOf(code: ProblemCode) {
  const { status, schema } = problem(code);
  const [example] = (schema.meta() as { examples: readonly unknown[] }).examples;
  const contentType = "application/problem+json";
  return { status, contentType, body: JSON.stringify(example) };
}

/** Signs the browser in. */
export function signInHere(
  watched: Pick<WatchedPage, "page" | "origin">,
  email: string,
  password = PASSWORD,
): Promise<void> {
  return callHere(watched, "/login", { email, password });
}

/** Presses a key until what has the focus is named so; fails where it never is. */
export async function tabTo(page: Page, name: string): Promise<void> {
  const focused = page.locator(":focus");
  for (let presses = 0; presses < 10; presses += 1) {
    await page.keyboard.press("Tab");
    const named = page.getByLabel(name, { exact: true }).or(page.getByText(name, { exact: true }));
    if ((await focused.and(named).count()) > 0) return;
  }
  throw new Error(`Tab never reaches ${name}`);
}
