/** Mails through a server and a mail server: in whose language, from whom, and where their links lead. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { cookieClient, dataOf, freshEmail } from "../support/clients.ts";
import { PASSWORD } from "../support/credentials.ts";
import { type MailServer, startMailServer } from "../support/mail-server.ts";
import { type ServerProcess, startServerProcess } from "../support/server-process.ts";
import { waitFor } from "../support/wait-for.ts";

const SERVICE_NAME = `Bäckerei "Söhne", & Co`;
const RESET_URL = "https://app.example.com/?view=reset";

let folder: string;
let server: ServerProcess;
let mailServer: MailServer;
beforeAll(async () => {
  mailServer = await startMailServer("accepts");
  folder = mkdtempSync(join(tmpdir(), "portcullis-mails-"));
  mkdirSync(join(folder, "en"));
  const own = {
    subject: "Ours: {service}",
    text: "{when} {where} {until}",
    html: "<p>{when} {where} {until}</p>",
  };
  writeFileSync(join(folder, "en/login_locked.json"), JSON.stringify(own));
  server = await startServerProcess({
    environment: {
      SMTP_URL: mailServer.url,
      MAIL_FROM: "auth@example.org",
      SERVICE_NAME,
      CORS_ORIGINS: "https://app.example.com",
      RESET_URL,
      MAIL_TEMPLATES: folder,
      LOCKOUT_THRESHOLD: "2",
    },
  });
});
afterAll(async () => {
  await server.dispose();
  await mailServer.close();
  rmSync(folder, { recursive: true });
});

/** Waits for the one mail to an address. */
const mailTo = (address: string) =>
  waitFor(() => mailServer.received.find(({ recipients }) => recipients.includes(address))?.mail);
const api = () => cookieClient(server.baseUrl);

test.each([
  ["de-AT,de;q=0.9,en;q=0.1", `Ein neues Passwort für ${SERVICE_NAME}`],
  ["fr;q=1, *;q=0.5", `Choose a new password for ${SERVICE_NAME}`],
  ["de;q=0,en-US-x-twain", `Choose a new password for ${SERVICE_NAME}`],
])(
  "a reset is mailed in the language that its request accepts, %s, by the service's name",
  async (languages, subject) => {
    const email = freshEmail();
    dataOf(await api().signup({ email, password: PASSWORD }));
    const headers = { "accept-language": languages };
    expect(await api().forgotPassword({ email }, { headers })).toMatchObject({ status: 202 });
    const mail = await mailTo(email);
    expect(mail.subject).toBe(subject);
    expect(mail.from).toEqual({ name: SERVICE_NAME, address: "auth@example.org" });
    expect(mail.html).toContain("Bäckerei &quot;Söhne&quot;, &amp; Co");
  },
);

test("RS-05 RS-07 MT-02 the link of a reset leads to the application's own page, with the token behind the #", async () => {
  const email = freshEmail();
  dataOf(await api().signup({ email, password: PASSWORD }));
  const headers = { host: "evil.example", "x-forwarded-host": "evil.example" };
  await api().forgotPassword({ email }, { headers });
  const { text = "", html = "" } = await mailTo(email);
  const link = text.split("\n").find((line) => line.startsWith("http")) ?? "";
  expect(link).toMatch(/^https:\/\/app\.example\.com\/\?view=reset#token=[\w-]{43}$/);
  expect(html).toContain(`href="${link}"`);
  expect(`${text}${html}`).not.toContain("evil.example");
});

test("PW-12 MT-03 a lock is told in MAIL_LOCALE, by the operator's own template, whatever the one who failed accepts", async () => {
  const email = freshEmail();
  dataOf(await api().signup({ email, password: PASSWORD }));
  const headers = { "accept-language": "de" };
  for (const password of ["wrong once", "wrong twice"])
    await api().login({ email, password }, { headers });
  const mail = await mailTo(email);
  expect(mail.subject).toBe(`Ours: ${SERVICE_NAME}`);
  expect(mail.text).toMatch(/^\w+ \d+, \d{4} at \d\d:\d\d UTC 127\.0\.0\.1 /);
});
