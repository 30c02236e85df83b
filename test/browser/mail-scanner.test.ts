import { DatabaseSync } from "node:sqlite";
import { describe, expect, test } from "vitest";
import {
  adminClient,
  cookieClient,
  dataOf,
  freshEmail,
  signedInClient,
} from "../support/clients.ts";
import { NEW_PASSWORD, PASSWORD } from "../support/credentials.ts";
import { noBrowser, useBrowser, type WatchedPage } from "../support/browser.ts";
import { scan } from "../support/mail-scanner.ts";
import {
  callHere,
  linkTo,
  openLink,
  press,
  signInHere,
  unlimitedChallenges,
} from "../support/mailed-links.ts";

/** A mail that somebody got, and how they end what its link is for. */
interface Mailed {
  readonly link: string;
  /** The browser of the person. */
  finish(): Promise<void>;
}

/** All that a link could spend, make or change. */
function stored({ databaseFile }: WatchedPage): unknown {
  const database = new DatabaseSync(databaseFile, { readOnly: true });
  const tables = ["challenges", "users", "sessions", "devices"];
  const rows = tables.map((table) => database.prepare(`select * from ${table} order by id`).all());
  database.close();
  return rows;
}

/** Scans the link, sees that nothing came of it, and lets the person end it. Answers what the scanner did. */
async function scanThenFinish(
  newPage: () => Promise<WatchedPage>,
  begin: (watched: WatchedPage) => Promise<Mailed>,
) {
  const watched = await newPage();
  const { link, finish } = await begin(watched);
  const before = stored(watched);
  const scanned = await scan(newPage, link);
  expect(stored(watched)).toEqual(before);
  await openLink(watched, link);
  expect(stored(watched)).toEqual(before);
  await finish();
  expect(stored(watched)).not.toEqual(before);
  await watched.page.context().close();
  return scanned;
}

async function logIn({ origin }: WatchedPage, email: string, password: string) {
  return (await cookieClient(origin).login({ email, password })).status;
}

describe.skipIf(noBrowser)("a mail scanner that presses every button, with SIGNUP=open", () => {
  const newPage = useBrowser(() => ({
    SIGNUP: "open",
    MAIL_LOGIN: "on",
    ...unlimitedChallenges,
  }));

  test("CH-07 RS-07 spends no link that resets a password", async () => {
    const { pressed, posted } = await scanThenFinish(newPage, async (watched) => {
      const { api, email } = await signedInClient(watched.origin);
      dataOf(await api.forgotPassword({ email }));
      return {
        link: await linkTo(watched, email),
        async finish() {
          await watched.page.getByLabel("New password").fill(NEW_PASSWORD);
          expect(await press(watched, "Set the password")).toMatch(/^Your password is set/);
          expect(await logIn(watched, email, NEW_PASSWORD)).toBe(200);
        },
      };
    });
    expect(pressed).toContain("Set the password");
    expect(posted).toEqual([]);
  });

  test("CH-07 EM-05 proves no address", async () => {
    const { pressed, posted } = await scanThenFinish(newPage, async (watched) => {
      const { api, email } = await signedInClient(watched.origin);
      dataOf(await api.requestEmailVerification());
      const link = await linkTo(watched, email);
      await signInHere(watched, email);
      return {
        link,
        async finish() {
          expect(await press(watched, "Confirm the address")).toMatch(/is confirmed/);
          expect(dataOf(await api.getMe()).emailVerified).toBe(true);
        },
      };
    });
    expect(pressed).toEqual(["Confirm the address", "Confirm the address"]);
    expect(posted).toEqual([]);
  });

  test("CH-07 EM-07 changes no address", async () => {
    const { pressed } = await scanThenFinish(newPage, async (watched) => {
      const { api, email } = await signedInClient(watched.origin);
      const newEmail = freshEmail();
      await signInHere(watched, email);
      dataOf(await api.startEmailChange({ newEmail }));
      return {
        link: await linkTo(watched, newEmail),
        async finish() {
          expect(await press(watched, "Change the address")).toContain(`is ${newEmail} now`);
          expect(await logIn(watched, newEmail, PASSWORD)).toBe(200);
        },
      };
    });
    expect(pressed).toEqual(["Change the address", "Change the address"]);
  });

  test("CH-07 EM-08 takes no change of address back, though the link needs no session", async () => {
    const { pressed, posted } = await scanThenFinish(newPage, async (watched) => {
      const { api, email } = await signedInClient(watched.origin);
      const newEmail = freshEmail();
      await signInHere(watched, email);
      dataOf(await api.startEmailChange({ newEmail }));
      await openLink(watched, await linkTo(watched, newEmail));
      await press(watched, "Change the address");
      return {
        link: await linkTo(watched, email),
        async finish() {
          await watched.page.getByLabel("Did you change").selectOption("No, take the change back");
          expect(await press(watched, "Send the answer")).toMatch(/has its old address again/);
          expect(await logIn(watched, email, PASSWORD)).toBe(401); // the password is void
          dataOf(await api.forgotPassword({ email }));
          await openLink(watched, await linkTo(watched, email, 2));
          await watched.page.getByLabel("New password").fill(NEW_PASSWORD);
          await press(watched, "Set the password");
          expect(await logIn(watched, email, NEW_PASSWORD)).toBe(200);
        },
      };
    });
    expect(pressed).toContain("Send the answer");
    expect(posted).toEqual([]);
  });

  test("CH-07 ML-02 signs nobody in, itself neither", async () => {
    const { pressed, posted } = await scanThenFinish(newPage, async (watched) => {
      const { email } = await signedInClient(watched.origin);
      await callHere(watched, "/login/mail", { email });
      return {
        link: await linkTo(watched, email),
        async finish() {
          expect(await press(watched, "Sign in")).toContain(`You are signed in as ${email}.`);
          const cookies = await watched.page.context().cookies();
          expect(cookies.map(({ name }) => name)).toContain("__Host-session");
        },
      };
    });
    expect(pressed).toContain("Sign in");
    expect(posted).toEqual(["/login/mail/complete"]); // it did press, and was refused
  });
});

describe.skipIf(noBrowser)("a mail scanner that presses every button, with SIGNUP=verified", () => {
  const newPage = useBrowser(() => ({ SIGNUP: "verified", ...unlimitedChallenges }));

  test.each([
    {
      kind: "signup",
      async begin(origin: string, email: string) {
        dataOf(await cookieClient(origin).signup({ email, password: PASSWORD }));
      },
    },
    {
      kind: "invitation",
      async begin(origin: string, email: string) {
        dataOf(await (await adminClient(origin)).inviteUser({ email }));
      },
    },
  ])("CH-07 EM-01 EM-03 makes no account of a link of a $kind", async ({ begin }) => {
    const { pressed, posted } = await scanThenFinish(newPage, async (watched) => {
      const email = freshEmail();
      await begin(watched.origin, email);
      return {
        link: await linkTo(watched, email),
        async finish() {
          await watched.page.getByLabel("Password", { exact: true }).fill(NEW_PASSWORD);
          expect(await press(watched, "Create the account")).toContain(`sign in as ${email} now`);
          expect(await logIn(watched, email, PASSWORD)).toBe(401);
          expect(await logIn(watched, email, NEW_PASSWORD)).toBe(200);
        },
      };
    });
    expect(pressed).toContain("Create the account");
    expect(posted).toEqual([]);
  });
});
