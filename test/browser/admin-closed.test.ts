import type { OperationDescription } from "../../src/contract/operation.ts";
import { operationIds, operations } from "../../src/contract/operations.ts";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { noBrowser, useBrowser, type WatchedPage } from "../support/browser.ts";
import { adminClient, dataOf, freshEmail } from "../support/clients.ts";
import { consoleSettings, open, signInto, somebody } from "../support/console.ts";
import { PASSWORD } from "../support/credentials.ts";
import { heading } from "../support/hands.ts";
import { runSql } from "../support/passkey-pages.ts";

const paths = ["/admin", "/admin/users", "/admin/events", "/admin/keys", "/admin/settings"];

/** Paths of the operations that only administrators may call. */
const closed = operationIds
  .map((id): OperationDescription => operations[id])
  .filter(({ security }) => security.role === "admin")
  .map(({ path }) => new RegExp(`^${path.replaceAll(/\{\w+\}/g, "[^/]+")}$`));
const isForAdministrators = (path: string) => closed.some((pattern) => pattern.test(path));

let watched: WatchedPage;

/** Everything that somebody could have changed. */
function everything() {
  const { databaseFile } = watched;
  return {
    users: runSql(databaseFile, "SELECT id, email, role, disabled FROM users ORDER BY id"),
    sessions: runSql(databaseFile, "SELECT id FROM sessions ORDER BY id"),
    events: runSql(databaseFile, "SELECT id FROM events ORDER BY id"),
    mails: runSql(databaseFile, "SELECT id FROM mails ORDER BY id"),
  };
}

describe.skipIf(noBrowser)("the console, shown to whom it is not for", () => {
  const newPage = useBrowser(() => consoleSettings);
  beforeEach(async () => {
    watched = await newPage();
  });
  afterEach(() => watched.page.context().close());

  test("PG-08 a user who is no administrator sees nothing of it, asks nothing of it, and changes nothing", async () => {
    const { page, origin } = watched;
    const other = await somebody(origin);
    const email = freshEmail();
    await somebody(origin, "198.51.100.5", email);
    await signInto(watched, { email, password: PASSWORD });
    const before = everything();
    for (const path of [...paths, `/admin/users/${other.id}`]) {
      await page.goto(`${origin}${path}`);
      await heading(page, "This is for administrators");
      expect(await page.content()).not.toContain(other.email);
      expect(await page.getByRole("navigation").count()).toBe(0);
    }
    const asked = watched.calls.filter(({ kind }) => kind === "fetch").map((call) => call.path);
    expect(asked).toContain("/me");
    expect(asked.filter(isForAdministrators)).toEqual([]);
    expect(everything()).toEqual(before);
  });

  test("PG-08 an administrator whose rights were taken sees no more of it than others", async () => {
    const { page, origin } = watched;
    const { id, email } = await somebody(origin);
    const admin = await adminClient(origin);
    dataOf(await admin.updateUser({ userId: id, role: "admin", emailVerified: true }));
    await signInto(watched, { email, password: PASSWORD });
    await open(watched, "/admin/users", "Users");
    dataOf(await admin.updateUser({ userId: id, role: "user" }));
    await page.getByRole("link", { name: "Events" }).click();
    await heading(page, "This is for administrators");
  });

  test.each(paths)(
    "PG-08 %s leads somebody who is signed out to the sign-in, and back",
    async (path) => {
      const { page, origin, calls } = watched;
      await page.goto(`${origin}${path}?kind=logout`);
      await page.waitForURL((url) => url.pathname === "/sign-in");
      expect(new URL(page.url()).searchParams.get("return_to")).toBe(`${path}?kind=logout`);
      const asked = calls.filter(({ kind }) => kind === "fetch").map((call) => call.path);
      expect(asked.filter(isForAdministrators)).toEqual([]);
      expect(asked).not.toContain("/me");
    },
  );

  test("PG-07 who signs out in one tab is led away from the console in the other", async () => {
    const { page, origin } = watched;
    await signInto(watched);
    await open(watched, "/admin/keys", "Keys");
    const other = await page.context().newPage();
    await other.goto(`${origin}/admin/users`);
    await heading(other, "Users");
    await other.getByRole("button", { name: "Sign out" }).click();
    await other.waitForURL((url) => url.pathname === "/sign-in");
    await page.waitForURL((url) => url.pathname === "/sign-in");
  });
});
