/** A forgotten part of a credential does not compile. */
import { expectTypeOf, it } from "vitest";
import type { Credential, CredentialName } from "../../src/contract/credentials.ts";
import type { Security } from "../../src/contract/security.ts";
import type { CredentialScheme } from "../../src/routes/credentials/scheme.ts";
import type { CredentialSchemes } from "../../src/routes/credentials/schemes.ts";
import type { Caller } from "../../src/routes/handler.ts";

it("every credential that signs somebody in has its scheme, and nothing else has one", () => {
  expectTypeOf<keyof CredentialSchemes>().toEqualTypeOf<Credential>();
  expectTypeOf<Omit<CredentialSchemes, "bearer">>().not.toExtend<CredentialSchemes>();
  return (session: CredentialScheme) => {
    // @ts-expect-error there is no scheme for tokens
    const forgotten: CredentialSchemes = { session };
    // @ts-expect-error no such credential
    const invented: CredentialSchemes = { session, bearer: session, passkey: session };
    return [forgotten, invented];
  };
});

it("an operation accepts, and a caller has, a credential that signs somebody in", () => {
  expectTypeOf<Caller["credential"]>().toEqualTypeOf<Credential>();
  expectTypeOf<Security["accepts"][number]>().toEqualTypeOf<Credential>();
  expectTypeOf<"metrics">().toExtend<CredentialName>();
  expectTypeOf<"metrics">().not.toExtend<Credential>();
});
