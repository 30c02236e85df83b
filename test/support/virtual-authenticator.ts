/** An authenticator inside Chromium, by its DevTools protocol: what a fingerprint reader or a security key would do. */
import type { Page } from "playwright-core";

/** The built-in one of a phone or a laptop, which asks for a finger; and a security key that has no PIN. */
export type AuthenticatorKind = "phone" | "key without PIN";

export interface VirtualAuthenticator {
  /** The use counts of its credentials, in the order in which they were made. */
  signCounts(): Promise<number[]>;
  /** Puts the count of each credential back, as it is in a copy that was made before. */
  setSignCounts(signCount: number): Promise<void>;
  /** False: nobody touches it, and whoever asks waits. */
  setPresence(isPresent: boolean): Promise<void>;
  /** False: the finger is a wrong one. */
  setVerified(isVerified: boolean): Promise<void>;
  /** True: its answers say that it has verified nobody, whatever it was asked. */
  setHidesVerification(hides: boolean): Promise<void>;
  /** Takes it away, with all that is on it. */
  remove(): Promise<void>;
}

const kinds = {
  phone: { transport: "internal", hasResidentKey: true, hasUserVerification: true },
  "key without PIN": { transport: "usb", hasResidentKey: false, hasUserVerification: false },
} as const satisfies Record<AuthenticatorKind, object>;

/** Gives the page an authenticator that is touched at once. */
export async function addAuthenticator(
  page: Page,
  kind: AuthenticatorKind = "phone",
): Promise<VirtualAuthenticator> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("WebAuthn.enable");
  const isUserVerified = kinds[kind].hasUserVerification;
  const { authenticatorId } = await devtools.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      ...kinds[kind],
      isUserVerified,
      automaticPresenceSimulation: true,
    },
  });
  const credentials = async () =>
    (await devtools.send("WebAuthn.getCredentials", { authenticatorId })).credentials;
  return {
    signCounts: async () => (await credentials()).map(({ signCount }) => signCount),
    async setSignCounts(signCount) {
      for (const credential of await credentials()) {
        const { credentialId } = credential;
        await devtools.send("WebAuthn.removeCredential", { authenticatorId, credentialId });
        const copy = { ...credential, signCount };
        await devtools.send("WebAuthn.addCredential", { authenticatorId, credential: copy });
      }
    },
    async setPresence(enabled) {
      const setting = { authenticatorId, enabled };
      await devtools.send("WebAuthn.setAutomaticPresenceSimulation", setting);
    },
    async setVerified(isVerified) {
      const setting = { authenticatorId, isUserVerified: isVerified };
      await devtools.send("WebAuthn.setUserVerified", setting);
    },
    async setHidesVerification(isBadUV) {
      await devtools.send("WebAuthn.setResponseOverrideBits", { authenticatorId, isBadUV });
    },
    async remove() {
      await devtools.send("WebAuthn.removeVirtualAuthenticator", { authenticatorId });
    },
  };
}
