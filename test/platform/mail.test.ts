/** The outbox against real mail servers: well, silent, and refusing. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createSmtpTransport } from "../../src/platform/mail-smtp.ts";
import { cookieClient, dataOf, freshEmail } from "../support/clients.ts";
import { PASSWORD } from "../support/credentials.ts";
import { retryOnBusyMachine } from "../support/retry-on-busy-machine.ts";
import { waitFor } from "../support/wait-for.ts";
import { startMailServer, startSilentServer } from "../support/mail-server.ts";
import { type ServerProcess, runServer, startServerProcess } from "../support/server-process.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "portcullis-mail-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const sender = { MAIL_FROM: "Portcullis Tests <auth@example.org>" };

test("RS-06 a mail goes to the stored address alone, from MAIL_FROM, as text and as HTML", async () => {
  const mailServer = await startMailServer("accepts");
  const server = await startServer(mailServer.url);
  const email = await forgetful(server);
  const { mail, recipients, raw } = await waitFor(() => mailServer.received[0]);
  expect(recipients).toEqual([email]);
  expect(mail.to).toEqual([{ name: "", address: email }]);
  expect(mail.from).toEqual({ name: "Portcullis Tests", address: "auth@example.org" });
  expect(mail.text).toContain("#token=");
  expect(mail.html).toContain("#token=");
  const headers = raw.slice(0, raw.indexOf("\r\n\r\n"));
  expect(headers).not.toMatch(/^(?:b?cc|x-mailer):/im);
  expect(headers).toMatch(/^auto-submitted: auto-generated$/im);
  expect(headers).not.toContain("token");
  await waitFor(() => (waiting() === 0 ? true : undefined));
  expect(mailServer.received).toHaveLength(1);
  await server.stop();
  await mailServer.close();
});

test(
  "RS-01 a mail server that never speaks changes no answer, and the mail arrives when there is a better one",
  retryOnBusyMachine,
  async () => {
    const silent = await startSilentServer();
    const server = await startServer(silent.url);
    await forgetful(server); // the first one is under way, and stuck
    await new Promise((resolve) => setTimeout(resolve, 1200));
    const startedAt = performance.now();
    const email = await forgetful(server);
    const took = performance.now() - startedAt;
    expect(took).toBeLessThan(1500); // a signup, its hash included, and the request
    await silent.close();
    const mailServer = await startMailServer("accepts", silent.port);
    await waitFor(() => mailServer.received.find(({ recipients }) => recipients[0] === email));
    await waitFor(() => (waiting() === 0 ? true : undefined));
    expect(mailServer.received).toHaveLength(2);
    await server.stop();
    await mailServer.close();
  },
);

test("a mail server that refuses is asked again later, and its own words are never logged", async () => {
  const refusing = await startMailServer("refuses");
  const server = await startServer(refusing.url);
  const email = await forgetful(server);
  const failed = await waitFor(() => server.events().find(({ event }) => event === "mail_failed"));
  expect(failed).toMatchObject({ attempt: 1, code: "EENVELOPE", willRetry: true, requestId: null });
  expect(JSON.stringify(failed)).not.toContain(email);
  await refusing.close();
  const mailServer = await startMailServer("accepts", refusing.port);
  const { recipients } = await waitFor(() => mailServer.received[0]);
  expect(recipients).toEqual([email]);
  await server.stop();
  await mailServer.close();
});

test(
  "ST-13 a stop while the mail server is silent ends in time, and the next start sends the mail",
  retryOnBusyMachine,
  async () => {
    const silent = await startSilentServer();
    const server = await startServer(silent.url);
    const email = await forgetful(server);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const startedAt = performance.now();
    expect(await server.stop()).toBe(0);
    expect(performance.now() - startedAt).toBeLessThan(6000);
    expect(waiting()).toBe(1);
    await silent.close();

    const mailServer = await startMailServer("accepts");
    const restartedAt = performance.now();
    const next = await startServer(mailServer.url);
    const { recipients } = await waitFor(() => mailServer.received[0]);
    expect(recipients).toEqual([email]);
    expect(performance.now() - restartedAt).toBeLessThan(10_000); // given back, not left to its lease
    await next.stop();
    await mailServer.close();
  },
);

test("a mail server that is not this machine gets no mail without TLS, unless the settings say so", async () => {
  const mailServer = await startMailServer("accepts");
  const mail = { id: "1", to: "ada@example.com", subject: "s", text: "t", html: "h", createdAt: 0 };
  // This machine by a name that does not say so.
  const send = (parameters: string) =>
    createSmtpTransport(`smtp://0.0.0.0:${mailServer.port}${parameters}`, {
      name: "",
      address: "auth@example.org",
    }).send(mail, new AbortController().signal);
  await expect(send("")).rejects.toMatchObject({ code: "ETLS" });
  expect(mailServer.received).toEqual([]);
  await send("?requireTLS=false");
  expect(mailServer.received).toHaveLength(1);
  await mailServer.close();
});

test("CF-01 production does not start without SMTP_URL and MAIL_FROM, and shows neither", async () => {
  const missing = await runServer({ NODE_ENV: "production" });
  expect(missing.code).toBe(1);
  expect(missing.stderr).toContain("Setting SMTP_URL is required in production");
  expect(missing.stderr).toContain("Setting MAIL_FROM is required in production");
  for (const MAIL_FROM of [
    "nobody",
    "Eve\r\nBcc: x <a@example.com>",
    "a@example.com, b@example.com",
  ]) {
    const wrong = await runServer({
      NODE_ENV: "production",
      SMTP_URL: "http://user:hunter2@mail.example.com",
      MAIL_FROM,
    });
    expect(wrong.code).toBe(1);
    expect(wrong.stderr).toContain("Setting SMTP_URL must be");
    expect(wrong.stderr).toContain("Setting MAIL_FROM must be");
    expect(wrong.stderr).not.toContain("hunter2");
  }
});

function startServer(SMTP_URL: string): Promise<ServerProcess> {
  return startServerProcess({ folder, environment: { SMTP_URL, ...sender } });
}

/** Somebody signs up and forgets the password at once; answers the address. */
async function forgetful(server: ServerProcess): Promise<string> {
  const api = cookieClient(server.baseUrl);
  const email = freshEmail();
  dataOf(await api.signup({ email, password: PASSWORD }));
  dataOf(await api.forgotPassword({ email }));
  return email;
}

function waiting(): number {
  const database = new DatabaseSync(join(folder, "portcullis.db"), { readOnly: true });
  const row = database.prepare("SELECT count(*) AS n FROM mails WHERE finished_at IS NULL").get();
  database.close();
  return Number(row?.["n"]);
}
