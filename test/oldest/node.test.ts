/** These tests say something about the oldest Node only where that one runs them. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

test("SC-01 the oldest Node that the server starts on runs these tests", () => {
  const check = readFileSync(new URL("../../src/supported-node.js", import.meta.url), "utf8");
  const [, major, minor] = /major === (\d+) && minor < (\d+)/.exec(check) ?? [];
  expect(process.versions.node).toMatch(new RegExp(`^${major}\\.${minor}\\.`));
});
