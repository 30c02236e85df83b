/** Many small changes of what was genuine: none makes the verifier throw, and none is taken where it was signed. */
import { randomBytes, randomInt } from "node:crypto";
import { expect, it } from "vitest";
import { verifyAssertion } from "../../../src/domain/webauthn/verify-assertion.ts";
import { verifyRegistration } from "../../../src/domain/webauthn/verify-registration.ts";
import { createAuthenticator } from "../../support/authenticator.ts";
import { creationOptions, expectedOf, named, newChallenge, ORIGIN, RP_ID, storedOf } from "./ceremonies.ts"; // prettier-ignore

/** Of each ceremony. */
const MUTATIONS = 50_000;
/** Chosen anew after so many. */
const BATCH = 100;

const own = Object.entries(named).map(([name, algorithm]) => {
  const authenticator = createAuthenticator({ origin: ORIGIN, algorithm });
  return { name, authenticator, stored: storedOf(authenticator) };
});
const anyOf = <T>(all: readonly T[]): T => all[randomInt(all.length)]!; // none is empty

it(
  "PK-09 of 50,000 changed assertions none is taken, and none throws",
  { timeout: 120_000 },
  () => {
    const faults = new Map<string, number>();
    for (let i = 0; i < MUTATIONS; i += 1) {
      const { authenticator, stored, genuine, challenge } = assertionOfBatch(i);
      const name = anyOf(["clientDataJSON", "authenticatorData", "signature"] as const);
      const text = mutate(genuine.response[name]);
      if (text === genuine.response[name]) continue;
      const response = { ...genuine.response, [name]: text };
      const verified = verifyAssertion({ ...genuine, response }, stored, expectedOf(challenge));
      expect(verified.ok, `${authenticator.id} ${name} ${text}`).toBe(false);
      if (!verified.ok) faults.set(verified.fault, (faults.get(verified.fault) ?? 0) + 1);
    }
    // Each is reached by chance: the changes are not all of one kind.
    const common = ["malformed", "type", "challenge", "origin", "rp", "presence", "backup", "signature"]; // prettier-ignore
    expect([...faults.keys()]).toEqual(expect.arrayContaining(common));
  },
);

/** Nothing signs a registration: a change may make another good one. It is judged by the bytes that were believed. */
it("PK-09 of 50,000 changed registrations none throws, and those that are taken say what is in them", { timeout: 120_000 }, () => {
  let taken = 0;
  for (let i = 0; i < MUTATIONS; i += 1) {
    const { genuine, challenge } = registrationOfBatch(i);
    const name = anyOf(["clientDataJSON", "attestationObject"] as const);
    const response = { ...genuine.response, [name]: mutate(genuine.response[name]) };
    const verified = verifyRegistration({ ...genuine, response }, expectedOf(challenge));
    if (!verified.ok) continue;
    taken += 1;
    const client = JSON.parse(Buffer.from(response.clientDataJSON, "base64url").toString());
    expect(client).toMatchObject({ type: "webauthn.create", challenge, origin: ORIGIN });
    expect(client.crossOrigin ?? false).toBe(false);
    const { credentialId, publicKey, userVerified } = verified.value;
    expect(Buffer.from(credentialId).toString("base64url")).toBe(genuine.id);
    expect(userVerified).toBe(true);
    const object = Buffer.from(response.attestationObject, "base64url");
    expect(object.includes(Buffer.concat([credentialId, publicKey]))).toBe(true);
  }
  expect(taken).toBeLessThan(MUTATIONS / 2);
}); // prettier-ignore

it("PK-09 of 10,000 random texts none is taken, and none throws", () => {
  const { authenticator, stored } = anyOf(own);
  const { id } = authenticator;
  for (let i = 0; i < 10_000; i += 1) {
    const text = () => randomBytes(randomInt(200)).toString(anyOf(["base64url", "utf8", "latin1"]));
    const [clientDataJSON, authenticatorData, signature] = [text(), text(), text()];
    const challenge = newChallenge();
    const assertion = { clientDataJSON, authenticatorData, signature, userHandle: text() };
    const registration = { clientDataJSON, attestationObject: text() };
    const rawId = anyOf([id, text()]);
    const expected = expectedOf(challenge);
    expect(verifyAssertion({ id: rawId, rawId, response: assertion }, stored, expected).ok).toBe(false); // prettier-ignore
    expect(verifyRegistration({ id: rawId, rawId, response: registration }, expected).ok).toBe(false); // prettier-ignore
  }
});

let assertion: ReturnType<typeof newAssertion> | undefined;
function assertionOfBatch(i: number) {
  if (assertion === undefined || i % BATCH === 0) assertion = newAssertion();
  return assertion;
}
function newAssertion() {
  const { authenticator, stored } = anyOf(own);
  const challenge = newChallenge();
  return {
    authenticator,
    stored,
    challenge,
    genuine: authenticator.get({ challenge, rpId: RP_ID }),
  };
}

let registration: ReturnType<typeof newRegistration> | undefined;
function registrationOfBatch(i: number) {
  if (registration === undefined || i % BATCH === 0) registration = newRegistration();
  return registration;
}
function newRegistration() {
  const options = creationOptions();
  return { challenge: options.challenge, genuine: anyOf(own).authenticator.create(options) };
}

/** One to three changes of bytes, or one of the text itself. */
function mutate(text: string): string {
  if (randomInt(10) === 0) {
    const at = randomInt(text.length);
    return text.slice(0, at) + anyOf(["", "=", "A", "+", "é", "\0", "-_"]) + text.slice(at + 1);
  }
  let bytes = Buffer.from(text, "base64url");
  for (let left = randomInt(1, 4); left > 0; left -= 1) bytes = change(bytes);
  return bytes.toString("base64url");
}

function change(bytes: Buffer): Buffer<ArrayBuffer> {
  const at = randomInt(bytes.length + 1);
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
  const byte = after[0] ?? 0;
  switch (randomInt(5)) {
    case 0:
      return Buffer.concat([before, Buffer.of(byte ^ (1 << randomInt(8))), after.subarray(1)]);
    case 1:
      return Buffer.concat([before, Buffer.of(anyOf([0, 1, 0x7f, 0x80, 0xa0, 0xff])), after.subarray(1)]); // prettier-ignore
    case 2:
      return Buffer.concat([before, after.subarray(randomInt(1, 9))]);
    case 3:
      return Buffer.concat([before, randomBytes(randomInt(1, 9)), after]);
    default:
      return Buffer.concat([before, after.subarray(0, 8), after]);
  }
}
