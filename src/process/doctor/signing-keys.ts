/** The keys that sign access tokens: one that signs, opened by AUTH_SECRET, and not too old. */
import type { SecretKeys } from "../../domain/ports/secret-keys.ts";
import type { SigningKeyRecord } from "../../domain/ports/signing-keys.ts";
import { unseal } from "../../domain/sealing.ts";
import { verifiesUntil } from "../../domain/keys.ts";
import { attention, type Finding, ok, wrong } from "./finding.ts";

const DAY_MS = 86_400_000;
/** NIST SP 800-57 Part 1 Rev. 5 §5.3.6: a private key that signs is used for one to three years. Milliseconds. */
const OLD_MS = 366 * DAY_MS;
const EXPIRED_MS = 3 * 366 * DAY_MS;

/** "none": there is no key to open, or no secret to open it by. */
export type KeyOpening = "opened" | "foreign" | "none";

/** Opens the key that signs, and keeps nothing of it. */
export function openKeys(
  records: readonly SigningKeyRecord[],
  keys: Pick<SecretKeys, "signingKeySeal"> | undefined,
): KeyOpening {
  const [record] = records;
  if (record === undefined || keys === undefined) return "none";
  const seed = unseal(keys.signingKeySeal, record.sealedSeed, record.kid);
  seed?.fill(0);
  return seed === undefined ? "foreign" : "opened";
}

/** `hasAccounts`: without them a database is new, and the first start makes the key. */
export function judgeSigningKeys(
  records: readonly SigningKeyRecord[],
  hasAccounts: boolean,
  accessTokenSeconds: number,
  now: number,
): readonly Finding[] {
  const signing = records.find(({ retiredAt }) => retiredAt === null);
  if (signing === undefined)
    return [
      hasAccounts || records.length > 0
        ? wrong(
            "no key signs: every one is retired, and no token can be made",
            "npm run keys -- rotate",
          )
        : attention("there is none yet", "Start the server: it makes one"),
    ];
  const age = now - signing.createdAt;
  const days = Math.floor(age / DAY_MS);
  if (age > EXPIRED_MS)
    return [wrong(`the one that signs is ${days} days old: beyond any use of a key`, rotate)];
  if (age > OLD_MS) return [attention(`the one that signs is ${days} days old`, rotate)];
  if (age < -DAY_MS)
    return [attention("the one that signs is of the future", "Look at this machine's clock")];
  const verifying = records.filter(
    (record) => now < (verifiesUntil(record, accessTokenSeconds) ?? 0),
  );
  const others = verifying.length === 0 ? "" : `; ${verifying.length} more until their tokens end`;
  return [ok(`one signs, ${Math.max(0, days)} days old${others}`)];
}

const rotate = "npm run keys -- rotate, while the server runs: once a year";
