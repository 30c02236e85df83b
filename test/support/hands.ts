/** Hands on a page: by mouse or by keyboard alone, in the dialog where one is open. */
import type { Locator, Page } from "playwright-core";
import { pressOn, typeInto } from "./page-proofs.ts";

/** Narrow, as a phone. */
export const narrow = { viewport: { width: 390, height: 844 } } as const;

/** The two screens on which every journey is walked. */
export const screens = [
  ["390 px, by keyboard", narrow, "keyboard"],
  ["1280 px, by mouse", { viewport: { width: 1280, height: 900 } }, "mouse"],
] as const;
export type Hand = (typeof screens)[number][2];

/** Presses and types with one hand or the other. */
export function handOn(page: Page, hand: Hand) {
  async function place(): Promise<Page | Locator> {
    const dialogs = page.locator("dialog[open]");
    return (await dialogs.count()) > 0 ? dialogs.last() : page;
  }
  async function use(role: "button" | "link", name: string) {
    const target = (await place()).getByRole(role, { name, exact: true });
    if (hand === "mouse") await target.click();
    else await pressOn(page, target);
  }
  return {
    async type(label: string, text: string) {
      const field = (await place()).getByLabel(label, { exact: true });
      if (hand === "mouse") await field.fill(text);
      else await typeInto(page, field, text);
    },
    press: (name: string) => use("button", name),
    follow: (name: string) => use("link", name),
    /** Ticks the only box. */
    async tick() {
      const box = (await place()).getByRole("checkbox");
      if (hand === "mouse") return box.check();
      await box.focus();
      await page.keyboard.press("Space");
    },
  };
}

export function dialog(page: Page, name: string): Locator {
  return page.getByRole("dialog", { name, exact: true });
}

/** Waits for the first heading, of that name if one is given. */
export function heading(page: Page, name?: string | RegExp): Promise<void> {
  const named = name === undefined ? {} : { name, exact: true };
  return page.getByRole("heading", { level: 1, ...named }).waitFor();
}

/** Waits for a sentence. */
export function says(page: Page, text: string | RegExp): Promise<void> {
  return page.getByText(text).first().waitFor();
}

/** Reads the recovery codes that are shown, says that they are kept, and answers them. */
export async function keepCodes(page: Page, hand: Hand): Promise<string[]> {
  const shown = dialog(page, "Keep your recovery codes");
  await shown.waitFor();
  const codes = await shown.locator(".codes li").allInnerTexts();
  const { tick, press } = handOn(page, hand);
  await tick();
  await press("Done");
  await shown.waitFor({ state: "detached" });
  return codes;
}
