/** Question and answer of `portcullis doctor` (contract/doctor-probe.ts): known by a MAC, and sealed. */
import { createHmac, timingSafeEqual } from "node:crypto";
import type { SecretKeys } from "./ports/secret-keys.ts";
import { seal, unseal } from "./sealing.ts";
import { newSecret } from "./secrets.ts";

type ProbeKeys = Pick<SecretKeys, "probe" | "probeSeal">;

/** A question that nobody has asked before: a nonce and its MAC. */
export function newProbe({ probe }: Pick<SecretKeys, "probe">): string {
  const nonce = newSecret();
  return `${nonce}.${macOf(probe, nonce).toString("base64url")}`;
}

/**
 * Seals the answer to a question; undefined where somebody without AUTH_SECRET asks. One who repeats a question that was
 * overheard gets an answer about themselves that they cannot read, so no question is kept.
 */
export function answerProbe(
  { probe, probeSeal }: ProbeKeys,
  question: string,
  seen: () => object,
): string | undefined {
  const [nonce = "", mac = "", ...rest] = question.split(".");
  const given = Buffer.from(mac, "base64url");
  const right = macOf(probe, nonce);
  const isOurs = rest.length === 0 && given.length === right.length;
  if (!isOurs || !timingSafeEqual(given, right)) return undefined;
  const bytes = Buffer.from(JSON.stringify(seen()));
  return Buffer.from(seal(probeSeal, bytes, nonce)).toString("base64url");
}

/** Opens the answer to a question; undefined where it is to another, or by a server with another AUTH_SECRET. */
export function openAnswer(
  { probeSeal }: Pick<SecretKeys, "probeSeal">,
  question: string,
  sealed: string,
): unknown {
  const [nonce = ""] = question.split(".");
  const opened = unseal(probeSeal, Buffer.from(sealed, "base64url"), nonce);
  return opened === undefined ? undefined : JSON.parse(opened.toString());
}

function macOf(key: SecretKeys["probe"], nonce: string): Buffer {
  return createHmac("sha256", key).update(nonce).digest();
}
