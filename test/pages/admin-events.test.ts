import { beforeAll, describe, expect, test } from "vitest";
import {
  eventDefinition,
  type StoredEventName,
  storedEventNames,
} from "../../src/contract/events.ts";
import type { StoredEvent } from "../../src/pages/browser/admin/event-kinds.ts";
import {
  eventGroups,
  eventKinds,
  kindName,
  kindsOf,
} from "../../src/pages/browser/admin/event-kinds.ts";
import { examplesOf } from "../../src/contract/examples.ts";
import { sentenceOf } from "../../src/pages/browser/admin/event-sentences.ts";
import { chooseLanguage, learnWords } from "../../src/pages/browser/kit/words.ts";
import { admin as adminDe } from "../../src/pages/messages/de/admin.ts";
import { admin as adminEn } from "../../src/pages/messages/en/admin.ts";
import { pageSettings } from "../support/page-settings.ts";

const languages = [
  ["en", adminEn],
  ["de", adminDe],
] as const;

/** The example of the contract, and one for each value of each of its lists of values. */
function variantsOf(name: StoredEventName): StoredEvent[] {
  const { schema } = eventDefinition(name);
  const [example] = examplesOf(schema);
  const id = "01936f2e-8c00-7b3a-9d51-2f6f0a6c1e49";
  const whole = { id, ...(example as object) } as StoredEvent; // an example of its schema, as lists have it
  const others = Object.entries<object>(schema.shape).flatMap(([key, field]) => {
    const options: unknown = Reflect.get(unwrapped(field), "options");
    if (!Array.isArray(options)) return [];
    return options
      .filter((option) => typeof option === "string")
      .map((option) => {
        const value = Array.isArray(Reflect.get(whole, key)) ? [option] : option;
        return { ...whole, [key]: value };
      });
  });
  return [whole, ...others];
}

function unwrapped(field: object): object {
  const inner: unknown = Reflect.get(field, "unwrap");
  const within: unknown = typeof inner === "function" ? inner.call(field) : field;
  return typeof within === "object" && within !== null ? within : field;
}

describe.each(languages)("events in words: %s", (language, words) => {
  beforeAll(() => {
    const { given } = pageSettings();
    Reflect.set(globalThis, "document", { body: { dataset: { given: JSON.stringify(given) } } });
    chooseLanguage([language]);
    learnWords(words);
    return () => {
      Reflect.deleteProperty(globalThis, "document");
    };
  });

  test.each(storedEventNames)(
    "%s has a sentence for every variant that the contract has",
    (name) => {
      for (const event of variantsOf(name)) {
        const text = sentenceOf(event)
          .map((piece) => (typeof piece === "object" ? (piece.email ?? "somebody") : String(piece)))
          .join("");
        expect(text.length).toBeGreaterThan(10);
        expect(text).not.toContain(name);
        expect(text).not.toMatch(/[{}]|undefined/);
      }
    },
  );

  test("an event of a newer server is told by its name", () => {
    const event = { event: "later" } as unknown as StoredEvent; // no kind of this version
    expect(sentenceOf(event)).toEqual(["", "later", ""]);
  });
});

test("every kind is in exactly one group, and has a name of its own", () => {
  learnWords(adminEn);
  expect([...eventKinds].sort()).toEqual([...storedEventNames].sort());
  expect(eventGroups.flatMap(kindsOf).sort()).toEqual([...storedEventNames].sort());
  expect(new Set(eventKinds.map(kindName)).size).toBe(eventKinds.length);
});
