/**
 * A mail scanner: opens the link of a mail before the person does, in a browser of its own, runs the scripts of the
 * page and clicks on all that can be clicked, from the first to the last and back again.
 */
import type { WatchedPage } from "./browser.ts";

/** Answers the requests that were more than a look, and the words on what it clicked. */
export async function scan(
  newPage: () => Promise<WatchedPage>,
  link: string,
): Promise<{ readonly posted: readonly string[]; readonly pressed: readonly string[] }> {
  for (const method of ["HEAD", "GET"]) await fetch(link, { method });
  const { page } = await newPage();
  const posted: string[] = [];
  const pressed: string[] = [];
  page.on("request", (request) => {
    if (request.method() !== "GET") posted.push(new URL(request.url()).pathname);
  });
  await page.goto(link, { waitUntil: "networkidle" });
  const controls = await page.locator("button, input, select, label, summary, [role=button]").all();
  for (const control of [...controls, ...controls.toReversed()]) {
    if (!(await control.isVisible())) continue;
    const words = (await control.innerText()).trim(); // before it may be gone
    await control.click();
    await page.keyboard.press("Escape"); // closes a list that is open
    await page.waitForLoadState("networkidle");
    await page.locator("[aria-busy]").waitFor({ state: "detached" });
    pressed.push(words);
  }
  await page.context().close();
  return { posted, pressed };
}
