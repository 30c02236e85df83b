/** No test is forgotten: what `npm test` leaves out has a script, a step in CI and a row in docs/commands.md. */
import { existsSync, globSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import packageJson from "../../package.json" with { type: "json" };
import { ownRuns } from "../own-runs.ts";

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

describe.each(ownRuns)("the run of test/%s", (folder) => {
  const config = `test/${folder}/vitest.config.ts`;

  test("has tests, and a script that runs them", () => {
    expect(globSync(`test/${folder}/**/*.test.ts`)).not.toEqual([]);
    expect(existsSync(config)).toBe(true);
    const scripts: Readonly<Record<string, string>> = packageJson.scripts;
    expect(scripts[`test:${folder}`]).toContain(
      folder === "oldest" ? `--config ${config}` : `vitest run --config ${config}`,
    );
  });

  test("is a step of CI, and told in docs/commands.md", () => {
    const steps = [
      ...read(".ci/run").matchAll(
        new RegExp(`npm run test:${folder}(?: -- --shard=(\\d)/(\\d))?$`, "gm"),
      ),
    ];
    // Each part of it, where it has parts.
    const [, , parts = "1"] = steps[0] ?? [];
    expect(steps.map(([, part = "1"]) => part).sort()).toEqual(
      Array.from({ length: Number(parts) }, (_, index) => String(index + 1)),
    );
    expect(read("docs/commands.md")).toContain(`| \`npm run test:${folder}\``);
  });
});

test("a folder of tests with a config of its own is among them, or below a gate", () => {
  const configs = globSync("test/*/vitest.config.ts").map((path) => path.split("/")[1]);
  expect(configs.toSorted()).toEqual([...ownRuns]);
});

test("a step of CI calls a function of the script, or a command that is there with npm", () => {
  const script = read(".ci/run");
  const functions = [...script.matchAll(/^(\w+)\(\) \{$/gm)].map((match) => match[1]);
  const steps = [...script.matchAll(/^ *(?:step|step_where_possible) "[^"]*" (\w+)/gm)];
  const together = [...script.matchAll(/^steps_together (.+)$/gm)].flatMap((match) =>
    (match[1] ?? "").split(" "),
  );
  // A word with an underscore that begins a line and is given no value is a function, too.
  const inner = [...script.matchAll(/^ *([a-z]+(?:_[a-z]+)+)(?= |$)/gm)];

  const called = [
    ...steps.map((match) => match[1]),
    ...together,
    ...inner.map((match) => match[1]),
  ];
  expect(called.length).toBeGreaterThan(25);
  expect(called.filter((name) => ![...functions, "npm", "timeout"].includes(name))).toEqual([]);
});
