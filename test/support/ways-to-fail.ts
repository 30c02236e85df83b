/** Makes an operation answer a problem: one way per code, which suits every operation of the contract. */
import { createClient } from "@portcullis/client";
import type { OperationDescription } from "../../src/contract/operation.ts";
import { type OperationId, operations } from "../../src/contract/operations.ts";
import { PASSKEYS_MAX } from "../../src/contract/bounds.ts";
import type { ProblemCode } from "../../src/contract/problems.ts";
import {
  adminClient,
  cookieClient,
  dataOf,
  freshEmail,
  pendingOf,
  signedInClient,
  type TestClient,
  tokenClient,
} from "./clients.ts";
import { ADMIN, NEW_PASSWORD, PASSWORD } from "./credentials.ts";
import type { TestProvider } from "./provider.ts";
import {
  answerOf,
  completeAt,
  linkOver,
  linkTokenOf,
  PROVIDER_ID,
  somebodyAt,
  type StartedAt,
} from "./provider-steps.ts";
import { addPasskeyOver, addTotpOver, aPasskey, appOf } from "./second-factors.ts";
import type { Servers } from "./servers-in-trouble.ts";

type Fail = (servers: Servers, operationId: OperationId) => Promise<unknown>;

/** A code without an entry does not compile: a new problem needs a way to meet it here. */
export const waysToFail: Record<Exclude<ProblemCode, "method_not_allowed">, Fail> = {
  invalid_json: ({ healthy }, id) =>
    tampered(healthy, id, (request) => new Request(request, { body: '{"email":' })),
  unsupported_media_type: ({ healthy }, id) =>
    tampered(healthy, id, (request) => {
      request.headers.set("content-type", "text/plain");
      return request;
    }),
  payload_too_large: ({ healthy }, id) =>
    tampered(healthy, id, (request) => new Request(request, { body: " ".repeat(16 * 1024 + 1) })),
  validation_failed: ({ healthy }, id) =>
    tampered(healthy, id, async (request) => {
      const { url, method, headers } = request;
      // As text, which has a length: a stream has none.
      const body = (await request.text()) || null;
      return new Request(`${url}?unknown=1`, { method, headers, body });
    }),
  unsupported_content_encoding: ({ healthy }, id) =>
    tampered(healthy, id, (request) => {
      request.headers.set("content-encoding", "gzip");
      return request;
    }),
  origin_not_allowed: ({ healthy }, id) =>
    tampered(healthy, id, (request) => {
      request.headers.set("origin", "https://elsewhere.example");
      return request;
    }),
  csrf_rejected: ({ healthy }, id) =>
    tampered(healthy, id, (request) => {
      request.headers.set("sec-fetch-site", "cross-site");
      return request;
    }),
  unauthenticated: ({ healthy, limited }, id) =>
    call(cookieClient(id === "getMetrics" ? limited : healthy), id),
  forbidden: async ({ healthy }, id) => call((await signedInClient(healthy)).api, id),
  not_found: async ({ healthy, closed }, id) => {
    if (id === "getMetrics")
      return tampered(healthy, id, (request) => {
        request.headers.set("via", "1.1 proxy");
        return request;
      });
    const unknown = { providerId: "nobody" };
    return acceptsOf(id).length === 0
      ? call(cookieClient(closed), id, unknown)
      : call(await adminClient(healthy), id, unknown);
  },
  signup_closed: async ({ closed, provider }, id) => {
    if (id !== "completeProviderLogin") return call(cookieClient(closed), id);
    somebodyAt(provider);
    return completeAt(cookieClient(closed), provider);
  },
  return_not_allowed: async ({ healthy }, id) => {
    const api = acceptsOf(id).length === 0 ? cookieClient(healthy) : await adminClient(healthy);
    return call(api, id, { returnTo: "https://elsewhere.example/" });
  },
  provider_denied: async ({ healthy, provider }, id) => {
    const refusal = { error: "access_denied", iss: provider.issuer };
    if (id === "completeProviderLogin") {
      const api = cookieClient(healthy);
      return api.completeProviderLogin({ ...refusalOf(await beginLogin(api)), ...refusal });
    }
    const { api } = await signedInClient(healthy);
    return api.completeProviderLink({ ...refusalOf(await beginLink(api)), ...refusal });
  },
  provider_email_unverified: async ({ healthy, provider }) => {
    somebodyAt(provider, { verified: false });
    return completeAt(cookieClient(healthy), provider);
  },
  identity_collision: async ({ healthy, provider }) => {
    const { email } = await provedClient(healthy);
    somebodyAt(provider, { email });
    return completeAt(cookieClient(healthy), provider);
  },
  identity_taken: async ({ healthy, closed, provider }, id) => {
    if (id === "completeProviderLogin") {
      // The account with the address has somebody else of the provider.
      await linkedAdmin(closed, provider);
      somebodyAt(provider, { email: ADMIN.email });
      return completeAt(cookieClient(closed), provider);
    }
    const { api, email } = await provedClient(healthy);
    somebodyAt(provider, { email });
    const linkToken = linkTokenOf(await completeAt(cookieClient(healthy), provider));
    const begun = await beginLink(api);
    dataOf(await linkOver((await signedInClient(healthy)).api, provider));
    if (id === "completeProviderLink") return api.completeProviderLink(answerOf(provider, begun));
    if (id === "claimIdentity") return api.claimIdentity({ linkToken });
    somebodyAt(provider);
    dataOf(await linkOver(api, provider));
    return api.startProviderLink({ providerId: PROVIDER_ID });
  },
  provider_unavailable: async ({ healthy, verifying, provider }, id) => {
    const once = { retry: false } as const; // 502 is what is wanted, and not what comes after a wait
    if (id === "startProviderLogin")
      return cookieClient(verifying).startProviderLogin({ providerId: PROVIDER_ID }, once);
    if (id === "startProviderLink")
      return (await adminClient(verifying)).startProviderLink({ providerId: PROVIDER_ID }, once);
    const api = cookieClient(healthy);
    const signedIn = (await signedInClient(healthy)).api;
    const isLogin = id === "completeProviderLogin";
    const answer = answerOf(provider, isLogin ? await beginLogin(api) : await beginLink(signedIn));
    provider.knobs.down = true;
    try {
      return isLogin
        ? await api.completeProviderLogin(answer, once)
        : await signedIn.completeProviderLink(answer, once);
    } finally {
      provider.knobs.down = false;
    }
  },
  reauthentication_required: async ({ healthy, ageSessions }, id) => {
    if (id === "reauthenticate")
      return (await adminClient(healthy)).reauthenticate({ method: "totp", code: "000000" });
    const admin = await adminClient(healthy);
    const { user } = await signedInClient(healthy);
    ageSessions();
    // Only of these depends on the input whether they ask for it.
    if (id === "changePassword") return admin.changePassword({ newPassword: NEW_PASSWORD });
    if (id === "deleteMe") return admin.deleteMe({});
    if (id === "updateUser") return admin.updateUser({ userId: user.id, role: "admin" });
    return call(admin, id);
  },
  second_factor_enrolment_required: async ({ enrolling }, id) =>
    call(await adminClient(enrolling), id),
  factor_exists: async ({ healthy, addTotp }, id) => {
    const { api, user } = await signedInClient(healthy);
    if (id === "startTotp") {
      await addTotpOver(api);
      return api.startTotp();
    }
    const { setupToken, secret } = dataOf(await api.startTotp());
    addTotp(user.id);
    return api.confirmTotp({ setupToken, code: appOf(secret).codeAt(Date.now()) });
  },
  invalid_second_factor: async ({ healthy }, id) => {
    const { api, email } = await signedInClient(healthy);
    if (id === "confirmTotp") {
      const { setupToken, secret } = dataOf(await api.startTotp());
      return api.confirmTotp({ setupToken, code: appOf(secret).wrongAt(Date.now()) });
    }
    const { app } = await addTotpOver(api);
    const wrong = { method: "totp", code: app.wrongAt(Date.now()) } as const;
    if (id === "reauthenticate") return api.reauthenticate(wrong);
    const pending = pendingOf(await api.login({ email, password: PASSWORD }));
    const run = id === "finishLogin" ? api.finishLogin : api.finishTokenLogin;
    return run({ ...wrong, loginToken: pending.loginToken });
  },
  invalid_passkey: async ({ healthy }, id) =>
    call(acceptsOf(id).length === 0 ? cookieClient(healthy) : await adminClient(healthy), id),
  passkey_exists: async ({ healthy }) => {
    const { authenticator } = await addPasskeyOver((await signedInClient(healthy)).api);
    const { api } = await signedInClient(healthy);
    return (await addPasskeyOver(api, authenticator)).added;
  },
  too_many_passkeys: async ({ healthy, addPasskeys }, id) => {
    const { api, user } = await signedInClient(healthy);
    if (id === "startPasskey") {
      addPasskeys(user.id, PASSKEYS_MAX);
      return api.startPasskey();
    }
    const { setupToken, options } = dataOf(await api.startPasskey());
    addPasskeys(user.id, PASSKEYS_MAX);
    return api.addPasskey({ setupToken, credential: aPasskey().create(options) });
  },
  last_credential: async ({ closed, withoutPassword, provider }, id) => {
    if (id === "removeMyIdentity") {
      const { api, identityId } = await linkedAdmin(closed, provider);
      return withoutPassword(() => api.removeMyIdentity({ identityId }));
    }
    const api = await adminClient(closed);
    await unlinkAll(api);
    const passkeyId = dataOf((await addPasskeyOver(api)).added).id;
    const kept = await withoutPassword(() => api.removePasskey({ passkeyId }));
    dataOf(await api.removePasskey({ passkeyId })); // or its next login would wait for it
    return kept;
  },
  email_unverified: async ({ healthy }) => {
    const { user } = await signedInClient(healthy);
    return (await adminClient(healthy)).updateUser({ userId: user.id, role: "admin" });
  },
  email_already_verified: async ({ healthy }, id) => call(await adminClient(healthy), id),
  last_admin: async ({ healthy }, id) => {
    const admin = await adminClient(healthy);
    const proof = id === "deleteMe" ? { password: ADMIN.password } : {};
    return call(admin, id, { userId: dataOf(await admin.getMe()).id, ...proof });
  },
  email_taken: async ({ healthy, mailed, provider }, id) => {
    if (id === "completeProviderLogin") {
      // An address that its owner has just left, and may take back.
      const { api, email } = await signedInClient(healthy);
      const newEmail = freshEmail();
      dataOf(await api.startEmailChange({ newEmail }));
      const { token } = await mailed(newEmail);
      dataOf(await api.confirmEmailChange({ token }));
      somebodyAt(provider, { email });
      return completeAt(cookieClient(healthy), provider);
    }
    const { api, email } = await signedInClient(healthy);
    const asker = acceptsOf(id).length === 0 ? api : await adminClient(healthy);
    return call(asker, id, { email, password: PASSWORD });
  },
  weak_password: async ({ healthy, verifying, mailed }, id) => {
    const anyone = cookieClient(healthy);
    if (id === "signup") return call(anyone, id, { email: freshEmail(), password: "sunshine" });
    if (id === "confirmSignup") {
      const email = freshEmail();
      const beginner = cookieClient(verifying);
      dataOf(await beginner.signup({ email, password: PASSWORD }));
      const { token } = await mailed(email);
      return beginner.confirmSignup({ token, newPassword: "sunshine" });
    }
    if (id === "resetPassword") {
      const { email } = await signedInClient(healthy);
      dataOf(await anyone.forgotPassword({ email }));
      const { token } = await mailed(email);
      return call(anyone, id, { token, newPassword: "sunshine" });
    }
    return call((await signedInClient(healthy)).api, id, {
      currentPassword: PASSWORD,
      newPassword: "sunshine",
    });
  },
  invalid_reset_token: ({ healthy }, id) => call(cookieClient(healthy), id),
  invalid_challenge: async ({ healthy }, id) => {
    if (id === "reauthenticate") return mailedNothing(healthy);
    return call(
      acceptsOf(id).length === 0 ? cookieClient(healthy) : await adminClient(healthy),
      id,
    );
  },
  invalid_login_token: ({ healthy }, id) => call(cookieClient(healthy), id),
  invalid_credentials: async ({ healthy }, id) =>
    acceptsOf(id).length === 0
      ? call(cookieClient(healthy), id)
      : call((await signedInClient(healthy)).api, id, {
          password: "not the password",
          currentPassword: "not the password",
        }),
  invalid_refresh_token: ({ healthy }, id) => call(cookieClient(healthy), id),
  rate_limited: async ({ limited }, id) => {
    const signsIn = acceptsOf(id).length > 0;
    const api = signsIn ? await adminClient(limited) : cookieClient(limited);
    const wrong = { email: freshEmail(), password: "not the password" };
    await call(api, id, wrong);
    return call(api, id, wrong);
  },
  internal_error: (servers, id) => callWithCredential(servers, servers.broken, id),
  overloaded: (servers, id) => callWithCredential(servers, servers.draining, id),
};

const beginLogin = async (api: TestClient) =>
  dataOf(await api.startProviderLogin({ providerId: PROVIDER_ID }));
const beginLink = async (api: TestClient) =>
  dataOf(await api.startProviderLink({ providerId: PROVIDER_ID }));

/** The parameters with which the browser comes back, but for how it ended there. */
function refusalOf({ authorizationUrl, challengeToken }: StartedAt) {
  const state = new URL(authorizationUrl).searchParams.get("state") ?? "";
  return { providerId: PROVIDER_ID, challengeToken, state };
}

/** The administrator, to whose account somebody new at the provider is linked, and nobody else. */
async function linkedAdmin(baseUrl: string, provider: TestProvider) {
  const api = await adminClient(baseUrl);
  await unlinkAll(api);
  somebodyAt(provider);
  return { api, identityId: dataOf(await linkOver(api, provider)).id };
}

async function unlinkAll(api: TestClient): Promise<void> {
  for (const { id } of dataOf(await api.listMyIdentities()).items)
    dataOf(await api.removeMyIdentity({ identityId: id }));
}

/** Somebody signed in whose address is proved. */
async function provedClient(baseUrl: string) {
  const signedIn = await signedInClient(baseUrl);
  const admin = await adminClient(baseUrl);
  dataOf(await admin.updateUser({ userId: signedIn.user.id, emailVerified: true }));
  return signedIn;
}

/** A well-formed input of any operation, from the contract's own examples; no account or session has its ids. */
function exampleInput(operation: OperationDescription): Record<string, unknown> {
  const { params, body } = operation.request;
  const firstExample = (schema: { meta(): unknown }): unknown => {
    const meta = schema.meta();
    const examples: unknown =
      meta !== null && typeof meta === "object" && "examples" in meta ? meta.examples : [];
    return Array.isArray(examples) ? examples[0] : undefined;
  };
  const ofParams = Object.entries(params?.shape ?? {}).map(([name, schema]) => [
    name,
    firstExample(schema as { meta(): unknown }),
  ]);
  return { ...Object.fromEntries(ofParams), ...(body && (firstExample(body) as object)) };
}

type AnyFunction = (input: Record<string, unknown>, options?: object) => Promise<unknown>;

/** Calls with the example input; of `input` only what the operation takes. */
async function call(
  api: TestClient,
  id: OperationId,
  input: Record<string, unknown> = {},
): Promise<unknown> {
  const run = api[id] as AnyFunction; // the input comes from the operation's own schemas
  const example = exampleInput(operations[id]);
  const given = Object.entries(input).filter(([name]) => name in example);
  return run({ ...example, ...Object.fromEntries(given) });
}

function acceptsOf(id: OperationId): OperationDescription["security"]["accepts"] {
  return operations[id].security.accepts;
}

/** Calls with a cookie or a token that looks right, so that the server has to look it up. */
function callWithCredential(
  { adminTokens }: Servers,
  baseUrl: string,
  id: OperationId,
): Promise<unknown> {
  const accepts = acceptsOf(id);
  const run = cookieClient(baseUrl)[id] as AnyFunction; // as in `call`
  const headers = accepts.includes("session")
    ? { cookie: `__Host-session=${"A".repeat(43)}` }
    : { authorization: `Bearer ${adminTokens.get(baseUrl) ?? ""}` };
  // `overloaded` is what is wanted, and not what comes after a wait.
  return run(exampleInput(operations[id]), {
    retry: false,
    ...(accepts.length > 0 && { headers }),
  });
}

/**
 * Calls with a request that the SDK itself would never send: signed in as the administrator where the
 * operation requires it.
 */
async function tampered(
  baseUrl: string,
  id: OperationId,
  tamper: (request: Request) => Request | Promise<Request>,
): Promise<unknown> {
  const accepts = acceptsOf(id);
  let isSignedIn = false;
  const send = async (request: Request) => fetch(isSignedIn ? await tamper(request) : request);
  const bearer = accepts.length === 1 && accepts[0] === "bearer";
  const browser = cookieClient(baseUrl, { fetch: send });
  const api: TestClient = bearer ? { ...browser, ...(await tokenReader(baseUrl, send)) } : browser;
  if (accepts.length > 0 && !bearer) dataOf(await api.login(ADMIN));
  isSignedIn = true;
  return call(api, id);
}

/** The operation that takes a token alone, asked with the administrator's. */
async function tokenReader(baseUrl: string, fetch: (request: Request) => Promise<Response>) {
  const accessToken = await adminToken(baseUrl);
  const { getTokenMe } = createClient({ baseUrl, accessToken, fetch });
  return { getTokenMe };
}

async function adminToken(baseUrl: string): Promise<string> {
  return dataOf(await tokenClient(baseUrl).tokenLogin(ADMIN)).accessToken;
}

/** Proves by a mail that was never sent. The administrator's address is proved. */
async function mailedNothing(baseUrl: string): Promise<unknown> {
  const proof = { challengeToken: "A".repeat(43), code: "12345678" };
  return (await adminClient(baseUrl)).reauthenticate({ method: "mail", ...proof });
}
