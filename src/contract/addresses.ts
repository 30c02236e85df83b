/** E-mail addresses: as they are sent, and the one normal form that is stored and compared (LG-06). */
import { domainToUnicode } from "node:url";
import { z } from "zod";

/** RFC 5321 §4.5.3.1.3: the longest address that fits a mail path. UTF-16 units of the normal form. */
export const EMAIL_MAX_LENGTH = 254;
/** The longest spelling of an address that is taken, before it is normalised. Code points. */
const EMAIL_INPUT_MAX_CODE_POINTS = 320;

// One class for both sides of the @: no white space, no control characters, none of the characters
// that structure a header or a URL. Domain labels exclude the dot, so the pattern cannot backtrack.
const ATOM = String.raw`[^\s@<>"(),:;\\\[\]/?#%\x00-\x1F\x7F-\x9F]`;
const LABEL = String.raw`[^\s@<>"(),:;\\\[\]/?#%.\x00-\x1F\x7F-\x9F]`;
const ADDRESS = `${ATOM}+@${LABEL}+(?:\\.${LABEL}+)+`;
const EMAIL_INPUT = new RegExp(`^ *${ADDRESS} *$`);
const FOLDED_ADDRESS = new RegExp(`^${ADDRESS}$`);
// RFC 1035 §2.3.4 bounds a label, RFC 1123 §2.1 lets no hyphen begin or end it. The last is letters or Punycode, or
// else the domain would be a number.
const HOST_LABEL = String.raw`[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?`;
const DOMAIN = String.raw`(?:${HOST_LABEL}\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{0,58}[a-z0-9])`;
const NORMAL_DOMAIN = new RegExp(`^${DOMAIN}$`);
const NORMAL_EMAIL = new RegExp(`^${ATOM}+@${DOMAIN}$`);
const NO_CONTROLS = /^[^\x00-\x1F\x7F]+$/;
/** RFC 5321 §4.5.3.1.1. UTF-16 units. */
const LOCAL_PART_MAX_LENGTH = 64;
/** Format characters, others that show nothing, and halves of characters: they make two addresses look alike, and turn a log line around (LA-04). */
const INVISIBLE = /[\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}]/u;

/**
 * Code points without a character, noncharacters included. NFKC and lower case are the identity for them, until a
 * later Unicode version gives them another form: after an upgrade of the runtime one address would be two.
 */
const UNASSIGNED = /\p{Cn}/u;

/** An e-mail address as the server stores and returns it: normalised. */
export const NormalEmail = z
  .string()
  .max(EMAIL_MAX_LENGTH)
  .regex(NORMAL_EMAIL)
  .meta({
    format: "idn-email",
    description: "The address in its normal form: trimmed, NFKC, lower case, ASCII domain.",
    examples: ["ada@example.com"],
  });

/** An e-mail address as a client sends it; what comes out is the normal form. */
export const Email = z
  .string()
  .max(EMAIL_INPUT_MAX_CODE_POINTS)
  .regex(EMAIL_INPUT, { error: "Must be an e-mail address" })
  .transform((input, context) => {
    const email = normalizeEmail(input);
    if (email !== undefined) return email;
    context.addIssue({ code: "custom", message: "Must be an e-mail address", input: undefined });
    return z.NEVER;
  })
  .meta({
    type: "string",
    format: "idn-email",
    pattern: EMAIL_INPUT.source,
    maxLength: EMAIL_INPUT_MAX_CODE_POINTS,
    description: "Any spelling of the address; it is normalised before every use.",
    examples: ["ada@example.com"],
  });

/**
 * The one normal form of an address (LG-06), or undefined where it has none. It is checked again
 * after NFKC, because normalising can create characters that were not there: "＠" becomes "@", and
 * "evil.c℀.example.com" becomes "evil.ca/c.example.com", of which a URL would keep "evil.ca".
 */
export function normalizeEmail(input: string): string | undefined {
  const folded = fold(input);
  if (!FOLDED_ADDRESS.test(folded) || UNASSIGNED.test(input)) return undefined;
  const at = folded.indexOf("@");
  const localPart = folded.slice(0, at);
  if (localPart.length > LOCAL_PART_MAX_LENGTH || INVISIBLE.test(localPart)) return undefined;
  const domain = asciiDomain(folded.slice(at + 1));
  if (domain === undefined) return undefined;
  const email = `${localPart}@${domain}`;
  return email.length <= EMAIL_MAX_LENGTH ? email : undefined;
}

function fold(input: string): string {
  // Once more after lower case, which can take a character apart: "J̌" has no composed form, "ǰ" has.
  return input.trim().normalize("NFKC").toLowerCase().normalize("NFKC");
}

function asciiDomain(domain: string): string | undefined {
  const hostname = URL.parse(`http://${domain}/`)?.hostname ?? "";
  if (!NORMAL_DOMAIN.test(hostname)) return undefined;
  return !hostname.includes("xn--") || hostname.split(".").every(isHostLabel)
    ? hostname
    : undefined;
}

/**
 * False for a label that says to be Punycode and is what no name is encoded as: the URL parser lets it pass. What
 * cannot be decoded comes back as it is from Node 24, and as nothing from Node 22.
 */
function isHostLabel(label: string): boolean {
  if (!label.startsWith("xn--")) return true;
  const decoded = domainToUnicode(`${label}.test`).slice(0, -".test".length);
  return decoded !== label && asciiLabel(decoded) === label;
}

/** A label as DNS has it, or as it is where DNS cannot have it. */
function asciiLabel(label: string): string {
  if (/^[\x00-\x7F]*$/.test(label)) return label;
  const hostname = URL.parse(`http://${label}.test/`)?.hostname ?? "";
  return hostname.endsWith(".test") ? hostname.slice(0, -".test".length) : label;
}

/**
 * The beginning of an address, as a client sends it; what comes out is the beginning of the normal form. In another
 * script a label of the domain is encoded as a whole, so a part of one finds that part alone.
 */
export const EmailPrefix = z
  .string()
  .min(1)
  .max(EMAIL_MAX_LENGTH)
  // No address has one, and PostgreSQL's text cannot hold NUL.
  .regex(NO_CONTROLS, { error: "must hold no control characters" })
  .transform((input) => {
    const [localPart = "", ...domain] = fold(input).split("@");
    const labels = domain.map((part) => part.split(".").map(asciiLabel).join("."));
    return [localPart, ...labels].join("@");
  })
  .meta({
    type: "string",
    minLength: 1,
    maxLength: EMAIL_MAX_LENGTH,
    pattern: NO_CONTROLS.source,
    description: "Only addresses that begin with this, in any spelling.",
    examples: ["ada"],
  });
