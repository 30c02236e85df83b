/** The part of a browser that passkeys use, where there is none. It answers what a test says, and remembers what it was asked. */
import { vi } from "vitest";

export interface Asked {
  readonly kind: "create" | "get";
  readonly options: Record<string, unknown>;
}

interface FakeBrowser {
  /** Answers each ceremony: a credential, null, or a throw. At undefined the request waits until its signal fires. */
  readonly answer?: (asked: Asked) => unknown;
  /** It has no JSON of its own, as before Level 3. */
  readonly isOld?: boolean;
  readonly hasAutofill?: boolean;
}

const bytes = (text: string) => new TextEncoder().encode(text).buffer;
const base64Url = (text: string) => Buffer.from(text).toString("base64url");

/** The JSON of the credentials below. */
export const registration = {
  id: "new-id",
  rawId: base64Url("new-id?"),
  type: "public-key",
  response: {
    clientDataJSON: base64Url("client data"),
    attestationObject: base64Url("attestation"),
    transports: ["internal"],
  },
  clientExtensionResults: { credProps: { rk: true } },
} as const;
export const assertion = {
  id: "id",
  rawId: base64Url("id??"),
  type: "public-key",
  response: {
    clientDataJSON: base64Url("client data"),
    authenticatorData: base64Url("authenticator data"),
    signature: base64Url("ÿþ"),
    userHandle: base64Url("ada"),
  },
} as const;

/** A credential of `create()`. Its `toJSON()` is the browser's, or as an extension has it. */
export function createdCredential(toJSON?: () => unknown) {
  return {
    id: "new-id",
    rawId: bytes("new-id?"),
    type: "public-key",
    response: {
      clientDataJSON: bytes("client data"),
      attestationObject: bytes("attestation"),
      getTransports: () => ["internal"],
    },
    getClientExtensionResults: () => ({ credProps: { rk: true } }),
    toJSON: toJSON ?? (() => registration),
  };
}

/** A credential of `get()`. */
export function signedCredential(toJSON?: () => unknown) {
  return {
    id: "id",
    rawId: bytes("id??"),
    type: "public-key",
    response: {
      clientDataJSON: bytes("client data"),
      authenticatorData: bytes("authenticator data"),
      signature: bytes("ÿþ"),
      userHandle: bytes("ada"),
    },
    toJSON: toJSON ?? (() => assertion),
  };
}

/** Puts it into this process until `vi.unstubAllGlobals()`. */
export function openBrowser({ answer, isOld = false, hasAutofill = true }: FakeBrowser) {
  const asked: Asked[] = [];
  const ask = (kind: Asked["kind"]) => (options: Record<string, unknown>) => {
    const call = { kind, options };
    asked.push(call);
    const { signal } = options as { signal?: AbortSignal };
    return new Promise((resolve, reject) => {
      const abort = () => {
        reject(signal?.reason);
      };
      if (signal?.aborted) {
        abort();
        return;
      }
      signal?.addEventListener("abort", abort);
      try {
        const answered = answer?.(call);
        if (answered !== undefined) resolve(answered);
      } catch (error) {
        reject(error);
      }
    });
  };
  const PublicKeyCredential = Object.assign(() => undefined, {
    isConditionalMediationAvailable: async () => hasAutofill,
  });
  const parse = (json: unknown) => ({ parsed: json });
  if (!isOld)
    Object.assign(PublicKeyCredential, {
      parseCreationOptionsFromJSON: parse,
      parseRequestOptionsFromJSON: parse,
    });
  vi.stubGlobal("PublicKeyCredential", PublicKeyCredential);
  vi.stubGlobal("navigator", { credentials: { create: ask("create"), get: ask("get") } });
  vi.stubGlobal("location", { origin: "https://shop.example", hostname: "shop.example" });
  return asked;
}
