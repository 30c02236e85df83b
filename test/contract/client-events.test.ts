/** The client's event schemas are generated from the document; here they are held to the contract itself. */
import { describe, expect, it } from "vitest";
import { eventNames, parseEvent, parseLine } from "@portcullis/client/events";
import { eventDefinition, eventNames as eventNamesOfContract } from "../../src/contract/events.ts";
import { combinationsOf, samplesOf, validOf } from "../support/generated-values.ts";

it("the client knows every event of the contract, and no other", () => {
  expect(eventNames).toEqual(eventNamesOfContract);
});

describe.each(eventNamesOfContract.map((name) => eventDefinition(name)))("$name", (definition) => {
  const { name, schema } = definition;

  it("each sample the contract takes is known to the client, unchanged", () => {
    const valid = [...validOf(schema), ...combinationsOf(schema)].filter(
      (sample) => schema.safeParse(sample).success,
    );
    expect(valid.length).toBeGreaterThan(1);
    for (const sample of valid)
      expect(parseLine(JSON.stringify(sample))).toEqual({ kind: "known", event: sample });
  });

  it("each other sample of that name is not, unless all that is wrong is a member too many", () => {
    const invalid = [...samplesOf(schema), ...combinationsOf(schema)]
      .map(throughJson)
      .filter((sample) => isNamed(sample, name))
      .filter((sample) => faultsOf(sample).length > 0);
    expect(invalid.length).toBeGreaterThan(1);
    for (const sample of invalid) {
      const isOnlyMore = faultsOf(sample).every((code) => code === "unrecognized_keys");
      expect([sample, parseEvent(sample).kind]).toEqual([sample, isOnlyMore ? "known" : "unknown"]);
    }
  });

  function faultsOf(sample: unknown): string[] {
    return schema.safeParse(sample).error?.issues.map(({ code }) => code) ?? [];
  }
});

function isNamed(sample: unknown, name: string): boolean {
  return typeof sample === "object" && sample !== null && Reflect.get(sample, "event") === name;
}

function throughJson(sample: unknown): unknown {
  return sample === undefined ? undefined : JSON.parse(JSON.stringify(sample));
}
