/** docs/operating.md and the alert rules speak of the metrics that exist, and of all of them. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { eventNames } from "../../src/contract/events.ts";
import { metrics } from "../../src/contract/metrics.ts";
import { operationIds } from "../../src/contract/operations.ts";

const read = (path: string) => readFileSync(new URL(`../../docs/${path}`, import.meta.url), "utf8");
const operating = read("operating.md");
const rules = read("prometheus/alerts.yml");
const alerts = rules.split(/^ +- alert: /m).slice(1);

test("the table of metrics is what the contract declares", () => {
  const declared = Object.entries(metrics).map(([name, { type, labels, help }]) => {
    const said = Object.entries(labels).map(([label, values]) => `\`${label}\`: ${values}`);
    return `| \`${name}\` | ${type} | ${said.join("; ") || "–"} | ${help} |`;
  });
  expect(operating.split("\n").filter((line) => line.startsWith("| `portcullis_"))).toEqual(
    declared,
  );
});

test("every alert has its row: its name, and what to do", () => {
  const told = alerts.map((alert) => {
    const name = /^\w+/.exec(alert)?.[0] ?? "";
    return `| \`${name}\` | ${/^ +description: (.+)$/m.exec(alert)?.[1] ?? ""} |`;
  });
  expect(told.length).toBeGreaterThan(10);
  expect(operating.split("\n").filter((line) => line.startsWith("| `Portcullis"))).toEqual(told);
});

test("an alert asks only for metrics, events, operations and labels that exist", () => {
  const names = Object.entries(metrics).flatMap(([name, { type }]) =>
    type === "histogram" ? ["_bucket", "_sum", "_count"].map((suffix) => name + suffix) : [name],
  );
  const asked = rules.match(/\bportcullis_\w+/g) ?? [];
  expect(asked.filter((name) => !names.includes(name))).toEqual([]);
  const selected = (label: string) =>
    [...rules.matchAll(new RegExp(`\\b${label}=~?"([^"]+)"`, "g"))].flatMap(([, values = ""]) =>
      values.split("|"),
    );
  const events: readonly string[] = eventNames;
  const operations: readonly string[] = operationIds;
  expect(selected("event").filter((event) => !events.includes(event))).toEqual([]);
  expect(selected("operation").filter((id) => !operations.includes(id))).toEqual([]);
  const bounds = metrics.portcullis_event_loop_delay_seconds.buckets.map(String);
  expect(selected("le").filter((bound) => !bounds.includes(bound))).toEqual([]);
});
