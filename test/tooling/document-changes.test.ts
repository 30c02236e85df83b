/** The gate of the released document sees what breaks a caller, and lets through what does not. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { OPEN } from "../../src/contract/open-enum.ts";
import { mayBreak, unannouncedBreaks, versionOf } from "../../scripts/release/document-changes.ts";

type Fields = Record<string, unknown>;
/** Where in the document, by keys with spaces between; and what becomes of what is there: undefined removes it. */
type Edit = readonly [place: string, change: (before: unknown) => unknown];

const remove: Edit[1] = () => undefined;
const becomes = (value: unknown) => () => value;
const and = (member: unknown) => (before: unknown) => [...(before as unknown[]), member];
const without = (name: string) => (before: unknown) =>
  (before as string[]).filter((each) => each !== name);
const user = "components schemas User";
const login = "components schemas LoginFailedEvent";
const signup = "components schemas SignupInput";

/** Edits of the document that break a caller, and the words for each. Each is in a place of its own, so that one comparison sees all. */
const breaking: readonly (readonly [string, readonly Edit[], RegExp])[] = [
  [
    "a removed property",
    [
      [`${user} properties disabled`, remove],
      [`${user} required`, without("disabled")],
    ],
    /`disabled` of `User` was removed/,
  ],
  [
    "another type of a property",
    [[`${user} properties email`, becomes({ type: "integer" })]],
    /integer/,
  ],
  [
    "a new required field of a request",
    [
      [`${signup} properties phone`, becomes({ type: "string" })],
      [`${signup} required`, and("phone")],
    ],
    /`phone`/,
  ],
  [
    "a narrower bound of a request",
    [[`${signup} properties password maxLength`, becomes(64)]],
    /maxLength/,
  ],
  ["a removed failure status", [["paths /signup post responses 409", remove]], /409.*\/signup/],
  ["a removed success status", [["paths /logout post responses 204", remove]], /204.*\/logout/],
  [
    "an event's removed field",
    [
      [`${login} properties reason`, remove],
      [`${login} required`, without("reason")],
    ],
    /`reason` of `LoginFailedEvent` was removed/,
  ],
  [
    "another value of a closed enum in an answer",
    [["components schemas SessionInfo properties kind enum", and("carrier pigeon")]],
    /carrier pigeon/,
  ],
  [
    "another value of an enum that was closed until now",
    [
      ["components schemas UserSession properties kind enum", and("smoke signal")],
      [`components schemas UserSession properties kind ${OPEN}`, becomes(true)],
    ],
    /smoke signal/,
  ],
  ["a removed event", [["webhooks logout", remove]], /webhooks\/logout/],
  ["a removed operation", [["paths /token/me get", remove]], /\/token\/me/],
  ["a renamed operation", [["paths /me get operationId", becomes("whoAmI")]], /whoAmI/],
  [
    "a removed header",
    [["paths /login post responses 429 headers retry-after", remove]],
    /retry-after/,
  ],
  [
    "another media type",
    [["paths /users get responses 200 content", becomes({ "text/plain": {} })]],
    /application\/json.*\/users/,
  ],
  [
    "a credential that was not asked for",
    [["paths /forgot-password post security", becomes([{ bearer: [] }])]],
    /\/forgot-password/,
  ],
];

const harmless: readonly Edit[] = [
  [`${signup} properties phone`, becomes({ type: "string" })],
  [`${signup} properties password maxLength`, becomes(32_768)],
  [`${user} properties phone`, becomes({ type: "string" })],
  [`${user} required`, and("phone")],
  [`${login} properties country`, becomes({ type: "string" })],
  [`${login} required`, and("country")],
  ["info description", becomes("Other words.")],
  // Open enums and unions may gain members (D8).
  [`${login} properties reason enum`, and("wrong_weather")],
  ["components schemas LoginPending properties secondFactors items enum", and("tattoo")],
  ["components schemas Tattooed", becomes({ type: "object" })],
  ["components schemas LogEvent oneOf", and({ $ref: "#/components/schemas/Tattooed" })],
];

const released = fileURLToPath(new URL("../../openapi/openapi.json", import.meta.url));
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "portcullis-changes-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** Runs the gate on today's document, edited. */
async function breaksAfter(edits: readonly Edit[]): Promise<string[]> {
  const document = JSON.parse(await readFile(released, "utf8")) as Fields;
  for (const [place, change] of edits) edit(document, place.split(" "), change);
  const edited = join(folder, `${crypto.randomUUID()}.json`);
  await writeFile(edited, JSON.stringify(document));
  return unannouncedBreaks(released, edited);
}

function edit(fields: Fields, [key = "", ...rest]: string[], change: Edit[1]): void {
  if (rest.length > 0) edit(fields[key] as Fields, rest, change);
  // JSON leaves out what is undefined.
  else fields[key] = change(fields[key]);
}

describe("a change that breaks a caller is seen:", () => {
  let seen: string[];
  beforeAll(async () => {
    seen = await breaksAfter(breaking.flatMap(([, edits]) => edits));
  });
  it.each(breaking)("%s", (_, __, said) => {
    expect(seen).toContainEqual(expect.stringMatching(said));
  });
});

it("what is added or made wider breaks nobody, nor do other words", async () => {
  expect(await breaksAfter(harmless)).toEqual([]);
});

describe("the version", () => {
  it("lets a breaking change through if it says so", async () => {
    const [major = "", minor = ""] = (await versionOf(released)).split(".");
    const withVersion = (version: string): Edit[] => [
      ["paths /me", remove],
      ["info version", becomes(version)],
    ];
    expect(await breaksAfter(withVersion(`${major}.${minor}.99`))).not.toEqual([]);
    expect(await breaksAfter(withVersion(`${Number(major) + 1}.0.0`))).toEqual([]);
  });

  it.each([
    ["0.1.0", "0.1.1", false],
    ["0.1.0", "0.2.0", true],
    ["0.2.0", "0.1.9", false],
    ["0.9.0", "1.0.0", true],
    ["1.2.0", "1.3.0", false],
    ["1.9.9", "2.0.0", true],
    ["2.0.0", "1.0.0", false],
  ])("of %s, then %s, may break: %s", (from, to, expected) => {
    expect(mayBreak(from, to)).toBe(expected);
  });
});
