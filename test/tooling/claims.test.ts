/** Claims of pages that could grow stale: of the version, of settings, metrics and alerts. */
import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import packageJson from "../../package.json" with { type: "json" };
import { providerEventShapes } from "../../src/contract/provider-event-shapes.ts";
import { providerProblems } from "../../src/contract/provider-problems.ts";
import { commonMailFields, mailKinds, mails } from "../../src/contract/mails.ts";
import { operationIds } from "../../src/contract/operations.ts";
import { faultKinds } from "../../src/platform/providers/faults.ts";
import { providerFieldNames, providerVariableEnds } from "../../src/process/provider-names.ts";
import { settingNames } from "../../src/process/setting-variables.ts";
import { readSettings } from "../../src/process/settings.ts";

const root = new URL("../../", import.meta.url).pathname;
const read = (path: string) => readFileSync(join(root, path), "utf8");

test("README.md and SECURITY.md speak of this version", () => {
  const { version } = packageJson;
  expect(read("README.md")).toContain(`Version ${version}: `);
  expect(read("SECURITY.md")).toContain(`## What ${version} promises`);
});

describe("docs/settings.md", () => {
  const rows = [...read("docs/settings.md").matchAll(/^\| `([A-Z0-9_]+)` +\| (.+?) +\| .+\|$/gm)];
  /** The driver's own: of no account unless DATABASE_URL leaves something open. */
  const notOurs = ["PGHOST"];

  test("has a row for every setting, and no other", () => {
    const ours = settingNames.filter((name) => !notOurs.includes(name));
    expect(rows.map(([, name]) => name).sort()).toEqual(ours.sort());
  });

  test("has a row for every setting of a provider, and no other", () => {
    const fields = [...read("docs/settings.md").matchAll(/^\| `PROVIDER_<ID>_([A-Z_]+)` +\|/gm)];
    expect(fields.map(([, field]) => field).sort()).toEqual([...providerVariableEnds].sort());
  });

  test("tells the defaults that there are, where they are plain values", () => {
    const settings = readSettings({});
    if ("faults" in settings) throw new Error(settings.faults.join("\n"));
    // Development's limits keep out of a newcomer's way: the page tells those of production.
    const production = readSettings({
      NODE_ENV: "production",
      PUBLIC_URL: "https://auth.example.com",
      AUTH_SECRET: randomBytes(32).toString("base64"),
      SMTP_URL: "smtp://127.0.0.1:9",
      MAIL_FROM: "auth@example.com",
    });
    if ("faults" in production) throw new Error(production.faults.join("\n"));
    const limits = Object.entries(production.settings).filter(([name]) =>
      name.startsWith("LIMIT_"),
    );
    const values: Readonly<Record<string, unknown>> = {
      ...settings.settings,
      ...Object.fromEntries(limits),
    };
    const compared = rows.flatMap(([, name = "", cell = ""]) => {
      const told = /^`?([\w./:]+)`?(?:; `off` in production)?$/.exec(cell)?.[1];
      const value = values[name];
      if (told === undefined || value === undefined || typeof value === "function") return [];
      return [{ name, told, is: spell(value) }];
    });
    expect(compared.length).toBeGreaterThan(20);
    expect(compared.filter(({ told, is }) => told !== is)).toEqual([]);
  });

  function spell(value: unknown): string {
    if (value instanceof Set) return value.size === 0 ? "none" : [...value].join(",");
    if (typeof value === "object" && value !== null && "count" in value && "seconds" in value)
      return `${String(value.count)}/${String(value.seconds)}`;
    return String(value);
  }
});

describe("docs/providers.md", () => {
  const page = read("docs/providers.md");
  /** The first cells of the table whose head begins with the name. */
  const firstCells = (head: string) => {
    const [, rows = ""] =
      new RegExp(`^\\| ${head} +\\|.*\\n\\| -.*\\n((?:\\|.*\\n)+)`, "m").exec(page) ?? [];
    return [...rows.matchAll(/^\|([^|]+)\|/gm)].flatMap(([, cell = ""]) =>
      Array.from(cell.matchAll(/`([a-z0-9_]+)`/g), ([, name = ""]) => name),
    );
  };

  test("names every setting of a provider", () => {
    const missing = providerFieldNames.filter(
      (field) => !new RegExp(`PROVIDER_(?:<ID>|[A-Z]+)_${field}\\b`).test(page),
    );
    expect(missing).toEqual([]);
  });

  test("explains every problem and names every event of it", () => {
    const explained = firstCells("`code`");
    const problems = Object.keys(providerProblems);
    expect(problems.filter((code) => !explained.includes(code))).toEqual([]);
    const events = Object.keys(providerEventShapes);
    expect(events.filter((event) => !page.includes(`\`${event}\``))).toEqual([]);
  });

  test("says of every reason in the log what it means, once, and of no other", () => {
    const rules = ["provider-flows.ts", "provider-logins.ts", "identities.ts"];
    // `why: "error"`, and `why = … ? "one" : "other"`.
    const ofRules = rules
      .flatMap((file) => read(`src/domain/${file}`).match(/\bwhy(?:: | = )[^;,}]+/g) ?? [])
      .flatMap((code) => code.match(/(?<=")[a-z_]+(?=")/g) ?? []);
    expect(ofRules).not.toEqual([]);
    expect(firstCells("`why`").sort()).toEqual([...Object.keys(faultKinds), ...ofRules].sort());
    const { reason } = providerEventShapes.provider_login_failed.fields;
    expect(reason.options.filter((word) => !page.includes(`\`${word}\``))).toEqual([]);
  });
});

test("docs/mails.md has every kind of mail, with its placeholders, and every placeholder", () => {
  const page = read("docs/mails.md");
  const names = (cell = "") => (cell.match(/(?<=\{)\w+(?=\})/g) ?? []).sort();
  const kinds = [...page.matchAll(/^\| `([a-z_]+)` +\|[^|]+\|([^|]+)\|$/gm)].map(
    ([, kind = "", cell]): [string, string[]] => [kind, names(cell)],
  );
  expect(Object.fromEntries(kinds)).toEqual(
    Object.fromEntries(mailKinds.map((kind) => [kind, Object.keys(mails[kind].shape).sort()])),
  );
  const explained = [...page.matchAll(/^\| `\{(\w+)\}` +\|/gm)].map(([, name]) => name);
  const fields = mailKinds.flatMap((kind) => Object.keys(mails[kind].shape));
  expect(explained.sort()).toEqual([...new Set([...fields, ...commonMailFields])].sort());
});

test("no picture has a semicolon in its words: there Mermaid takes the statement to end, and draws nothing", () => {
  const pages = readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" });
  const pictures = ["README.md", ...pages.map((page) => join("docs", page))]
    .filter((page) => page.endsWith(".md"))
    .flatMap((page) => [...read(page).matchAll(/^```mermaid\n([^]*?)^```/gm)])
    .map(([, picture = ""]) => picture);
  expect(pictures.length).toBeGreaterThan(8);
  expect(pictures.filter((picture) => picture.includes(";"))).toEqual([]);
});

describe("docs/operating.md", () => {
  const operating = read("docs/operating.md");

  test("has Prometheus scrape what nginx passes requests on to, past nginx, which hides the metrics", () => {
    const nginx = read("docs/nginx/portcullis.conf");
    expect(nginx).toMatch(/location \^~ \/metrics \{\s+return 404;/);
    const processes = Array.from(
      nginx.matchAll(/^ +server ([\d.:]+) /gm),
      ([, address]) => address,
    );
    const targets = /^ +- targets: (\[.+\])$/m.exec(operating)?.[1] ?? "[]";
    expect(JSON.parse(targets)).toEqual(processes);
    expect(operating).not.toContain("scheme: https"); // the processes speak plain http
  });
});

test("the alerts name operations that there are", () => {
  const rules = read("docs/prometheus/alerts.yml");
  const described = rules.match(/(?<=description: ).+/g)?.join("\n") ?? "";
  const fields = ["userId", "requestId", "willRetry"];
  const named = described.match(/\b[a-z]+[A-Z][A-Za-z]+\b/g) ?? [];
  const known: readonly string[] = [...operationIds, ...fields];
  expect(named.filter((name) => !known.includes(name))).toEqual([]);
  // Its filters are the operation's: what cannot be asked for is not told to be.
  expect(described).not.toMatch(/\/events by /);
});
