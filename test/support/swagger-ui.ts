/** Swagger UI as a person uses it: open, type, click, read. */
import type { Locator, Page } from "playwright-core";
import type { OperationId } from "../../src/contract/operations.ts";
import { pagePaths } from "../../src/contract/page-paths.ts";

const DOCUMENT = `**${pagePaths.document}`;

interface Documented {
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { readonly operationId: string }>>>
  >;
  readonly webhooks?: unknown;
}

export interface ShownAnswer {
  readonly status: number;
  /** The text under "Response body", parsed where it is JSON; undefined where there is none. */
  readonly body: unknown;
}

/**
 * Opens the docs. `only` leaves these operations in the document that the page gets: Swagger UI draws all of it anew with
 * each click, which takes seconds for seventy operations and their events.
 */
export async function openDocs(
  page: Page,
  url: string,
  only?: readonly OperationId[],
): Promise<void> {
  if (only !== undefined) await shorten(page, only);
  await page.goto(url);
  await operation(page, only?.[0] ?? "signup").waitFor();
}

/** From now on. The server's document is read each time, and what is left of it is as the server has it. */
async function shorten(page: Page, only: readonly OperationId[]): Promise<void> {
  await page.unroute(DOCUMENT);
  await page.route(DOCUMENT, async (route) => {
    const response = await route.fetch();
    const { paths, webhooks: _, ...document } = (await response.json()) as Documented;
    const kept = Object.entries(paths).map(([path, methods]) => [
      path,
      Object.fromEntries(
        Object.entries(methods).filter(([, value]) => only.some((id) => id === value.operationId)),
      ),
    ]);
    await route.fulfill({ response, json: { ...document, paths: Object.fromEntries(kept) } });
  });
}

export function operation(page: Page, operationId: string): Locator {
  return page.locator(`.opblock[id^="operations-"][id$="-${operationId}"]`);
}

/** Opens the operation, types the body, executes, and reads what is then shown. */
export async function tryOut(page: Page, operationId: string, body?: object): Promise<ShownAnswer> {
  const panel = operation(page, operationId);
  await openPanel(panel);
  if (body !== undefined)
    await panel
      .getByRole("textbox")
      .last()
      .fill(JSON.stringify(body, null, 2));
  const clear = panel.getByRole("button", { name: "Clear" });
  if (await clear.isVisible()) await clear.click();
  await panel.getByRole("button", { name: "Execute" }).click();

  const answer = panel.locator(".live-responses-table");
  const status = await answer.locator("tbody .response-col_status").innerText();
  const text = answer.locator("h5:text-is('Response body') + div code");
  const shown = (await text.count()) > 0 ? await text.innerText() : undefined;
  return {
    status: Number.parseInt(status, 10),
    body: shown !== undefined && /^[[{]/.test(shown) ? JSON.parse(shown) : shown,
  };
}

/** The box that holds the body of the operation, which is opened. */
export async function bodyBox(page: Page, operationId: string): Promise<Locator> {
  const panel = operation(page, operationId);
  await openPanel(panel);
  return panel.getByRole("textbox").last();
}

/** The body that the operation's box holds. */
export async function shownBody(page: Page, operationId: string): Promise<unknown> {
  return JSON.parse(await (await bodyBox(page, operationId)).inputValue());
}

/** Types something over a part of the body, such as a code over that of the example. */
export async function typeOver(
  page: Page,
  operationId: string,
  shown: string,
  typed: string,
): Promise<void> {
  const box = await bodyBox(page, operationId);
  await box.fill((await box.inputValue()).replace(shown, typed));
}

/** The list from which the form of an operation's body is chosen. */
export async function formsOf(page: Page, operationId: string): Promise<Locator> {
  const panel = operation(page, operationId);
  await openPanel(panel);
  return panel.locator(".opblock-section-request-body .examples-select select");
}

/** Types an access token into the Authorize dialog. */
export async function authorize(page: Page, accessToken: string): Promise<void> {
  await page.locator(".auth-wrapper .authorize").click();
  const scheme = page
    .locator(".auth-container")
    .filter({ has: page.getByText("bearer", { exact: true }) });
  await scheme.getByRole("textbox").fill(accessToken);
  await scheme.getByRole("button", { name: "Apply credentials" }).click();
  await scheme.getByRole("button", { name: "Close" }).click();
}

/** Swagger UI draws some fifty panels in six seconds; on a busy machine that is longer, and no fault. */
const OPEN_ALL_TIMEOUT_MS = 60_000;

/** Opens every operation and event at once: one click each, without waiting in between. Answers how many there are. */
export async function openAll(page: Page): Promise<number> {
  const panels = page.locator(".opblock");
  await panels
    .locator(".opblock-summary-control[aria-expanded=false]")
    .evaluateAll((controls) =>
      controls.forEach((control) => control instanceof HTMLElement && control.click()),
    );
  const count = await panels.count();
  await panels
    .locator(".opblock-body")
    .nth(count - 1)
    .waitFor({ timeout: OPEN_ALL_TIMEOUT_MS });
  return count;
}

/** Opens an operation or an event, if it is closed. */
export async function openPanel(panel: Locator): Promise<void> {
  const control = panel.locator(".opblock-summary-control");
  if ((await control.getAttribute("aria-expanded")) === "false") await control.click();
  await panel.locator(".opblock-body").waitFor();
}
