import { describe, expect, test } from "vitest";
import { ownerEventNames } from "../../src/contract/events.ts";
import { OwnEvent } from "../../src/contract/own-events.ts";
import {
  groupByDay,
  isUnusual,
  type OwnEvent as Listed,
  sentenceOf,
} from "../../src/pages/browser/account/happenings.ts";
import { cameBackAt } from "../../src/pages/browser/account/recovery.ts";
import { isLastWayIn, type WaysIn } from "../../src/pages/browser/account/ways-in.ts";
import { chooseLanguage, learnWords } from "../../src/pages/browser/kit/words.ts";
import { account as german } from "../../src/pages/messages/de/account.ts";
import { account as english } from "../../src/pages/messages/en/account.ts";
import { kit as germanKit } from "../../src/pages/messages/de/kit.ts";
import { kit as englishKit } from "../../src/pages/messages/en/kit.ts";

const providerName = (id: string) => id;
interface OwnSchema {
  readonly shape: Readonly<Record<string, unknown>>;
  meta(): { readonly examples: readonly [{ readonly event: string }] };
}
const own = new Map(
  (Reflect.get(OwnEvent, "options") as readonly OwnSchema[]).map((schema) => {
    const [example] = schema.meta().examples;
    return [example.event, { shape: schema.shape, example }];
  }),
);
const languages = [
  ["en", englishKit, english],
  ["de", germanKit, german],
] as const;

describe.each(languages)("the history in %s", (language, kit, words) => {
  const speak = () => {
    chooseLanguage([language]);
    learnWords(kit, words);
  };

  test.each(ownerEventNames)("PG-09 %s is a sentence for people", (name) => {
    speak();
    for (const event of variantsOf(name)) {
      const sentence = sentenceOf(event, providerName);
      expect(sentence).not.toContain(name);
      expect(sentence).not.toMatch(/[{}]|undefined|_/);
      expect(sentence.length).toBeGreaterThan(5);
    }
  });

  test("an event of a newer server is named, and breaks nothing", () => {
    speak();
    const event = { ...at(1, "logout"), event: "teleported" } as unknown as Listed; // of a later version
    expect(sentenceOf(event, providerName)).toContain("teleported");
  });
});

test("refused sign-ins one after the other are one row, and sign-ins stay apart", () => {
  const events = [
    at(9, "login_failed"),
    at(8, "login_failed"),
    at(7, "login_success"),
    at(6, "login_success"),
    at(5, "login_failed"),
  ];
  const [day] = groupByDay(events);
  expect(day?.happenings.map(({ latest, count }) => [latest.event, count])).toEqual([
    ["login_failed", 2],
    ["login_success", 1],
    ["login_success", 1],
    ["login_failed", 1],
  ]);
});

test("a first step is told where no sign-in came of it", () => {
  const pending = { methods: ["pwd"] };
  const events = [
    at(9, "login_pending", pending),
    at(8, "login_success"),
    at(7, "login_pending", pending),
  ];
  const told = groupByDay(events).flatMap(({ happenings }) => happenings);
  expect(told.map(({ latest }) => [latest.event, latest.timestamp.slice(11, 13)])).toEqual([
    ["login_pending", "09"],
    ["login_success", "08"],
  ]);
});

test("days are those of the reader", () => {
  const events = [at(23, "logout"), { ...at(1, "logout"), timestamp: "2026-11-20T12:00:00.000Z" }];
  expect(groupByDay(events)).toHaveLength(2);
});

test("what somebody else may have done is marked", () => {
  expect(isUnusual(at(1, "login_failed"))).toBe(true);
  expect(isUnusual(at(1, "session_revoked", { by: "reuse" }))).toBe(true);
  expect(isUnusual(at(1, "session_revoked", { by: "user" }))).toBe(false);
  expect(isUnusual(at(1, "login_success"))).toBe(false);
});

test("somebody has come back by a code until there is a new device, or new codes", () => {
  const used = at(5, "recovery_code_used", { remaining: 9 });
  expect(cameBackAt([at(6, "login_success"), used, at(1, "passkey_added")])).toBe(used.timestamp);
  expect(cameBackAt([at(6, "passkey_added"), used])).toBeUndefined();
  expect(cameBackAt([at(6, "recovery_codes_renewed"), used])).toBeUndefined();
  expect(cameBackAt([at(6, "second_factor_added", { kind: "totp" }), used])).toBeUndefined();
  expect(cameBackAt([])).toBeUndefined();
});

test("PK-14 FD-18 the last way in is known beforehand, by the server's rule", () => {
  const ways: WaysIn = {
    hasPassword: false,
    passkeys: [
      { id: "phone", signsIn: true },
      { id: "key", signsIn: false },
    ],
    identities: [{ id: "linked", provider: "gone" }],
    mailCode: false,
    providers: ["nordlys"],
  };
  expect(isLastWayIn("phone", ways)).toBe(true); // the key signs nobody in, and the provider is not set any more
  expect(isLastWayIn("key", ways)).toBe(false);
  expect(isLastWayIn("phone", { ...ways, hasPassword: true })).toBe(false);
  expect(isLastWayIn("phone", { ...ways, mailCode: true })).toBe(false);
  expect(isLastWayIn("phone", { ...ways, providers: ["gone"] })).toBe(false);
  expect(isLastWayIn("linked", { ...ways, passkeys: [], providers: ["gone"] })).toBe(true);
});

function at(hour: number, event: Listed["event"], more: object = {}): Listed {
  const timestamp = `2026-11-28T${String(hour).padStart(2, "0")}:00:00.000Z`;
  return { event, timestamp, ip: "203.0.113.7", ...more } as Listed; // as its shape has it
}

/** The example of the contract, with each value that its fields may have. */
function variantsOf(name: Listed["event"]): Listed[] {
  const { shape, example } = own.get(name) ?? { shape: {}, example: {} };
  const views = Object.keys(shape).flatMap((field) =>
    valuesOf(Reflect.get(shape, field)).map((value) => ({ ...example, [field]: value })),
  );
  return [example, ...views] as Listed[]; // as its schema has them
}

function valuesOf(schema: unknown): readonly unknown[] {
  const inner = Object(schema) as { unwrap?: () => unknown; options?: readonly unknown[] };
  if ("element" in inner) return []; // a list
  if (inner.unwrap !== undefined) return valuesOf(inner.unwrap());
  return (inner.options ?? []).filter((value) => typeof value === "string");
}
