/**
 * The values every message is made of: ids, instants, passwords, pages (addresses are in `addresses.ts`). Each bound is written
 * here once; the document, the validation and the SDK read it from here.
 */
import { z } from "zod";
import { PERSON_NAME_MAX_LENGTH } from "./bounds.ts";

/** NIST SP 800-63B-4 §3.1.1.2: no deployment may set its minimum below this. Code points. */
export const PASSWORD_FLOOR_CODE_POINTS = 8;
/** NIST SP 800-63B-4 §3.1.1.2, for a password that is the only factor. A deployment may choose another. Code points. */
export const PASSWORD_MIN_DEFAULT_CODE_POINTS = 15;
/** Long enough for any passphrase, short enough that hashing input is bounded. Code points. */
export const PASSWORD_MAX_CODE_POINTS = 256;
/** The largest request body that is read. Bytes, counted as they arrive. */
export const BODY_MAX_BYTES = 16 * 1024;
/** Items of a page when the caller asks for no number, and at the most. */
export const PAGE_LIMIT_DEFAULT = 20;
export const PAGE_LIMIT_MAX = 100;

const EXAMPLE_ID = "01936f2e-8c00-7b3a-9d51-2f6f0a6c1e42";
const EXAMPLE_INSTANT = "2026-11-23T10:06:00.000Z";

/** Marks a field as secret: it is masked wherever it might be printed, and no event may declare it. */
export function secret<S extends z.ZodType>(schema: S): S {
  return schema.meta({ ...schema.meta(), "x-secret": true });
}

export const Id = z.uuidv7().meta({
  pattern: z.regexes.uuid7.source,
  maxLength: 36,
  description: "A UUID, version 7: later ids sort after earlier ones.",
  examples: [EXAMPLE_ID],
});

export const Instant = z.iso.datetime({ precision: 3 }).meta({
  pattern: z.regexes.datetime({ precision: 3 }).source,
  maxLength: 24,
  description: "ISO 8601, UTC, with milliseconds.",
  examples: [EXAMPLE_INSTANT],
});

/** Room for far more digits of a fraction than any clock has. UTF-16 units. */
const INSTANT_INPUT_MAX_LENGTH = 64;
const HOUR_AND_MINUTE = "(?:[01][0-9]|2[0-3]):[0-5][0-9]";
/** RFC 3339 §5.6, with the days that each month has. Date, hour and minute, second, fraction, offset. */
const INSTANT_INPUT = new RegExp(
  `^(${z.regexes.date.source.slice(1, -1)})[Tt](${HOUR_AND_MINUTE}):([0-5][0-9]|60)(?:\\.([0-9]+))?(?:[Zz]|([+-]${HOUR_AND_MINUTE}))$`,
);
/** Says the rule for every fault, and in which way a query spoils an offset. */
export const INSTANT_RULE =
  "Must be a date and time that exist, as RFC 3339 writes them: 2026-11-23T10:06:00Z, or with an offset, whose + is %2B in a query";
const MINUTE_MS = 60_000;

/** An instant as a client sends it, in any spelling of RFC 3339; it comes out as milliseconds since the epoch. */
export const InstantInput = z
  .string()
  .max(INSTANT_INPUT_MAX_LENGTH)
  .regex(INSTANT_INPUT, { error: INSTANT_RULE })
  .transform((text, context) => {
    const instant = readInstant(text);
    if (instant !== undefined) return instant;
    context.addIssue({ code: "custom", message: INSTANT_RULE, input: undefined });
    return z.NEVER;
  })
  .meta({
    type: "string",
    format: "date-time",
    pattern: INSTANT_INPUT.source,
    maxLength: INSTANT_INPUT_MAX_LENGTH,
    description:
      "Any instant of RFC 3339: UTC or an offset, with a fraction or without. Digits beyond milliseconds are cut off. A leap second counts as the second after it.",
    examples: [EXAMPLE_INSTANT],
  });

/**
 * Milliseconds since the epoch of a text that matches the pattern; undefined where there was no such instant. Two
 * things no pattern can say: a leap second ends a month of UTC (ITU-R TF.460-6 §2.1), and what has no year of
 * four digits in UTC could not be written in an answer.
 */
function readInstant(text: string): number | undefined {
  const parts = INSTANT_INPUT.exec(text);
  if (parts === null) return undefined;
  const [, date = "", time = "", second = "", fraction = "", offset = "+00:00"] = parts;
  const [hours = 0, minutes = 0] = offset.slice(1).split(":").map(Number);
  const ahead = (hours * 60 + minutes) * MINUTE_MS * (offset.startsWith("-") ? -1 : 1);
  const minute = Date.parse(`${date}T${time}:00.000Z`) - ahead;
  const instant = minute + Number(second) * 1000 + Number(fraction.slice(0, 3).padEnd(3, "0"));
  if (second === "60" && !isFirstOfMonth(minute + MINUTE_MS)) return undefined;
  return /^[0-9]{4}-/.test(new Date(instant).toISOString()) ? instant : undefined;
}

function isFirstOfMonth(instant: number): boolean {
  return new Date(instant).toISOString().endsWith("-01T00:00:00.000Z");
}

export const Role = z
  .enum(["user", "admin"])
  .meta({ description: "What the account may do.", examples: ["user"] });

/** A language tag of RFC 5646, as far as mails tell languages apart: language, script, region. */
const LANGUAGE_TAG = /^[A-Za-z]{2,3}(?:-[A-Za-z]{4})?(?:-(?:[A-Za-z]{2}|[0-9]{3}))?$/;

export const Locale = z
  .string()
  .max(11)
  .regex(LANGUAGE_TAG, { error: "Must be a language such as en, de or pt-BR" })
  .meta({
    description: "A language, as a tag of RFC 5646: `en`, `de`, `pt-BR`.",
    examples: ["en"],
  });

/**
 * Spaces, one character that shows, and then any; no controls, and nothing that ends a line of text or turns it around.
 * Without flags and lookahead, which readers of the document need not know, and linear.
 */
const NAME =
  /^[ \u00A0\u1680\u2000-\u200A\u202F\u205F\u3000\uFEFF]*[^\s\x00-\x1F\x7F-\x9F\u202A-\u202E\u2066-\u2069][^\x00-\x1F\x7F-\x9F\u2028\u2029\u202A-\u202E\u2066-\u2069]*$/;

export const PersonName = z
  .string()
  .max(PERSON_NAME_MAX_LENGTH)
  .regex(NAME, { error: "Must be one line of characters that show" })
  .meta({
    // As the document writes patterns: without the flags, which are those of every pattern there (JSON Schema §6.4).
    pattern: NAME.source,
    description: "How somebody wants to be called.",
    examples: ["Ada"],
  });

/**
 * A password that is being chosen. The schema bounds it by nothing but the body: its length is judged by the
 * policy, which hashes nothing before (IV-05), so that every refusal is `weak_password` with the bounds.
 */
export const NewPassword = secret(
  z
    .string()
    .max(BODY_MAX_BYTES)
    .meta({
      format: "password",
      description:
        "Any characters, spaces included. Length counts; composition does not. `getPasswordPolicy` says the bounds, and `weak_password` what is wrong.",
      examples: ["correct horse battery staple"],
    }),
);

/** A password as proof. Looser than a new one, so that old ones always can log in. */
export const Password = secret(
  z
    .string()
    .min(1, { error: "Must have at least 1 character" })
    .max(PASSWORD_MAX_CODE_POINTS, {
      error: `Must have at most ${PASSWORD_MAX_CODE_POINTS} characters`,
    })
    .meta({
      format: "password",
      description: "The account's password.",
      examples: ["correct horse battery staple"],
    }),
);

/** A bearer of authority that only its holder may see. */
export function opaqueSecret(description: string, example: string) {
  return secret(
    z
      .string()
      .min(1)
      .max(2048)
      .meta({ description, examples: [example] }),
  );
}

/** A duration in whole seconds. */
export function seconds(description: string, example: number) {
  return z
    .int()
    .min(0)
    .max(2_147_483_647)
    .meta({ format: "int32", description, examples: [example] });
}

const Cursor = z
  .string()
  .min(1)
  .max(512)
  .regex(/^[A-Za-z0-9_-]+$/)
  .meta({
    description: "Where a page ends. Opaque; it comes from `nextCursor` and is refused if altered.",
    examples: ["AZNvLowAezqdUS9vCmweQmZha2VtYWM"],
  });

/** The query of every list. */
export const pageQuery = {
  limit: z
    .string()
    .regex(/^(?:[1-9][0-9]?|100)$/, { error: `Must be a whole number from 1 to ${PAGE_LIMIT_MAX}` })
    .transform(Number)
    .default(PAGE_LIMIT_DEFAULT)
    .meta({
      type: "integer",
      format: "int32",
      minimum: 1,
      maximum: PAGE_LIMIT_MAX,
      default: PAGE_LIMIT_DEFAULT,
      description: "How many items at the most.",
      examples: [PAGE_LIMIT_DEFAULT],
    }),
  cursor: Cursor.optional(),
};

/** A boolean in a query string: `true` or `false`, and nothing else. */
export const QueryBoolean = z
  .enum(["true", "false"])
  .transform((value) => value === "true")
  .meta({ type: "boolean", examples: [false] });

/** The longest spelling of an IP address: an IPv6 one that ends in an IPv4 one. Characters. */
const IP_MAX_LENGTH = 45;
/** IPv4, IPv6, and IPv4 as a dual-stack socket writes it. */
const IP_INPUT = new RegExp(
  [
    z.regexes.ipv4.source,
    z.regexes.ipv6.source,
    z.regexes.ipv4.source.replace("^", "^::[fF]{4}:"),
  ].join("|"),
);

/** An IP address in any spelling; what comes out is the one that sessions and events have (RL-06). */
export const IpAddress = z
  .string()
  .max(IP_MAX_LENGTH)
  .regex(IP_INPUT, { error: "Must be an IP address" })
  .transform(canonicalIp)
  .meta({
    type: "string",
    pattern: IP_INPUT.source,
    maxLength: IP_MAX_LENGTH,
    description: "An IPv4 or IPv6 address.",
    examples: ["203.0.113.7"],
  });

/** URLs have a canonical form of IPv6 addresses (RFC 5952), which is also the platform's. */
function canonicalIp(input: string): string {
  if (!input.includes(":")) return input;
  const address = new URL(`http://[${input}]/`).hostname.slice(1, -1);
  const [, high, low] = /^::ffff:([0-9a-f]+):([0-9a-f]+)$/.exec(address) ?? [];
  if (high === undefined || low === undefined) return address;
  const bits = parseInt(high, 16) * 0x1_0000 + parseInt(low, 16); // an IPv4 address, mapped
  return [24, 16, 8, 0].map((shift) => (bits >>> shift) & 0xff).join(".");
}

/** One page of a list, under the name `id` in the document. */
export function page<S extends z.ZodType>(id: string, item: S, example: z.output<S>) {
  return z
    .strictObject({
      items: z.array(item).max(PAGE_LIMIT_MAX),
      nextCursor: z.union([Cursor, z.null()]).meta({
        description: "Send it as `cursor` for the next page; null at the end.",
      }),
    })
    .meta({ id, description: "One page.", examples: [{ items: [example], nextCursor: null }] });
}
