/** Forgeries of the key and the algorithm. Most are signed with the server's own key, so that only the rule under test can refuse them. */
import { createHmac, generateKeyPairSync, sign } from "node:crypto";
import { describe, expect, test } from "vitest";
import { encode } from "../support/base64url.ts";
import { openForgery } from "../support/forgeries.ts";
import { NOW } from "../support/clock.ts";

const { domain, genuine, header, payload, verify, forge } = await openForgery();

describe("TK-01 only the one algorithm, always verified:", () => {
  test.each([
    "none",
    "None",
    "NONE",
    "nOnE",
    "",
    "HS256",
    "RS256",
    "ES256",
    "Ed25519",
    "eddsa",
    null,
  ])("alg %j is refused, signed or not", async (alg) => {
    const token = await forge({ alg });
    expect(await verify(token)).toBeUndefined();
    expect(await verify(`${token.split(".").slice(0, 2).join(".")}.`)).toBeUndefined();
  });

  test("a MAC made with the public key is refused", async () => {
    const [published] = await domain.deps.keyRing.listVerifying(NOW);
    const x = published?.x ?? "";
    const input = `${encode({ ...header, alg: "HS256" })}.${encode(payload)}`;
    for (const secret of [
      x,
      Buffer.from(x, "base64url"),
      JSON.stringify({ kty: "OKP", crv: "Ed25519", x }),
    ]) {
      const mac = createHmac("sha256", secret).update(input).digest("base64url");
      expect(await verify(`${input}.${mac}`)).toBeUndefined();
    }
  });

  test("a signature of another Ed25519 key is refused", async () => {
    const { privateKey } = generateKeyPairSync("ed25519");
    const input = `${encode(header)}.${encode(payload)}`;
    expect(
      await verify(`${input}.${sign(null, Buffer.from(input), privateKey).toString("base64url")}`),
    ).toBeUndefined();
  });

  test("a changed payload under a genuine signature is refused", async () => {
    const [first, , third] = genuine.split(".");
    expect(
      await verify(`${first}.${encode({ ...payload, sub: "somebody else" })}.${third}`),
    ).toBeUndefined();
  });
});

describe("TK-02 the header chooses no key:", () => {
  test("a key that comes in the header, and signed the token, is not believed", async () => {
    const { privateKey, publicKey } = generateKeyPairSync("ed25519");
    const jwk = publicKey.export({ format: "jwk" });
    for (const extra of [
      { jwk },
      { jwk, kid: undefined },
      { jku: "http://127.0.0.1:9/keys" },
      { x5u: "http://127.0.0.1:9/" },
      { x5c: ["MA=="] },
    ]) {
      const input = `${encode({ ...header, ...extra })}.${encode(payload)}`;
      expect(
        await verify(
          `${input}.${sign(null, Buffer.from(input), privateKey).toString("base64url")}`,
        ),
      ).toBeUndefined();
    }
  });

  test.each(["unknown", "", undefined, null, "__proto__", "constructor", "../keys", 0, ["a"]])(
    "a kid of %j is refused",
    async (kid) => {
      expect(await verify(await forge({ kid }))).toBeUndefined();
    },
  );

  test.each([[["exp"]], [["b64"]], [[]], ["exp"], [["unheard of"]]])(
    "crit %j is refused",
    async (crit) => {
      expect(await verify(await forge({ crit, b64: true }))).toBeUndefined();
    },
  );
});
