/** The values of placeholders, as people read them in a language. */
import type { MailField, MailMessage } from "../contract/mails.ts";

/** Writes one value of a message. Made once for each language. */
export type Wording = Readonly<Record<MailField, (value: never) => string>>;

/** A mail cannot know its reader's time zone. */
const TIME_ZONE = "UTC";
/** Where nothing is known: in every language it says so. */
const UNKNOWN = "–";

export function createWording(locale: string): Wording {
  // A language that this Node does not know gets English dates rather than those of the machine.
  const locales = [locale, "en"];
  const date = new Intl.DateTimeFormat(locales, {
    year: "numeric",
    month: "long",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
    timeZone: TIME_ZONE,
    timeZoneName: "short",
  });
  const unitOf = (unit: string, seconds: number) => ({
    seconds,
    format: new Intl.NumberFormat(locales, { style: "unit", unit, unitDisplay: "long" }),
  });
  const minute = unitOf("minute", 60);
  const units = [unitOf("day", 86_400), unitOf("hour", 3_600), minute];
  const instant = (milliseconds: number) => date.format(milliseconds);
  const number = new Intl.NumberFormat(locales);
  const asItIs = (text: string) => text;
  return {
    link: asItIs,
    code: (digits: string) => digits.replace(/^(\d{4})(\d{4})$/, "$1 $2"),
    validFor(lifetime: number) {
      // The largest unit of which it is several; a part of a minute is not promised.
      const whole = Math.max(60, lifetime - (lifetime % 60));
      const best = units.find(({ seconds }) => whole % seconds === 0 && whole >= 2 * seconds);
      const { seconds, format } = best ?? minute;
      return format.format(whole / seconds);
    },
    when: instant,
    until: instant,
    where: (address: string | null) => address ?? UNKNOWN,
    newEmail: asItIs,
    name: asItIs,
    provider: asItIs,
    remaining: (count: number) => number.format(count),
  };
}

/** All values of a message, by the names of their placeholders. */
export function valuesOf(wording: Wording, message: MailMessage): Record<string, string> {
  const { kind: _kind, ...fields } = message;
  const values: Record<string, string> = {};
  for (const [name, value] of Object.entries(fields)) {
    const write = wording[name as MailField]; // a field of the kind
    values[name] = write(value as never); // which takes that field's values
  }
  return values;
}
