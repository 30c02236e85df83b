/** A server that is mounted beneath a path: PUBLIC_URL has one. Beside it stands one at the root, with which it is compared. */
import { join } from "node:path";
import { createVerifier } from "@portcullis/client/verify";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cookieNames } from "../../src/contract/cookies.ts";
import type { OperationDescription } from "../../src/contract/operation.ts";
import { operationIds, operations } from "../../src/contract/operations.ts";
import { pagePaths, providerCallbackPath } from "../../src/contract/page-paths.ts";
import { problem, problemCodes } from "../../src/contract/problems.ts";
import { cookieClient, dataOf, freshEmail, tokenClient } from "../support/clients.ts";
import { ADMIN, NEW_PASSWORD, PASSWORD } from "../support/credentials.ts";
import { exampleOf } from "../support/example-inputs.ts";
import { freePort } from "../support/free-port.ts";
import { type InProcessServer, startInProcessServer } from "../support/in-process-server.ts";
import { mailsTo } from "../support/mailbox.ts";
import { startProvider, type TestProvider } from "../support/provider.ts";
import { PROVIDER_ID, providerSettings } from "../support/provider-steps.ts";
import { waitFor } from "../support/wait-for.ts";

const MOUNT = "/auth/v1";

let root: InProcessServer;
let mounted: InProcessServer;
let origin: string;
let publicUrl: string;
let provider: TestProvider;
beforeAll(async () => {
  provider = await startProvider();
  const PORT = String(await freePort());
  origin = `http://localhost:${PORT}`;
  publicUrl = `${origin}${MOUNT}`;
  const settings = { NODE_ENV: "test", MAIL_LOGIN: "on", ...providerSettings(provider) };
  root = await startInProcessServer(settings);
  mounted = await startInProcessServer({ ...settings, PORT, PUBLIC_URL: `${publicUrl}/` });
});
afterAll(async () => {
  await Promise.all([root.stop(), mounted.stop()]);
  await provider.close();
});

const filled = (path: string) =>
  path.replaceAll(/\{\w+\}/g, "01936f2e-8c00-7b3a-9d51-2f6f0a6c1e42");

/** The parts of an answer that are alike in each. */
async function said(response: Response) {
  const { status, headers } = response;
  const text = (await response.text()).replaceAll(/"requestId":"[^"]+"/g, "");
  const allow = headers.get("allow");
  return {
    status,
    allow,
    type: headers.get("content-type"),
    location: headers.get("location"),
    text,
  };
}
type Said = Awaited<ReturnType<typeof said>>;

/** An answer without the mount path. */
function unmounted({ text, location, ...rest }: Said): Said {
  const shorter = location?.startsWith(MOUNT) ? location.slice(MOUNT.length) : location;
  return {
    ...rest,
    location: shorter ?? null,
    text: text.replaceAll(new RegExp(`(["> ])${MOUNT}/`, "g"), "$1/"),
  };
}

const bodied: ReadonlySet<string> = new Set(["POST", "PATCH"]);

describe.each(operationIds)("EB-07 %s", (id) => {
  const { method, path, request }: OperationDescription = operations[id];
  const ask = (server: InProcessServer, prefix: string, asked: string = method) =>
    fetch(new URL(server.address).origin + prefix + filled(path), {
      method: asked,
      ...(bodied.has(asked) && {
        headers: { "content-type": "application/json" },
        body: JSON.stringify(request.body === undefined ? {} : exampleOf(request.body)),
      }),
      redirect: "manual",
    });

  test("answers beneath the path as it does at the root, and other methods with its own", async () => {
    // Ids, tokens and times are each server's own: what has them is compared by its status.
    const isFresh = ({ status }: Said) => status < 300;
    for (const asked of [method, "PUT"]) {
      const [here, there] = [
        await said(await ask(mounted, MOUNT, asked)),
        await said(await ask(root, "", asked)),
      ];
      if (isFresh(there)) expect(here.status).toBe(there.status);
      else expect(unmounted(here)).toEqual(there);
    }
  });

  test("is not there outside of the path, whatever is asked", async () => {
    for (const prefix of ["", "/auth", `${MOUNT}${MOUNT}`, `${MOUNT}x`, `/x${MOUNT}`])
      for (const asked of [method, "PUT", "OPTIONS"]) {
        const answer = await ask(mounted, prefix, asked);
        expect([prefix, asked, answer.status]).toEqual([prefix, asked, 404]);
        expect(await answer.json()).toMatchObject({
          code: "not_found",
          type: `${MOUNT}/problems/not-found`,
        });
      }
  });
});

test("EB-07 every page, script and redirect is that of the root, with the path before each address in it", async () => {
  const paths = root.routes.filter(({ method, path }) => method === "GET" && !path.includes(":"));
  expect(paths.length).toBeGreaterThan(100);
  for (const { path } of paths) {
    if (operationIds.some((id) => operations[id].path === path)) continue;
    if (path === pagePaths.document) continue;
    const [here, there] = await Promise.all([
      fetch(mounted.address + path, { redirect: "manual" }).then(said),
      fetch(root.address + path, { redirect: "manual" }).then(said),
    ]);
    expect([path, withQuotes(unmounted({ ...here, text: withQuotes(here.text) }).text)]).toEqual([
      path,
      withQuotes(there.text),
    ]);
    const location = there.location && `${MOUNT}${there.location}`;
    expect([path, here.status, here.location]).toEqual([path, there.status, location]);
    if (!here.type?.startsWith("text/html")) continue;
    const addresses = [...withQuotes(here.text).matchAll(/"(\/[^"]*)"/g)].map(
      ([, address = ""]) => address,
    );
    expect(addresses.filter((address) => !address.startsWith(`${MOUNT}/`))).toEqual([]);
    for (const address of addresses.filter((each) => !isOperation(each)))
      expect([address, (await fetch(origin + address)).status]).toEqual([address, 200]);
    expect((await fetch(origin + path, { redirect: "manual" })).status).toBe(404);
  }
});

/** Readable, and without the two values of an application that say where it is. */
const withQuotes = (html: string) =>
  html
    .replaceAll("&quot;", '"')
    .replace(`"mountPath":"${MOUNT}"`, '"mountPath":""')
    .replace(/"http:\/\/localhost:\d+"/, '"ours"');
const isOperation = (address: string) =>
  operationIds.some((id) => {
    const { path } = operations[id];
    const pattern = path.replaceAll(".", "\\.").replaceAll(/\{\w+\}/g, "[^/]+");
    return new RegExp(`^${MOUNT}${pattern}$`).test(address);
  });

test("EB-07 the document that is served names the path: as its server, in each link and in each type of a problem", async () => {
  const answer = await fetch(mounted.address + pagePaths.document);
  const text = await answer.text();
  const document = JSON.parse(text) as {
    servers: unknown;
    paths: Record<string, unknown>;
    components: { schemas: Record<string, unknown> };
  };
  expect(document.servers).toEqual([{ url: MOUNT }]);
  expect(Object.keys(document.paths)).toContain("/login");
  const links = [...text.matchAll(/\]\((\/[^)#]*)/g)].map(([, link = ""]) => link);
  expect(links.length).toBeGreaterThan(100);
  for (const link of new Set(links))
    expect([link, (await fetch(origin + link)).status]).toEqual([link, 200]);
  for (const code of problemCodes) {
    expect(text).not.toContain(`"${problem(code).type}"`);
    if (code !== "method_not_allowed" && code !== "not_found")
      expect(text).toContain(`"${MOUNT}${problem(code).type}"`);
  }
  expect(
    JSON.parse(
      text
        .replaceAll(`"${MOUNT}/`, '"/')
        .replaceAll(`](${MOUNT}/`, "](/")
        .replace(`"${MOUNT}"`, '"/"'),
    ),
  ).toEqual(await (await fetch(root.address + pagePaths.document)).json());
});

test("EB-07 the SDK takes a baseUrl with the path: cookies, their proof, tokens and their renewal", async () => {
  const api = cookieClient(mounted.baseUrl);
  const email = freshEmail();
  dataOf(await api.signup({ email, password: PASSWORD }));
  dataOf(await api.login({ email, password: PASSWORD }));
  dataOf(await api.changePassword({ currentPassword: PASSWORD, newPassword: NEW_PASSWORD }));
  expect(dataOf(await api.getMe()).email).toBe(email);
  expect(await api.signup({ email, password: PASSWORD })).toMatchObject({
    ok: false,
    problem: { code: "email_taken", type: `${MOUNT}/problems/email-taken` },
  });
  const program = tokenClient(mounted.baseUrl);
  dataOf(await program.tokenLogin(ADMIN));
  expect(dataOf(await program.listUsers()).items.length).toBeGreaterThan(0);
});

test("EB-07 SE-03 cookies keep their prefix, and so their path: the root", async () => {
  const answer = await mounted.post("/login", ADMIN);
  const cookies = answer.headers["set-cookie"] ?? [];
  expect(cookies.length).toBe(3);
  for (const cookie of cookies) {
    expect(cookieNames).toContain(cookie.split("=")[0]);
    expect(cookie).toContain("; Path=/; ");
  }
});

test("EB-07 the issuer has the path, and a verifier finds the keys beneath it", async () => {
  const token = await mounted.bearer(ADMIN);
  const verifier = createVerifier({ issuer: publicUrl });
  expect(await verifier.verify(token)).toMatchObject({ ok: true });
  // The path is a part of the name: of two servers on one origin, neither takes the other's tokens.
  expect(
    await createVerifier({ issuer: origin, jwksUrl: `${publicUrl}/.well-known/jwks.json` }).verify(
      token,
    ),
  ).toMatchObject({
    ok: false,
    reason: "invalid",
  });
});

test("EB-07 links of mails lead beneath the path", async () => {
  const email = freshEmail();
  dataOf(await cookieClient(mounted.baseUrl).signup({ email, password: PASSWORD }));
  const api = cookieClient(mounted.baseUrl);
  dataOf(await api.startMailLogin({ email }));
  dataOf(await api.forgotPassword({ email }));
  const links = await waitFor(async () => {
    const mails = await mailsTo(join(mounted.folder, "outbox"), email);
    const found = mails.flatMap(({ text = "" }) => /https?:\S+#/.exec(text)?.[0] ?? []);
    return found.length < 2 ? undefined : found;
  });
  expect(links.sort()).toEqual([
    `${publicUrl}${pagePaths.mailLogin}#`,
    `${publicUrl}${pagePaths.reset}#`,
  ]);
});

test("EB-07 a provider leads back beneath the path", async () => {
  const started = dataOf(
    await cookieClient(mounted.baseUrl).startProviderLogin({ providerId: PROVIDER_ID }),
  );
  expect(new URL(started.authorizationUrl).searchParams.get("redirect_uri")).toBe(
    `${publicUrl}${providerCallbackPath(PROVIDER_ID)}`,
  );
});

test("EB-07 CS-06 the allowed origin is that of PUBLIC_URL, which has no path", async () => {
  const from = (sent: string) => mounted.post("/login", ADMIN, { origin: sent });
  expect((await from(origin)).status).toBe(200);
  for (const other of [publicUrl, `${origin}/`, "https://evil.example"])
    expect((await from(other)).status).toBe(403);
});
