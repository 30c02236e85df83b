/**
 * The rule `portcullis/no-circles`: no file imports itself by way of others, as a type or as a value.
 * A circle of types runs, but whoever reads one of its files has to read them all.
 */
import { readFileSync, statSync } from "node:fs";
import { dirname, isAbsolute, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import type { TSESLint, TSESTree } from "@typescript-eslint/utils";
import ts from "typescript";

const root = fileURLToPath(new URL("..", import.meta.url));

export const noCircles: TSESLint.RuleModule<"circle"> = {
  meta: {
    type: "problem",
    schema: [],
    messages: {
      circle:
        "A circle: {{path}}. To read one of these files is to read all: move what both sides need into a file that imports neither.",
    },
  },
  create(context) {
    function check(source: TSESTree.Node | null | undefined): void {
      if (source?.type !== "Literal" || typeof source.value !== "string") return;
      const target = fileOf(context.filename, source.value);
      const way = target === undefined ? undefined : shortestWay(target, context.filename);
      if (way === undefined) return;
      const path = [context.filename, ...way].map(nameOf).join(" → ");
      context.report({ node: source, messageId: "circle", data: { path } });
    }
    return {
      ImportDeclaration: ({ source }) => check(source),
      ExportNamedDeclaration: ({ source }) => check(source),
      ExportAllDeclaration: ({ source }) => check(source),
      ImportExpression: ({ source }) => check(source),
      TSImportType: ({ source }) => check(source),
    };
  },
};

/** The files from `start` to `goal`, both included, over as few imports as there are; undefined without a way. */
function shortestWay(start: string, goal: string): readonly string[] | undefined {
  const cameFrom = new Map<string, string | undefined>([[start, undefined]]);
  // The loop reads on in what it adds.
  for (const file of cameFrom.keys()) {
    if (file === goal) return wayTo(goal, cameFrom);
    for (const imported of importsOf(file))
      if (!cameFrom.has(imported)) cameFrom.set(imported, file);
  }
  return undefined;
}

function wayTo(goal: string, cameFrom: ReadonlyMap<string, string | undefined>): string[] {
  const way: string[] = [];
  for (let file: string | undefined = goal; file !== undefined; file = cameFrom.get(file))
    way.unshift(file);
  return way;
}

/** By file; an editor keeps the linter running, so an entry is good for one state of its file. */
const known = new Map<string, { readonly modifiedMs: number; readonly imports: string[] }>();

/** The files that a file imports, types included; none where it is not there to be read. */
function importsOf(file: string): readonly string[] {
  const modifiedMs = statSync(file, { throwIfNoEntry: false })?.mtimeMs;
  if (modifiedMs === undefined) return [];
  const before = known.get(file);
  if (before?.modifiedMs === modifiedMs) return before.imports;
  const { importedFiles } = ts.preProcessFile(readFileSync(file, "utf8"));
  const imports = importedFiles.flatMap(({ fileName }) => fileOf(file, fileName) ?? []);
  known.set(file, { modifiedMs, imports });
  return imports;
}

/** The code that a relative specifier names; undefined for a package and for data. Specifiers have their extension here. */
function fileOf(importer: string, specifier: string): string | undefined {
  const isCode = specifier.startsWith(".") && /\.[cm]?[jt]sx?$/.test(specifier);
  return isCode ? resolve(dirname(importer), specifier) : undefined;
}

/** From the root of the repository, where it is inside. */
function nameOf(file: string): string {
  const path = relative(root, file);
  return path.startsWith("..") || isAbsolute(path) ? file : path.split(sep).join("/");
}
