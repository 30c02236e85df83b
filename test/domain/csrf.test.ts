import { createSecretKey } from "node:crypto";
import { expect, test } from "vitest";
import { csrfProof, isCsrfProof } from "../../src/domain/csrf.ts";

const key = createSecretKey(new Uint8Array(32).fill(1));
const session = "01936f2e-8c00-7b3a-9d51-2f6f0a6c1e42";
const other = "01936f2e-8c00-7b3a-9d51-2f6f0a6c1e43";
const proof = csrfProof(key, session);

test("CS-02 the proof of a session is good for it, and for no other", () => {
  expect(isCsrfProof(key, session, proof)).toBe(true);
  expect(isCsrfProof(key, other, proof)).toBe(false);
});

test("CS-02 nobody without the key can make a proof", () => {
  const elsewhere = createSecretKey(new Uint8Array(32).fill(2));
  expect(isCsrfProof(key, session, csrfProof(elsewhere, session))).toBe(false);
});

test.each([
  ["nothing", ""],
  ["the session's id", session],
  ["the proof and a space", `${proof} `],
  ["the proof twice", `${proof}, ${proof}`],
  ["the proof in capitals", proof.toUpperCase()],
  ["the proof cut short", proof.slice(0, -1)],
  ["as many characters of more bytes", "é".repeat(proof.length)],
  ["a megabyte", "a".repeat(1_000_000)],
])("CS-02 %s is no proof, and no error", (_, presented) => {
  expect(isCsrfProof(key, session, presented)).toBe(false);
});

test("a CSRF proof tells nothing of its session", () => {
  expect(proof).toMatch(/^[A-Za-z0-9_-]{43}$/);
  expect(Buffer.from(proof, "base64url").toString("latin1")).not.toContain(session);
});
