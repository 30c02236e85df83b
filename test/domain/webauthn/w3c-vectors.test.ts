/** The published vectors of WebAuthn Level 3; `w3c-vectors.json` says where they are from. */
import { expect, it } from "vitest";
import { verifyAssertion } from "../../../src/domain/webauthn/verify-assertion.ts";
import { verifyRegistration } from "../../../src/domain/webauthn/verify-registration.ts";
import { refusedFor } from "./ceremonies.ts";
import fixture from "./w3c-vectors.json" with { type: "json" };

const relyingParty = { id: "example.org", origins: new Set(["https://example.org"]) };
/** Seven of them are user-verified. */
const expected = (challenge: string) =>
  ({ challenge, relyingParty, userVerification: "preferred" }) as const;

const refused: Readonly<Record<string, string>> = {
  "none-es256-crossOrigin": "cross_origin",
  "none-es256-topOrigin": "cross_origin",
  "packed-es384": "algorithm",
  "packed-es512": "algorithm",
  "packed-ed448": "algorithm", // -53, and not -8 on another curve
};

it("has ten vectors that are taken and five that are refused", () => {
  expect(fixture.vectors).toHaveLength(15);
  const ids = fixture.vectors.map(({ id }) => id);
  expect(ids.filter((id) => Object.hasOwn(refused, id)).sort()).toEqual(
    Object.keys(refused).sort(),
  );
});

it.each(fixture.vectors)(
  "PK-09 PK-10 judges $id as it should",
  ({ id, registration, assertion }) => {
    const made = verifyRegistration(registration.credential, expected(registration.challenge));
    const fault = refused[id];
    if (fault !== undefined) {
      expect(made).toEqual(refusedFor(fault));
      return;
    }
    if (!made.ok) throw new Error(`refused: ${made.fault}`);
    const stored = { ...made.value, webauthnHandle: new Uint8Array(32) };
    const { credential, challenge } = assertion;
    expect(verifyAssertion(credential, stored, expected(challenge))).toMatchObject({ ok: true });
    // And its challenge is a part of what was signed.
    expect(verifyAssertion(credential, stored, expected(registration.challenge))).toEqual(
      refusedFor("challenge"),
    );
  },
);
