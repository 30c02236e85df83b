/** Tests of the bench: its pinned packages, its goals and its statistics. Speed itself is not tested. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type ContenderName, contenders } from "../bench/contenders.ts";
import { isCollapse, isMet, namedByGoals } from "../bench/goals.ts";
import { readOptions } from "../bench/options.ts";
import { type ContenderResult, judgeGoals } from "../bench/results.ts";
import { percentile, summarize } from "../report/statistics.ts";

const PEERS = new URL("../bench/peers/", import.meta.url);
const read = (path: string): unknown => JSON.parse(readFileSync(new URL(path, PEERS), "utf8"));

describe("SC-02 the packages of the bench", () => {
  const manifest = read("package.json") as { readonly dependencies: Record<string, string> };
  const { packages } = read("package-lock.json") as {
    readonly packages: Record<string, Record<string, unknown>>;
  };

  it("SC-02 are pinned: exact versions, a checksum of every package, and no address", () => {
    const ranges = Object.values(manifest.dependencies);
    expect(ranges.filter((range) => !/^\d+\.\d+\.\d+$/.test(range))).toEqual([]);
    const loose = Object.entries(packages).filter(
      ([path, { integrity, resolved }]) =>
        path !== "" && (resolved !== undefined || !/^sha512-/.test(String(integrity))),
    );
    expect(loose.map(([path]) => path)).toEqual([]);
  });

  it("SC-02 have no install script", () => {
    const withScript = Object.entries(packages).filter(([, each]) => each["hasInstallScript"]);
    expect(withScript.map(([path]) => path)).toEqual([]);
  });
});

const figure = { of: "portcullis", kind: "answersPerSecond", workload: "me" } as const;

describe("the bench", () => {
  it("has every contender its goals compare with", () => {
    const names = contenders.map(({ name }) => name);
    expect(namedByGoals.filter((name) => !names.includes(name))).toEqual([]);
  });

  it("calls a goal collapsed where it is missed by more than half, and not before", () => {
    expect([0.38, 0.2, 0.19, 0.18].map((value) => isMet({ atLeast: 0.38 }, value))).toEqual([
      true,
      false,
      false,
      false,
    ]);
    expect(
      [0.2, 0.19, 0.18].map((value) => isCollapse({ figure, bound: { atLeast: 0.38 } }, value)),
    ).toEqual([false, false, true]);
    expect(
      [15, 30, 31].map((value) => isCollapse({ figure, bound: { atMost: 15 } }, value)),
    ).toEqual([false, false, true]);
  });

  it("never calls collapsed what a slow machine explains", () => {
    const start = { of: "portcullis-package", kind: "readyMs" } as const;
    expect(isCollapse({ figure: start, bound: { atMost: 200 } }, 900)).toBe(false);
  });

  it("judges a collapse by what was reached, where the goal itself is out of reach", () => {
    const goal = { figure, bound: { atLeast: 2 }, reached: 1 };
    expect([0.6, 0.5, 0.4].map((value) => isCollapse(goal, value))).toEqual([false, false, true]);
  });

  it("calls a figure collapsed only where it is so in all that it is compared with", () => {
    const result = (name: ContenderName, me: number, health: number): ContenderResult => ({
      name,
      title: name,
      rates: { me: rateOf(me), health: rateOf(health) },
      loginsPerSecond: undefined,
      probeP50Ms: undefined,
      probeP99Ms: undefined,
      readyMs: undefined,
      idleBytes: undefined,
      residentBytes: undefined,
    });
    const rateOf = (rate: number) => ({
      answersPerSecond: { median: rate, min: rate, max: rate },
      ratio: undefined,
      cpuMicros: undefined,
    });
    const collapsed = (me: number) =>
      judgeGoals([
        result("node-http", 0, 50_000),
        result("fastify-duties", 4_000, 20_000),
        result("portcullis", me, 20_000),
      ])
        .filter(({ isCollapse: isSo }) => isSo)
        .map(({ goal }) => goal.title);
    expect(collapsed(4_000)).toEqual([]);
    expect(collapsed(1_000)).toEqual([
      "GET /me by cookie, of bare node:http",
      "GET /me by cookie, of Fastify with the same duties",
    ]);
  });

  it("sums up what could be measured", () => {
    expect(summarize([3, Number.NaN, 1, 2, 10])).toEqual({ median: 2.5, min: 1, max: 10 });
    expect(summarize([Number.NaN])).toBeUndefined();
    const hundred = Array.from({ length: 100 }, (_, index) => index + 1);
    expect([50, 99, 100].map((percent) => percentile(hundred, percent))).toEqual([50.5, 99, 100]);
  });

  it("writes no files after a partial run, unless --write asks for them", () => {
    expect(readOptions([])?.writesFiles).toBe(true);
    expect(readOptions(["--quick"])?.writesFiles).toBe(false);
    expect(readOptions(["--only", "srvx"])?.writesFiles).toBe(false);
    expect(readOptions(["--quick", "--write"])?.writesFiles).toBe(true);
    expect(() => readOptions(["--rounds", "none"])).toThrow("--rounds takes a number");
  });
});
