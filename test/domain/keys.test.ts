import { createPrivateKey, createPublicKey, sign } from "node:crypto";
import { expect, test } from "vitest";
import { openKeyRing } from "../../src/domain/keys.ts";
import { deriveKeys } from "../../src/domain/secrets.ts";
import { openStorage } from "../../src/storage/storage.ts";
import { NOW } from "../support/clock.ts";
import { AUTH_SECRET, type Domain, openDomain } from "../support/domain.ts";

const { signingKeySeal } = deriveKeys(AUTH_SECRET);
const reopen = ({ deps }: Domain, sealKey: Uint8Array = signingKeySeal) =>
  openKeyRing(deps.storage, sealKey, 900, "another-kid", NOW + 1000);

test("the key that was made at the first start signs after every later one", async () => {
  const domain = await openDomain();
  const again = await reopen(domain);
  const { kid } = await again.findSigning(NOW);
  expect(kid).toBe((await domain.deps.keyRing.findSigning(NOW)).kid);
  expect((await again.listVerifying(NOW)).map((key) => key.kid)).toEqual([kid]);
});

test("the published public key belongs to the key that signs", async () => {
  const { deps } = await openDomain();
  const { kid, privateKey } = await deps.keyRing.findSigning(NOW);
  const x = (await deps.keyRing.listVerifying(NOW)).find((key) => key.kid === kid)?.x ?? "";
  const signature = new Uint8Array(sign(null, Buffer.from("message"), privateKey));
  const key = await crypto.subtle.importKey(
    "jwk",
    { kty: "OKP", crv: "Ed25519", x },
    "Ed25519",
    false,
    ["verify"],
  );
  expect(await crypto.subtle.verify("Ed25519", key, signature, Buffer.from("message"))).toBe(true);
});

test("a sealed key cannot be opened with another AUTH_SECRET, and the start says so", async () => {
  const domain = await openDomain();
  const elsewhere = deriveKeys(`${AUTH_SECRET}!`).signingKeySeal;
  await expect(reopen(domain, elsewhere)).rejects.toThrow("AUTH_SECRET is not the one");
  const [{ count } = { count: 0 }] = domain.sql("SELECT count(*) AS count FROM signing_keys");
  expect(count).toBe(1); // and no new key took its place
});

test.each([
  ["moved to another kid", "UPDATE signing_keys SET kid = 'another'"],
  ["cut short", "UPDATE signing_keys SET sealed_seed = substr(sealed_seed, 1, 40)"],
  ["emptied", "UPDATE signing_keys SET sealed_seed = x''"],
  [
    "with a tag of zeros",
    "UPDATE signing_keys SET sealed_seed = substr(sealed_seed, 1, 12) || zeroblob(16) || substr(sealed_seed, 29)",
  ],
])("a sealed key that was %s does not open", async (_, change) => {
  const domain = await openDomain();
  domain.sql(change);
  await expect(reopen(domain)).rejects.toThrow();
});

test("a public key that was replaced does not pass for the signing key's own", async () => {
  const domain = await openDomain();
  const stranger = await openDomain();
  const [row] = stranger.sql("SELECT public_x FROM signing_keys");
  domain.sql("UPDATE signing_keys SET public_x = ?", String(row?.["public_x"]));
  await expect(reopen(domain)).rejects.toThrow();
});

test("two processes that open an empty database get one key", async () => {
  const domain = await openDomain();
  domain.sql("DELETE FROM signing_keys");
  const second = await openStorage({ kind: "sqlite", path: domain.databaseFile });
  const rings = await Promise.all(
    [domain.deps.storage, second, domain.deps.storage, second].map((storage, index) =>
      openKeyRing(storage, signingKeySeal, 900, `kid-${index}`, NOW),
    ),
  );
  await second.close();
  const signing = await Promise.all(rings.map((ring) => ring.findSigning(NOW)));
  expect(new Set(signing.map(({ kid }) => kid)).size).toBe(1);
  expect(domain.sql("SELECT kid FROM signing_keys")).toHaveLength(1);
});

test("SE-02 the seed of the key is nowhere in the database's files", async () => {
  const domain = await openDomain();
  const [row] = domain.sql("SELECT kid, sealed_seed FROM signing_keys");
  const seed = await openSeal(row);
  // It is the seed indeed: it makes the signature that the published half verifies.
  const der = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), seed]);
  const privateKey = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  const { x } = createPublicKey(privateKey).export({ format: "jwk" });
  const published = await domain.deps.keyRing.listVerifying(NOW);
  expect(x).toBe(published.find(({ kid }) => kid === row?.["kid"])?.x);
  expect(sign(null, Buffer.from("m"), privateKey)).toHaveLength(64);

  const bytes = domain.bytesAtRest();
  expect(bytes.includes(String(x))).toBe(true); // the search finds what is there
  for (const form of [
    seed,
    seed.toString("base64url"),
    seed.toString("base64"),
    seed.toString("hex"),
  ])
    expect(bytes.includes(form)).toBe(false);
});

/** AES-256-GCM as the format says: nonce, tag, ciphertext; the kid authenticated. */
async function openSeal(row: Record<string, unknown> | undefined): Promise<Buffer> {
  const sealed = Buffer.from(row?.["sealed_seed"] as Uint8Array); // a BLOB column
  const key = await crypto.subtle.importKey("raw", Buffer.from(signingKeySeal), "AES-GCM", false, [
    "decrypt",
  ]);
  const additionalData = Buffer.from(String(row?.["kid"]));
  const joined = Buffer.concat([sealed.subarray(28), sealed.subarray(12, 28)]);
  return Buffer.from(
    await crypto.subtle.decrypt(
      { name: "AES-GCM", iv: sealed.subarray(0, 12), additionalData },
      key,
      joined,
    ),
  );
}
