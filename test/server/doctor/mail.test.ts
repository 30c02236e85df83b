/** The lines about the mail server, each at a real one that is wrong in one way. */
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { judgeMailTls } from "../../../src/process/doctor/mail.ts";
import {
  type CertificateAuthority,
  createCertificateAuthority,
  noOpenssl,
} from "../../support/certificate-authority.ts";
import { linesOf, production, runDoctor } from "../../support/doctor.ts";
import { startMailServer, startSilentServer } from "../../support/mail-server.ts";
import { startTlsMailServer, type TlsMailServerOptions } from "../../support/tls-mail-server.ts";

const PASSWORD = "canary-mail-password";
const CHECKS = ["mail_server", "mail_tls", "mail_login"] as const;

/** The three lines of a server; `host` is a name of this machine, or one that is none to the settings. */
async function told(port: number, host = "127.0.0.1", scheme = "smtp", query = "") {
  const SMTP_URL = `${scheme}://portcullis:${PASSWORD}@${host}:${port}${query}`;
  const lines: string[] = [];
  for (const check of CHECKS) lines.push(...(await linesOf(check, { ...production, SMTP_URL })));
  expect(lines.join("\n")).not.toContain(PASSWORD);
  return lines;
}

/** Linux leads it to this machine, and the settings do not know that it does. */
const ELSEWHERE = "0.0.0.0";

test("no SMTP_URL is ok below production: mails are files", async () => {
  for (const check of CHECKS) expect((await linesOf(check, {}))[0]).toMatch(/^ok /);
});

test("a server that is not there, or hangs, or wants nobody, is wrong, after a bounded time", async () => {
  expect((await told(1))[0]).toBe("wrong 127.0.0.1:1 cannot be reached (ECONNREFUSED)");
  const silent = await startSilentServer();
  onTestFinished(() => silent.close());
  const startedAt = performance.now();
  const hanging = await linesOf("mail_server", { ...production, SMTP_URL: silent.url });
  expect(hanging[0]).toMatch(/^wrong .* cannot be reached \(ETIMEDOUT\)/);
  expect(performance.now() - startedAt).toBeLessThan(10_000);
  const busy = await startMailServer({ at: "connection", reply: 421 });
  onTestFinished(() => busy.close());
  expect((await told(busy.port))[0]).toMatch(/^wrong .* cannot be reached \(\w+ 421\)/);
});

test("a server elsewhere without STARTTLS is wrong, and so is plain text by requireTLS=false", async () => {
  const plain = await startMailServer({ at: "RCPT", reply: 451 }); // takes a login
  onTestFinished(() => plain.close());
  const [server, tls, login] = await told(plain.port, ELSEWHERE);
  expect(server).toMatch(/^ok /);
  expect(tls).toMatch(/^wrong it does not encrypt/);
  expect(login).toMatch(/^attention not known/);
  const [, open] = await told(plain.port, ELSEWHERE, "smtp", "?requireTLS=false");
  expect(open).toMatch(/^wrong mails go in plain text/);
  expect((await told(plain.port))[1]).toBe("ok plain text, on this very machine");
});

test("a server that refuses the login is wrong, by its code and in no word of its own", async () => {
  const refusing = await startMailServer({ at: "AUTH", reply: 535 });
  onTestFinished(() => refusing.close());
  const lines = await told(refusing.port);
  expect(lines[2]).toBe("wrong it refuses the name and password (EAUTH 535)");
  expect(lines.join()).not.toContain("ada@example.com"); // which it says
});

test("a mail that is asked for and not taken is wrong", async () => {
  const refusing = await startMailServer("refuses");
  onTestFinished(() => refusing.close());
  const environment = { ...production, SMTP_URL: refusing.url };
  expect(await linesOf("mail_sent", environment)).toEqual([]);
  expect(await linesOf("mail_sent", environment, { sendMailTo: "bob@example.com" })).toEqual([
    "wrong a mail to bob@example.com is not taken (EENVELOPE)",
  ]);
});

describe.skipIf(noOpenssl)("with a certificate", () => {
  let authority: CertificateAuthority;
  beforeAll(() => {
    authority = createCertificateAuthority();
  });
  afterAll(() => authority.remove());

  async function start(options: TlsMailServerOptions) {
    const server = await startTlsMailServer(options);
    onTestFinished(() => server.close());
    return server;
  }

  test("one that nobody vouches for is wrong, and no password is sent to it", async () => {
    const { port, passwords } = await start({ certificate: authority.selfSigned() });
    const lines = await told(port, "localhost");
    expect(lines[0]).toMatch(/^ok /);
    expect(lines[1]).toMatch(/^wrong its certificate is not to be believed \(DEPTH_ZERO_SELF/);
    expect(lines[2]).toMatch(/^attention not known/);
    expect(passwords).toEqual([]);
  });

  test.each([
    ["has expired", { fromDays: -9, toDays: -1 }, "CERT_HAS_EXPIRED"],
    ["is for another name", { name: "other.example" }, "ERR_TLS_CERT_ALTNAME_INVALID"],
  ])("one that %s is wrong, and no password is sent to it", async (_what, more, code) => {
    const { port, passwords } = await start({ certificate: authority.issue(more) });
    const { bad } = await runDoctor({
      ...production,
      NODE_EXTRA_CA_CERTS: authority.file,
      SMTP_URL: `smtp://portcullis:${PASSWORD}@localhost:${port}`,
    });
    expect(bad).toContain(
      `wrong mail_tls: its certificate is not to be believed (${code}): no mail is sent`,
    );
    expect(passwords).toEqual([]);
  });

  test("DR-02 a server that repeats the password in its refusal is not quoted", async () => {
    const certificate = authority.issue();
    const { port, passwords } = await start({ certificate, refusesLogin: true });
    const ended = await runDoctor({
      ...production,
      NODE_EXTRA_CA_CERTS: authority.file,
      SMTP_URL: `smtp://portcullis:${PASSWORD}@localhost:${port}`,
    });
    expect(passwords).toContain(PASSWORD);
    expect(ended.bad).toContain("wrong mail_login: it refuses the name and password (EAUTH 535)");
    expect(ended.stdout + ended.stderr).not.toContain(PASSWORD);
  });

  test("one that ends soon needs attention", () => {
    const trial = { failed: "none", code: "", isEncrypted: true, hasLoggedIn: true } as const;
    const now = 1_795_000_000_000;
    const told = (days: number) =>
      judgeMailTls(
        { ...trial, certificateEndsAt: now + days * 86_400_000 },
        "smtps://mail.example.com",
        now,
      )[0]?.status;
    expect([told(10), told(40)]).toEqual(["attention", "ok"]);
  });
});
