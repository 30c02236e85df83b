/** Prometheus' text format 0.0.4, read strictly: what this refuses, a scraper may refuse. */

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}
export interface Family {
  readonly type: string;
  readonly help: string;
  readonly samples: readonly Sample[];
}
export type Exposition = ReadonlyMap<string, Family>;

const HELP = /^# HELP ([a-z_:][a-z0-9_:]*) (.+)$/;
const TYPE = /^# TYPE ([a-z_:][a-z0-9_:]*) (counter|gauge|histogram|summary)$/;
const SAMPLE =
  /^([a-z_:][a-z0-9_:]*)(?:\{([^{}]+)\})? (-?[0-9]+(?:\.[0-9]+)?(?:e[-+]?[0-9]+)?|NaN|[-+]Inf)$/;
const LABEL = /^([a-z_][a-z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"$/;

/** Each family once, HELP and TYPE before its samples, each series once; throws where that is not so. */
export function parseExposition(text: string): Exposition {
  if (!text.endsWith("\n")) throw new Error("The last line has no end");
  const families = new Map<string, Family & { readonly samples: Sample[] }>();
  const seen = new Set<string>();
  let help: RegExpExecArray | null = null;
  let current = "";
  for (const line of text.split("\n").filter((each) => each !== "")) {
    const type = TYPE.exec(line);
    const sample = SAMPLE.exec(line);
    if (HELP.test(line)) help = HELP.exec(line);
    else if (type) {
      const [, name = "", kind = ""] = type;
      if (help?.[1] !== name || families.has(name)) throw new Error(`Misplaced: ${line}`);
      families.set(name, { type: kind, help: help[2] ?? "", samples: [] });
      current = name;
    } else if (sample) {
      const [, name = "", labels = "", value = ""] = sample;
      const family = families.get(current);
      const suffix = family?.type === "histogram" ? /^_(?:bucket|sum|count)$/ : /^$/;
      const series = line.slice(0, line.lastIndexOf(" "));
      if (!name.startsWith(current) || !suffix.test(name.slice(current.length)) || seen.has(series))
        throw new Error(`Misplaced: ${line}`);
      seen.add(series);
      family?.samples.push({ name, labels: labelsOf(labels), value: Number(value) });
    } else throw new Error(`Not the format: ${line}`);
  }
  return families;
}

function labelsOf(text: string): Record<string, string> {
  if (text === "") return {};
  const pairs = text.split(/,(?=[a-z_]+=")/).map((pair) => {
    const [, name = "", value = ""] = LABEL.exec(pair) ?? [];
    if (name === "") throw new Error(`Not a label: ${pair}`);
    return [name, value] as const;
  });
  return Object.fromEntries(pairs);
}

/** The one sample with exactly these labels; undefined where there is none. */
export function valueOf(
  exposition: Exposition,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined {
  const family = exposition.get(name) ?? exposition.get(name.replace(/_(?:bucket|sum|count)$/, ""));
  const wanted = JSON.stringify(Object.entries(labels).sort());
  return family?.samples.find(
    (sample) =>
      sample.name === name && JSON.stringify(Object.entries(sample.labels).sort()) === wanted,
  )?.value;
}
