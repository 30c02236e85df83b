import { afterEach, beforeEach, describe, expect, expectTypeOf, it, vi } from "vitest";
import {
  type Client,
  createClient,
  isPending,
  memoryTokens,
  type LoginPending,
  type Result,
  type Schemas,
} from "../src/index.ts";
import { cookieJar } from "../src/node.ts";
import {
  addPasskey,
  finishWithPasskey,
  reauthenticateWithPasskey,
  signInWithPasskey,
} from "../src/passkeys/index.ts";
import {
  assertion,
  createdCredential,
  openBrowser,
  registration,
  signedCredential,
} from "./fake-browser.ts";
import {
  json,
  problem,
  routes,
  session,
  startServer,
  tokenPair,
  type Answer,
} from "./loopback-server.ts";

const options = {
  challenge: "AAEC_w",
  rpId: "auth.example.com",
  timeout: 300_000,
  userVerification: "required",
  allowCredentials: [{ id: "-_8", type: "public-key", transports: ["usb"] }],
};
const creation = {
  rp: { id: "auth.example.com", name: "Portcullis" },
  user: { id: "YWRh", name: "ada@example.com", displayName: "Ada" },
  challenge: "AAEC_w",
  pubKeyCredParams: [{ type: "public-key", alg: -7 }],
  timeout: 300_000,
  excludeCredentials: [{ id: "-_8", type: "public-key", transports: [] }],
  authenticatorSelection: {
    residentKey: "preferred",
    requireResidentKey: false,
    userVerification: "preferred",
  },
  attestation: "none",
  extensions: { credProps: true },
};
const request = { challengeToken: "ceremony", options, expiresInSeconds: 300 };
const done: LoginPending = { loginToken: "login", expiresInSeconds: 300, secondFactors: [] };
const added = { id: "p", name: "Key", recoveryCodes: [] };

const server = (answers: Record<string, Answer> = {}) =>
  startServer(
    routes({
      "POST /me/passkeys/start": json(200, {
        setupToken: "setup",
        options: creation,
        expiresInSeconds: 300,
      }),
      "POST /me/passkeys": json(201, added),
      "POST /login/passkey": json(200, request),
      "POST /login/passkey/complete": json(200, done),
      "POST /login/second-factor/passkey": json(200, request),
      "POST /login/finish": json(200, session),
      "POST /token/login/finish": json(200, tokenPair),
      "POST /me/reauthentication/start": json(200, request),
      "POST /me/reauthentication": json(200, { recentUntil: "2026-11-23T10:16:00.000Z" }),
      ...answers,
    }),
  );
const browserOf = (url: string) => createClient({ baseUrl: url, cookies: cookieJar() });
const bodyOf = (body: string | undefined): unknown => JSON.parse(body ?? "");

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe("signInWithPasskey", () => {
  it("is the start, the browser, the end and the session, with cookies and with tokens", async () => {
    const asked = openBrowser({ answer: () => signedCredential() });
    const { url, seen } = await server();
    expect(await signInWithPasskey(browserOf(url))).toMatchObject({ ok: true, data: session });
    const tokens = memoryTokens();
    const program = createClient({ baseUrl: url, tokens });
    expect(await signInWithPasskey(program)).toMatchObject({ ok: true, data: tokenPair });
    expect(await tokens.read()).toMatchObject({ accessToken: tokenPair.accessToken });
    expect(seen.map((each) => each.url)).toEqual([
      "/login/passkey",
      "/login/passkey/complete",
      "/login/finish",
      "/login/passkey",
      "/login/passkey/complete",
      "/token/login/finish",
    ]);
    expect(bodyOf(seen[1]?.body)).toEqual({ challengeToken: "ceremony", credential: assertion });
    expect(bodyOf(seen[2]?.body)).toEqual({ method: "none", loginToken: "login" });
    expect(asked[0]).toEqual({ kind: "get", options: { publicKey: { parsed: options } } });
  });

  it("answers what the server refuses, and asks the browser for nothing then", async () => {
    const asked = openBrowser({ answer: () => signedCredential() });
    const { url } = await server({
      "POST /login/passkey": problem(429, "rate_limited", { retryAfterSeconds: 60 }),
    });
    expect(await signInWithPasskey(browserOf(url))).toMatchObject({ ok: false, status: 429 });
    expect(asked).toEqual([]);
    const refusing = await server({
      "POST /login/passkey/complete": problem(400, "invalid_passkey"),
    });
    expect(await signInWithPasskey(browserOf(refusing.url))).toMatchObject({
      status: 400,
      problem: { code: "invalid_passkey" },
    });
  });

  it("hands on what is pending: where a factor is missing, and where only the last call failed", async () => {
    openBrowser({ answer: () => signedCredential() });
    const missing = { ...done, secondFactors: ["totp"] };
    const asking = await server({ "POST /login/passkey/complete": json(200, missing) });
    const begun = await signInWithPasskey(browserOf(asking.url));
    expect(begun).toMatchObject({ ok: true, data: missing });
    expect(asking.seen).toHaveLength(2);

    let isBusy = true;
    const busy = await server({
      "POST /login/finish": (...call) =>
        (isBusy ? problem(503, "overloaded", { retryAfterSeconds: 1 }) : json(200, session))(
          ...call,
        ),
    });
    const api = browserOf(busy.url);
    const failed = await signInWithPasskey(api);
    expect(failed).toMatchObject({ ok: false, status: 503, pending: done });
    isBusy = false;
    if (failed.ok || !failed.pending) throw new Error("not pending");
    expect(await api.finishSignIn(failed.pending)).toMatchObject({ ok: true, data: session });
  });
});

describe("a browser that gives no passkey", () => {
  const error = (name: string) => new DOMException("said by the browser", name);
  it.each([
    ["NotAllowedError", "cancelled", /cancelled or took too long, or there is none/],
    ["AbortError", "aborted", /Another request took the place/],
    ["NotSupportedError", "unsupported", /page with https or on localhost/],
    ["SecurityError", "wrong_origin", /of auth\.example\.com .*\(https:\/\/shop\.example\)/],
    ["InvalidStateError", "already_registered", /has a passkey of this account/],
    ["UnknownError", "browser_failed", /Try again/],
  ])("answers %s as the value %s, in words, and ends nothing", async (name, failure, detail) => {
    openBrowser({
      answer: () => {
        throw error(name);
      },
    });
    const { url, seen } = await server();
    const api = browserOf(url);
    const pending = { loginToken: "login" };
    const results = [
      await addPasskey(api),
      await signInWithPasskey(api),
      await finishWithPasskey(api, pending),
      await reauthenticateWithPasskey(api),
    ];
    for (const result of results)
      expect(result).toMatchObject({
        ok: false,
        status: 0,
        failure,
        detail: expect.stringMatching(detail),
        error: { name },
      });
    expect(seen.map((each) => each.url)).toEqual([
      "/me/passkeys/start",
      "/login/passkey",
      "/login/second-factor/passkey",
      "/me/reauthentication/start",
    ]);
  });

  it("has none at all, or only what is no error: nothing rejects, and nothing is begun in vain", async () => {
    const { url, seen } = await server();
    const api = browserOf(url);
    const outcomes = () =>
      Promise.all([
        addPasskey(api),
        signInWithPasskey(api),
        signInWithPasskey(api, { autofill: true }),
        finishWithPasskey(api, { loginToken: "login" }),
        reauthenticateWithPasskey(api),
      ]);
    for (const outcome of await outcomes())
      expect(outcome).toMatchObject({ failure: "unsupported" });
    openBrowser({ answer: () => null, hasAutofill: false });
    expect(await signInWithPasskey(api, { autofill: true })).toMatchObject({
      failure: "unsupported",
    });
    expect(seen).toEqual([]);
    expect(await signInWithPasskey(api)).toMatchObject({ failure: "cancelled" });
  });

  it("is given up by a signal, before and while it is asked", async () => {
    const asked = openBrowser({});
    const { url } = await server();
    const signal = AbortSignal.abort();
    expect(await signInWithPasskey(browserOf(url), { signal })).toMatchObject({
      failure: "aborted",
    });
    const controller = new AbortController();
    const waiting = signInWithPasskey(browserOf(url), { signal: controller.signal });
    await vi.waitFor(() => expect(asked).toHaveLength(1));
    controller.abort(new Error("of the page"));
    expect(await waiting).toMatchObject({ failure: "aborted", detail: expect.any(String) });
  });
});

describe("addPasskey", () => {
  it("is the start, the browser and the end, with the name", async () => {
    const asked = openBrowser({ answer: () => createdCredential() });
    const { url, seen } = await server();
    const api = browserOf(url);
    expect(await addPasskey(api, { name: "Key" })).toMatchObject({ status: 201, data: added });
    expect(asked).toEqual([{ kind: "create", options: { publicKey: { parsed: creation } } }]);
    expect(bodyOf(seen[1]?.body)).toEqual({
      setupToken: "setup",
      credential: registration,
      name: "Key",
    });
    await addPasskey(api);
    expect(bodyOf(seen[3]?.body)).not.toHaveProperty("name");
  });

  it("answers the proof that is missing first", async () => {
    const asked = openBrowser({ answer: () => createdCredential() });
    const { url } = await server({
      "POST /me/passkeys/start": problem(403, "reauthentication_required", { methods: ["totp"] }),
    });
    expect(await addPasskey(browserOf(url))).toMatchObject({
      status: 403,
      problem: { methods: ["totp"] },
    });
    expect(asked).toEqual([]);
  });
});

describe("finishWithPasskey and reauthenticateWithPasskey", () => {
  beforeEach(() => void openBrowser({ answer: () => signedCredential() }));

  it("take the second step of a sign-in", async () => {
    const { url, seen } = await server();
    const pending = { ...done, secondFactors: ["passkey" as const] };
    expect(await finishWithPasskey(browserOf(url), pending)).toMatchObject({ data: session });
    expect(bodyOf(seen[0]?.body)).toEqual({ loginToken: "login" });
    const proof = { method: "passkey", challengeToken: "ceremony", credential: assertion };
    expect(bodyOf(seen[1]?.body)).toEqual({ ...proof, loginToken: "login" });
    const tokens = createClient({ baseUrl: url, tokens: memoryTokens() });
    expect(await finishWithPasskey(tokens, pending)).toMatchObject({ data: tokenPair });
  });

  it("prove again who is signed in", async () => {
    const { url, seen } = await server();
    expect(await reauthenticateWithPasskey(browserOf(url))).toMatchObject({ status: 200 });
    expect(bodyOf(seen[0]?.body)).toEqual({ method: "passkey" });
    const proof = { method: "passkey", challengeToken: "ceremony", credential: assertion };
    expect(bodyOf(seen[1]?.body)).toEqual(proof);
    const mailing = await server({
      "POST /me/reauthentication/start": json(200, { challengeToken: "c", expiresInSeconds: 600 }),
    });
    expect(await reauthenticateWithPasskey(browserOf(mailing.url))).toMatchObject({
      failure: "unexpected_answer",
    });
  });
});

describe("a browser without JSON of its own", () => {
  const bytes = (...values: number[]) => Uint8Array.from(values);

  it("gets bytes, and its credentials are read by hand", async () => {
    const asked = openBrowser({
      isOld: true,
      answer: ({ kind }) => {
        const credential = kind === "create" ? createdCredential() : signedCredential();
        Reflect.deleteProperty(credential, "toJSON");
        return credential;
      },
    });
    const { url, seen } = await server();
    const api = browserOf(url);
    expect(await addPasskey(api)).toMatchObject({ ok: true });
    expect(await signInWithPasskey(api)).toMatchObject({ ok: true });
    expect(asked[0]?.options["publicKey"]).toEqual({
      ...creation,
      challenge: bytes(0, 1, 2, 255),
      user: { ...creation.user, id: new TextEncoder().encode("ada") },
      excludeCredentials: [{ id: bytes(251, 255), type: "public-key", transports: [] }],
    });
    expect(asked[1]?.options["publicKey"]).toEqual({
      ...options,
      challenge: bytes(0, 1, 2, 255),
      allowCredentials: [{ id: bytes(251, 255), type: "public-key", transports: ["usb"] }],
    });
    expect(bodyOf(seen[1]?.body)).toMatchObject({ credential: registration });
    expect(bodyOf(seen[3]?.body)).toMatchObject({ credential: assertion });
  });

  it.each([
    [
      "throws, as an extension's does",
      () => {
        throw new TypeError("Illegal invocation");
      },
    ],
    ["answers nothing of use", () => ({})],
    ["answers undefined", () => undefined],
  ])("is as good as one whose toJSON %s", async (_case, toJSON) => {
    openBrowser({
      answer: ({ kind }) =>
        kind === "create" ? createdCredential(toJSON) : signedCredential(toJSON),
    });
    const { url, seen } = await server();
    const api = browserOf(url);
    expect(await addPasskey(api)).toMatchObject({ ok: true });
    expect(await signInWithPasskey(api)).toMatchObject({ ok: true });
    expect(bodyOf(seen[1]?.body)).toMatchObject({ credential: registration });
    expect(bodyOf(seen[3]?.body)).toMatchObject({ credential: assertion });
  });
});

describe("autofill", () => {
  const autofill = true;

  it("asks in the fields of the page", async () => {
    const asked = openBrowser({ answer: () => signedCredential() });
    const { url } = await server();
    expect(await signInWithPasskey(browserOf(url), { autofill })).toMatchObject({ data: session });
    expect(asked[0]?.options).toMatchObject({ mediation: "conditional" });
  });

  it("asks anew before its challenge ends, and with the new one", async () => {
    vi.useFakeTimers();
    let isChosen = false;
    const asked = openBrowser({
      answer: () => (isChosen ? signedCredential() : undefined),
    });
    let starts = 0;
    const fetch = async ({ url }: Request) => {
      if (url.endsWith("/login/passkey"))
        return Response.json({ ...request, challengeToken: `ceremony-${++starts}` });
      return Response.json(url.endsWith("complete") ? done : session);
    };
    const sent: unknown[] = [];
    const api = createClient({
      baseUrl: "https://auth.example.com",
      cookies: cookieJar(),
      fetch: async (sentRequest) => {
        if (sentRequest.url.endsWith("complete")) sent.push(await sentRequest.clone().json());
        return fetch(sentRequest);
      },
    });
    const signingIn = signInWithPasskey(api, { autofill });
    await vi.advanceTimersByTimeAsync(239_000);
    expect([starts, asked.length]).toEqual([1, 1]);
    isChosen = true;
    await vi.advanceTimersByTimeAsync(2_000);
    expect([starts, asked.length]).toEqual([2, 2]);
    expect((asked[0]?.options["signal"] as AbortSignal).aborted).toBe(true);
    expect(await signingIn).toMatchObject({ ok: true });
    expect(sent).toMatchObject([{ challengeToken: "ceremony-2" }]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("outlives a network that is away when it asks anew, but not when it begins", async () => {
    vi.useFakeTimers();
    const asked = openBrowser({});
    let isAway = false;
    const api = createClient({
      baseUrl: "https://auth.example.com",
      cookies: cookieJar(),
      fetch: async () => {
        if (isAway) throw new TypeError("away");
        return Response.json(request);
      },
    });
    const controller = new AbortController();
    const waiting = signInWithPasskey(api, { autofill, signal: controller.signal });
    await vi.advanceTimersByTimeAsync(1_000);
    isAway = true;
    await vi.advanceTimersByTimeAsync(300_000);
    expect(asked).toHaveLength(1);
    expect(await signInWithPasskey(api)).toMatchObject({ failure: "network" });
    isAway = false;
    await vi.advanceTimersByTimeAsync(20_000);
    expect(asked).toHaveLength(2);
    controller.abort();
    expect(await waiting).toMatchObject({ failure: "aborted" });
    expect(vi.getTimerCount()).toBe(0);
    isAway = true;
    expect(await signInWithPasskey(api, { autofill })).toMatchObject({ failure: "network" });
  });

  it("ends where a button asks, or another autofill, and begins no other", async () => {
    const { url, seen } = await server();
    const api = browserOf(url);
    const asked = openBrowser({
      answer: ({ options }) => (options["mediation"] ? undefined : signedCredential()),
    });
    const first = signInWithPasskey(api, { autofill });
    await vi.waitFor(() => expect(asked).toHaveLength(1));
    const second = signInWithPasskey(api, { autofill });
    expect(await first).toMatchObject({ failure: "aborted" });
    await vi.waitFor(() => expect(asked).toHaveLength(2));
    expect(await signInWithPasskey(api)).toMatchObject({ data: session });
    expect(await second).toMatchObject({ failure: "aborted" });
    expect(asked).toHaveLength(3);
    expect(seen.filter((each) => each.url === "/login/passkey")).toHaveLength(3);
  });

  it("ends where a passkey is added, and where one proves something", async () => {
    const { url } = await server();
    const api = browserOf(url);
    const ceremonies = [
      () => addPasskey(api),
      () => finishWithPasskey(api, { loginToken: "login" }),
      () => reauthenticateWithPasskey(api),
    ];
    for (const ceremony of ceremonies) {
      const asked = openBrowser({
        answer: ({ kind, options }) => {
          if (options["mediation"]) return undefined;
          return kind === "create" ? createdCredential() : signedCredential();
        },
      });
      const waiting = signInWithPasskey(api, { autofill });
      await vi.waitFor(() => expect(asked).toHaveLength(1));
      expect(await ceremony()).toMatchObject({ ok: true });
      expect(await waiting).toMatchObject({ failure: "aborted" });
    }
  });

  it("lets go of the signal when it is over", async () => {
    openBrowser({ answer: () => signedCredential() });
    const { url } = await server();
    const { signal } = new AbortController();
    const added = vi.spyOn(signal, "addEventListener");
    const removed = vi.spyOn(signal, "removeEventListener");
    await signInWithPasskey(browserOf(url), { autofill, signal });
    expect(removed.mock.calls.length).toBe(added.mock.calls.length);
  });

  it("is not begun with a signal that has fired", async () => {
    const asked = openBrowser({});
    const { url, seen } = await server();
    const signal = AbortSignal.abort();
    const given = await signInWithPasskey(browserOf(url), { autofill, signal });
    expect(given).toMatchObject({ failure: "aborted" });
    expect([asked, seen]).toEqual([[], []]);
  });
});

describe("the types of a ceremony", () => {
  it("fit the client, make what is pending be handled, and tell each failure in a line", () => {
    const check = async (
      browser: Client,
      program: Client<"tokens">,
      relay: Client<"accessToken">,
    ) => {
      const signedIn = await signInWithPasskey(browser);
      if (!signedIn.ok) {
        const { pending, problem, detail, failure } = signedIn;
        expectTypeOf(pending).toEqualTypeOf<LoginPending | undefined>();
        expectTypeOf(problem?.detail ?? detail ?? failure).toEqualTypeOf<string | undefined>();
        if (signedIn.failure === "wrong_origin")
          expectTypeOf(signedIn.detail).toEqualTypeOf<string>();
        return;
      }
      // @ts-expect-error a second factor may be missing
      void signedIn.data.user;
      if (!isPending(signedIn.data))
        expectTypeOf(signedIn.data).toEqualTypeOf<Schemas["Session"]>();
      const pair = await signInWithPasskey(program, { autofill: true });
      if (pair.ok && !isPending(pair.data))
        expectTypeOf(pair.data).toEqualTypeOf<Schemas["TokenPair"]>();
      // @ts-expect-error its token comes from elsewhere
      await signInWithPasskey(relay);
      // @ts-expect-error the same of a second step
      await finishWithPasskey(relay, { loginToken: "" });
      const finished = await finishWithPasskey(browser, { loginToken: "" });
      if (finished.ok) expectTypeOf(finished.data).toEqualTypeOf<Schemas["Session"]>();
      const passkey = await addPasskey(relay, { name: undefined });
      if (passkey.ok) expectTypeOf(passkey).toExtend<Result<"addPasskey">>();
      const proof = await reauthenticateWithPasskey(program);
      if (proof.status === 403 && proof.problem.code === "reauthentication_required")
        expectTypeOf(proof.problem.methods).toExtend<string[]>();
    };
    expect(check).toBeTypeOf("function");
  });
});
