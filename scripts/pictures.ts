/**
 * `npm run pictures`: takes the pictures of the docs, of a server that it starts and fills itself. With `--check` it takes
 * none, and fails where the pages have changed since.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { operations } from "../src/contract/operations.ts";
import { pagePaths } from "../src/contract/page-paths.ts";
import { builtFiles } from "../src/pages/built/files.ts";
import { ADMIN } from "../test/support/credentials.ts";
import { findChromium } from "../test/support/find-chromium.ts";
import { startServerProcess } from "../test/support/server-process.ts";
import { addAuthenticator } from "../test/support/virtual-authenticator.ts";

const FOLDER = new URL("../docs/pictures/", import.meta.url);
/** Says of which pages the pictures are. */
const TAKEN = new URL("taken.json", FOLDER);

const ada = { email: "ada@example.com", password: "mulberry lantern orbit kestrel" };
const others = ["linus@example.com", "kay@example.com", "annie@example.com"];

interface Picture {
  readonly name: string;
  readonly path: string;
  readonly as?: typeof ADMIN;
  readonly width: number;
  readonly colorScheme: "light" | "dark";
}

const { signIn, account, admin } = pagePaths;
const pictures: readonly Picture[] = [
  { name: "sign-in", path: signIn, width: 1280, colorScheme: "light" },
  { name: "sign-in-phone", path: signIn, width: 390, colorScheme: "dark" },
  { name: "account", path: `${account}/security`, as: ada, width: 1280, colorScheme: "light" },
  { name: "console", path: admin, as: ADMIN, width: 1280, colorScheme: "light" },
  {
    name: "console-events",
    path: `${admin}/events`,
    as: ADMIN,
    width: 1280,
    colorScheme: "dark",
  },
];

if (process.argv.includes("--check")) await checkPictures();
else await takePictures();

async function checkPictures(): Promise<void> {
  const taken: unknown = JSON.parse(await readFile(TAKEN, "utf8").catch(() => "{}"));
  if (taken instanceof Object && Reflect.get(taken, "pages") === builtFiles.digest)
    return void console.log("The pictures of the docs show the pages as they are.");
  console.error("The pages have changed since their pictures: run `npm run pictures` and commit.");
  process.exitCode = 1;
}

async function takePictures(): Promise<void> {
  const server = await startServerProcess({
    environment: { SERVICE_NAME: "Northwind", CONSOLE: "on" },
  });
  try {
    const found = await findChromium(server.folder);
    if ("missing" in found) throw new Error(found.missing);
    await fill(server.baseUrl);
    const browser = await chromium.launch({ executablePath: found.path, args: ["--no-sandbox"] });
    await mkdir(FOLDER, { recursive: true });
    for (const picture of pictures) {
      await take(browser, server.baseUrl, picture);
      console.error(`took docs/pictures/${picture.name}.png`);
    }
    await browser.close();
    await writeFile(TAKEN, `${JSON.stringify({ pages: builtFiles.digest }, null, 2)}\n`);
  } finally {
    await server.dispose();
  }
}

/** Some people, and somebody who guesses at one of them. */
async function fill(baseUrl: string): Promise<void> {
  const post = (path: string, body: object) =>
    fetch(`${baseUrl}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  for (const email of [ada.email, ...others])
    await post(operations.signup.path, { email, password: ada.password });
  for (const email of [...others, ...others]) await post(operations.login.path, { ...ada, email });
  for (const password of ["password", "letmein now please", "ada ada ada ada", "qwertyuiop12345"])
    await post(operations.login.path, { email: ada.email, password });
}

async function take(browser: Browser, baseUrl: string, picture: Picture): Promise<void> {
  const { name, path, as, width, colorScheme } = picture;
  const context = await browser.newContext({
    viewport: { width, height: 800 },
    colorScheme,
    locale: "en-GB",
    deviceScaleFactor: 2,
  });
  if (as !== undefined)
    await context.request.post(`${baseUrl}${operations.login.path}`, { data: as });
  const page = await context.newPage();
  if (name === "account") await addPasskey(page, `${baseUrl}${path}`);
  await page.goto(`${baseUrl}${path}`, { waitUntil: "networkidle" });
  await page.getByRole("heading", { level: 1 }).waitFor();
  await page.evaluate(() => document.fonts.ready);
  // Without `caret`, the screenshot would add a style sheet, which the policy refuses.
  await page.screenshot({
    path: fileURLToPath(new URL(`${name}.png`, FOLDER)),
    caret: "initial",
    fullPage: width < 1000 || name === "account",
  });
  await context.close();
}

/** By an authenticator inside the browser, so that the picture has one. */
async function addPasskey(page: Page, url: string): Promise<void> {
  await addAuthenticator(page);
  await page.goto(url, { waitUntil: "networkidle" });
  await page.getByRole("button", { name: "Add a passkey" }).click();
  await page.waitForTimeout(1_500);
}
