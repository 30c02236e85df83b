/** The pages for people name nothing that is not there: files, headings, npm scripts. */
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import packageJson from "../../package.json" with { type: "json" };

const root = new URL("../../", import.meta.url).pathname;
const read = (path: string) => readFileSync(join(root, path), "utf8");
const folders = ["", "docs/**/", "client/", "examples/*/", "packages/*/", "scripts/", "labs/"];
const pages = folders.flatMap((folder) => globSync(`${folder}*.md`, { cwd: root }));

/** As GitHub makes them of headings. */
function anchorsOf(markdown: string): string[] {
  return [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

test.each(pages)("%s links to nothing that is not there", (page) => {
  const links = [...read(page).matchAll(/\]\((?!https?:|mailto:)([^)\s]+)\)/g)].map(
    ([, to = ""]) => to,
  );
  const broken = links.filter((link) => {
    const [path = "", anchor] = link.split("#");
    const target = path === "" ? page : join(dirname(page), path);
    if (globSync(target, { cwd: root }).length === 0) return true;
    return anchor !== undefined && !anchorsOf(read(target)).includes(anchor);
  });
  expect(broken).toEqual([]);
});

const readmes = globSync("{src,test}/**/README.md", {
  cwd: root,
  exclude: (name) => name === "node_modules",
});

/** A file of the repository in backticks: `src/app.ts`, or as readers of rooms write it, `domain/change.ts`. */
test.each([...pages, ...readmes])("%s names no file that is not there", (page) => {
  const named = [
    // The list of rooms is generated from lint/rooms.ts, and names files from its rooms.
    ...read(page)
      .replace(/<!-- rooms: generated from here -->.*?generated to here/s, "")
      .matchAll(/`((?:[\w.-]+\/)+[\w.-]+\.(?:ts|js|json|md|yaml|html|css))`/g),
  ].map(([, path = ""]) => path);
  const places = ["", dirname(page), "src", "test", "src/storage", "client/src"];
  const missing = named.filter((path) =>
    places.every((place) => !existsSync(join(root, place, path))),
  );
  expect(missing).toEqual([]);
});

test("docs/commands.md has every npm script, and no other", () => {
  const told = [...read("docs/commands.md").matchAll(/^\| `npm (?:run )?([\w:-]+)` +\|/gm)].map(
    ([, name]) => name,
  );
  expect(told.sort()).toEqual(Object.keys(packageJson.scripts).sort());
});

test("docs/README.md leads to every page of docs/", () => {
  const index = read("docs/README.md");
  const missing = globSync("docs/*.md", { cwd: root })
    .map((page) => page.slice("docs/".length))
    .filter((page) => page !== "README.md" && !index.includes(`(${page})`));
  expect(missing).toEqual([]);
});
