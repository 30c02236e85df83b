/** Somebody's program: every entry of the published client once, against the server whose URL it is given. */
import { createClient, isPending, memoryTokens, type Result } from "@portcullis/client";
import { type EventOf, parseLine } from "@portcullis/client/events";
import { cookieJar } from "@portcullis/client/node";
import { signInWithPasskey } from "@portcullis/client/passkeys";
import { forward, sessionFrom } from "@portcullis/client/server";
import { createSession } from "@portcullis/client/session";
import { createFakeServer } from "@portcullis/client/testing";
import { createVerifier, readBearer } from "@portcullis/client/verify";

const [baseUrl = "", issuer = ""] = process.argv.slice(2);
const credentials = {
  email: `consumer-${crypto.randomUUID()}@example.com`,
  password: "correct horse battery staple",
};
const said: string[] = [];

const browser = createClient({ baseUrl, cookies: cookieJar() });
said.push(statusOf(await browser.signup(credentials)));
said.push(statusOf(await browser.login(credentials)));
said.push(statusOf(await browser.getMe()));
said.push(statusOf(await browser.logout()));

const program = createClient({ baseUrl, tokens: memoryTokens() });
const login: Result<"tokenLogin"> = await program.tokenLogin(credentials);
if (!login.ok || isPending(login.data)) throw new Error(statusOf(login));
const verifier = createVerifier({ issuer, jwksUrl: `${baseUrl}/.well-known/jwks.json` });
const verified = await verifier.verify(readBearer(`Bearer ${login.data.accessToken}`));
said.push(verified.ok ? "verified" : verified.reason);
const forged = await verifier.verify(`${login.data.accessToken}A`);
said.push(forged.ok ? "verified" : forged.reason);

const logout: EventOf<"logout"> = {
  timestamp: "2026-11-23T10:06:00.000Z",
  requestId: null,
  ip: null,
  event: "logout",
  level: "info",
  userId: "01936f2e-8c00-7b3a-9d51-2f6f0a6c1e43",
};
said.push(parseLine(JSON.stringify(logout)).kind, parseLine('{"event":"new"}').kind);

const fake = createFakeServer();
fake.fail("signup", "email_taken");
const tested = createClient({ baseUrl: "http://localhost", fetch: fake.fetch });
said.push(statusOf(await tested.signup(credentials)), statusOf(await tested.signup(credentials)));

const mailed = createFakeServer({ mailLogin: true });
const reader = createClient({
  baseUrl: "http://localhost",
  fetch: mailed.fetch,
  cookies: cookieJar(),
});
await reader.signup(credentials);
await reader.startMailLogin({ email: credentials.email });
const { code } = mailed.mail(credentials.email, "mail_login");
said.push(statusOf(await reader.signInByMail({ code })), statusOf(await reader.getMe()));

// Nothing of a browser is here: that is a value, as everywhere.
const withPasskey = await signInWithPasskey(browser);
said.push(withPasskey.ok ? "in" : (withPasskey.failure ?? withPasskey.problem.code));

const told: number[] = [];
const tokens = createClient({
  baseUrl,
  tokens: memoryTokens(),
  onResult: ({ result }) => void told.push(result.status),
});
const session = createSession(tokens);
const leave = session.subscribe(() => undefined);
said.push((await session.refresh()).status);
await tokens.tokenLogin(credentials);
said.push((await session.refresh()).status);
await session.signOut();
said.push(session.current().status, told.at(-1) === 204 ? "told" : told.join());
leave();

const visit = (site: string, cookie = "") =>
  [
    { cookie, "sec-fetch-site": site },
    { baseUrl, address: "192.0.2.1" },
  ] as const;
const own = forward(...visit("same-origin"));
said.push(statusOf(await own.api.login(credentials)), String(own.setCookies.length));
const cookie = own.setCookies.map((line) => line.split(";")[0]).join("; ");
const strange = forward(...visit("same-site", cookie));
said.push(
  statusOf(await strange.api.logout()),
  (await sessionFrom(...visit("none", cookie))).status,
);

console.log(said.join(" "));

function statusOf({ status }: { readonly status: number }): string {
  return String(status);
}
