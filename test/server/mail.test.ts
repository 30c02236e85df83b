/**
 * The outbox against real mail servers: well, silent, and refusing. A mail is looked for once a second and tried again
 * after two: tests that wait for that, and measure no time, wait beside each other.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { createSmtpTransport } from "../../src/platform/mail-smtp.ts";
import { cookieClient, dataOf, freshEmail } from "../support/clients.ts";
import { PASSWORD } from "../support/credentials.ts";
import { mailNames, nthMailTo, tokenIn } from "../support/mailbox.ts";
import { retryOnBusyMachine } from "../support/retry-on-busy-machine.ts";
import { waitFor } from "../support/wait-for.ts";
import { startMailServer, startSilentServer } from "../support/mail-server.ts";
import { type ServerProcess, runServer, startServerProcess } from "../support/server-process.ts";

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
  await waitFor(() => (waiting(server) === 0 ? true : undefined));
  expect(mailServer.received).toHaveLength(1);
  await server.dispose();
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
    await waitFor(() => (waiting(server) === 0 ? true : undefined));
    expect(mailServer.received).toHaveLength(2);
    await server.dispose();
    await mailServer.close();
  },
);

test.concurrent(
  "a mail server that refuses is asked again later, and its own words are never logged",
  async () => {
    const refusing = await startMailServer("refuses");
    const server = await startServer(refusing.url);
    const email = await forgetful(server);
    const failed = await waitFor(() =>
      server.events().find(({ event }) => event === "mail_failed"),
    );
    expect(failed).toMatchObject({
      attempt: 1,
      code: "EENVELOPE",
      willRetry: true,
      requestId: null,
    });
    expect(JSON.stringify(failed)).not.toContain(email);
    await refusing.close();
    const mailServer = await startMailServer("accepts", refusing.port);
    const { recipients } = await waitFor(() => mailServer.received[0]);
    expect(recipients).toEqual([email]);
    await server.dispose();
    await mailServer.close();
  },
);

test.concurrent.each([
  ["MAIL", 553],
  ["RCPT", 550],
  ["DATA", 554],
] as const)(
  "a mail that is refused for good at %s (%i) ends at once: it is told, and nothing waits",
  async (at, reply) => {
    const refusing = await startMailServer({ at, reply });
    const server = await startServer(refusing.url);
    const email = await forgetful(server);
    const failed = await waitFor(() => mailFailures(server)[0]);
    const code = at === "DATA" ? "EMESSAGE" : "EENVELOPE";
    expect(failed).toMatchObject({ attempt: 1, code, willRetry: false });
    expect(JSON.stringify(failed)).not.toContain("@");
    expect(mailRows(server)).toMatchObject([{ attempts: 1, sealed: null, finished: 1 }]);
    expect(waiting(server)).toBe(0); // what the metric of the outbox's age is read from
    await refusing.close();

    const mailServer = await startMailServer("accepts", refusing.port);
    const other = await forgetful(server);
    const { recipients } = await waitFor(() => mailServer.received[0]);
    expect(recipients).toEqual([other]);
    expect(other).not.toBe(email);
    await server.dispose();
    expect(mailServer.received).toHaveLength(1);
    expect(mailFailures(server)).toHaveLength(1);
    await mailServer.close();
  },
);

test.concurrent(
  "an address beyond ASCII is not sent to a server without SMTPUTF8: the mail ends at once",
  async () => {
    const ascii = await startMailServer("ascii");
    const server = await startServer(ascii.url);
    const email = `ädä-${freshEmail()}`;
    await forgetful(server, email);
    const failed = await waitFor(() => mailFailures(server)[0]);
    expect(failed).toMatchObject({ attempt: 1, code: "ESMTPUTF8", willRetry: false });
    expect(mailRows(server)).toMatchObject([{ attempts: 1, sealed: null, finished: 1 }]);
    const known = await forgetful(server);
    await waitFor(() => ascii.received.find(({ recipients }) => recipients[0] === known));
    expect(ascii.received).toHaveLength(1);
    await ascii.close();

    const mailServer = await startMailServer("accepts", ascii.port);
    const api = cookieClient(server.baseUrl);
    dataOf(await api.forgotPassword({ email }));
    const { recipients } = await waitFor(() => mailServer.received[0]);
    expect(recipients).toEqual([email]);
    await server.dispose();
    await mailServer.close();
  },
);

test.concurrent.each([
  ["when it is connected to", { at: "connection", reply: 554 }, "EPROTOCOL"],
  ["at AUTH", { at: "AUTH", reply: 535 }, "EAUTH"],
  ["at MAIL, because it wants a login", { at: "MAIL", reply: 530 }, "EENVELOPE"],
  ["at RCPT, for now", { at: "RCPT", reply: 450 }, "EENVELOPE"],
] as const)(
  "a mail waits for a server that refuses %s, and is sent once it is mended",
  async (_, refusal, code) => {
    const refusing = await startMailServer(refusal);
    const server = await startServer(refusing.url.replace("//", "//portcullis:wrong@"));
    const email = await forgetful(server);
    const failed = await waitFor(() => mailFailures(server)[0]);
    expect(failed).toMatchObject({ attempt: 1, code, willRetry: true });
    expect(mailRows(server)).toMatchObject([{ finished: 0 }]);
    await refusing.close();
    const mailServer = await startMailServer("accepts", refusing.port);
    const { recipients } = await waitFor(() => mailServer.received[0]);
    expect(recipients).toEqual([email]);
    await server.dispose();
    await mailServer.close();
  },
);

test.concurrent(
  "mails as files have no line that is cut, and a link is printed on standard error, in development alone",
  async () => {
    const server = await startServerProcess();
    const email = `ädä-${freshEmail()}`;
    await forgetful(server, email);
    const outbox = join(server.folder, "outbox");
    const { text = "" } = await nthMailTo(outbox, email);
    const link = /^http\S+#token=[\w-]+$/m.exec(text)?.[0] ?? "none";
    const [file = ""] = await mailNames(outbox);
    const raw = await readFile(join(outbox, file), "utf8");
    expect(raw.split(link).length - 1).toBe(3); // in the text; in the HTML, as an address and as words
    expect(raw).not.toMatch(/=\r?$/m);
    expect(Math.max(...raw.split("\n").map((line) => line.length))).toBeLessThan(998); // RFC 5322 §2.1.1
    await waitFor(() => server.stderr().includes(link) || undefined);
    expect(server.stderr().split("\n")).toContain(`Mail to ${email}: ${link}`);
    expect(JSON.stringify(server.events())).not.toContain(link.split("=")[1]);
    await server.dispose();
  },
);

test.concurrent("LA-10 nothing of a mail is printed where there is a mail server", async () => {
  const mailServer = await startMailServer("accepts");
  const server = await startServer(mailServer.url);
  await forgetful(server);
  const { mail } = await waitFor(() => mailServer.received[0]);
  const token = tokenIn(mail);
  expect(token).not.toBe("");
  await waitFor(() => (waiting(server) === 0 ? true : undefined));
  await server.dispose();
  expect(server.stderr()).not.toContain(token);
  expect(JSON.stringify(server.events())).not.toContain(token);
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
    expect(waiting(server)).toBe(1);
    await silent.close();

    const mailServer = await startMailServer("accepts");
    const restartedAt = performance.now();
    const next = await startServer(mailServer.url, server.folder);
    const { recipients } = await waitFor(() => mailServer.received[0]);
    expect(recipients).toEqual([email]);
    expect(performance.now() - restartedAt).toBeLessThan(10_000); // given back, not left to its lease
    await next.dispose();
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

function startServer(SMTP_URL: string, folder?: string): Promise<ServerProcess> {
  const environment = { SMTP_URL, ...sender };
  return startServerProcess(folder === undefined ? { environment } : { folder, environment });
}

/** Somebody signs up and forgets the password at once; answers the address. */
async function forgetful(server: ServerProcess, email = freshEmail()): Promise<string> {
  const api = cookieClient(server.baseUrl);
  dataOf(await api.signup({ email, password: PASSWORD }));
  dataOf(await api.forgotPassword({ email }));
  return email;
}

function mailFailures(server: ServerProcess) {
  return server.events().filter(({ event }) => event === "mail_failed");
}

function waiting(server: ServerProcess): number {
  return mailRows(server).filter(({ finished }) => finished === 0).length;
}

function mailRows({ databaseFile }: ServerProcess): Record<string, unknown>[] {
  const database = new DatabaseSync(databaseFile, { readOnly: true });
  const rows = database
    .prepare("SELECT attempts, sealed, finished_at IS NOT NULL AS finished FROM mails ORDER BY id")
    .all();
  database.close();
  return rows;
}
