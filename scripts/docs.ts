/** `npm run docs`: writes the parts of docs/ that the code says better. `--check` fails where they are stale. */
import { readFile, writeFile } from "node:fs/promises";
import { format } from "prettier";
import { type Room, rooms } from "../lint/rooms.ts";
import { problem } from "../src/contract/problems.ts";
import type { Check } from "../src/routes/checks/check.ts";
import { checks } from "../src/routes/checks/checks.ts";
import { pageSizes, type Size } from "./pages/sizes.ts";

const isChecking = process.argv.includes("--check");

const pages: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "docs/architecture.md": {
    rooms: rooms.map(roomItem).join("\n"),
    checks: checks.map(checkItem).join("\n"),
  },
  "docs/pages.md": { sizes: sizeTable(await pageSizes()) },
};

for (const [page, sections] of Object.entries(pages)) {
  const file = new URL(`../${page}`, import.meta.url);
  const written = await readFile(file, "utf8");
  const text = await format(Object.entries(sections).reduce(withSection, written), {
    parser: "markdown",
    printWidth: 100,
  });
  if (text === written) console.error(`${page} says what the code says.`);
  else if (isChecking) {
    console.error(`${page} is stale: run \`npm run docs\` and commit.`);
    process.exitCode = 1;
  } else {
    await writeFile(file, text);
    console.error(`wrote ${page}`);
  }
}

/** Puts the section between its two marks. Throws where the page does not have them. */
function withSection(markdown: string, [name, section]: [string, string]): string {
  const [from, to] = [
    `<!-- ${name}: generated from here -->`,
    `<!-- ${name}: generated to here -->`,
  ];
  const start = markdown.indexOf(from);
  const end = markdown.indexOf(to);
  if (start === -1 || end < start) throw new Error(`A page of docs/ has no section ${name}`);
  return `${markdown.slice(0, start + from.length)}\n\n${section}\n\n${markdown.slice(end)}`;
}

/** In whole kilobytes, rounded up, so that a word more is no change of the docs. */
function sizeTable(sizes: readonly Size[]): string {
  const kilobytes = (bytes: number) => `${Math.ceil(bytes / 1000)} kB`;
  return [
    "| Application | Gzipped | At most |",
    "| --- | --- | --- |",
    ...sizes.map(
      ({ name, bytes, maxBytes }) =>
        `| \`${name}\` | ${kilobytes(bytes)} | ${kilobytes(maxBytes)} |`,
    ),
  ].join("\n");
}

function checkItem({ name, refuses, problems }: Check, index: number): string {
  const answers = problems.map((code) => `${problem(code).status} \`${code}\``);
  return `${index + 1}. [${name}](../src/routes/checks/${name}.ts) refuses with ${answers.join(" or ")}: ${refuses}`;
}

function roomItem({ name, files, values, types, except = {}, why }: Room): string {
  const imports = [
    ...(values === "anything" ? ["anything"] : values.map(code)),
    ...(types.length > 0 ? [`types of ${types.map(code).join(", ")}`] : []),
    ...exceptions(files, except),
  ];
  return `- **${name}** (${files.map(code).join(", ")}) may import ${imports.join("; ")}. ${why}`;
}

/** Files with the same exception stand together, each as it is called within the room. */
function exceptions(files: Room["files"], except: NonNullable<Room["except"]>): string[] {
  const folder = (file: string) => files.find((each) => file.startsWith(each)) ?? "";
  const byImports = Map.groupBy(Object.entries(except), ([, more]) => more.map(code).join(" and "));
  return [...byImports].map(([more, entries]) => {
    const names = entries.map(([file]) => code(file.slice(folder(file).length)));
    return `${more} in ${names.join(", ")} alone`;
  });
}

function code(text: string): string {
  return `\`${text}\``;
}
