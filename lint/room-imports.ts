/** The rule `portcullis/room-imports`: an import is one of those `lint/rooms.ts` allows. */
import { posix, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import type { TSESLint, TSESTree } from "@typescript-eslint/utils";
import { type Room, rooms } from "./rooms.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

/** One name of one import. `*` is a namespace, a side effect or an `import()`. */
interface Import {
  readonly name: string;
  readonly isType: boolean;
}

type Message = "forbidden" | "typesOnly" | "computed" | "homeless";

export const roomImports: TSESLint.RuleModule<Message> = {
  meta: {
    type: "problem",
    schema: [],
    messages: {
      forbidden: "{{room}} may not import {{target}}. {{why}}",
      typesOnly: "{{room}} may import {{target}} only as a type. {{why}}",
      computed: "An import in src names its module, so that the rooms can be kept apart.",
      homeless:
        "{{file}} is in no room: name it in lint/rooms.ts, with what it may import and why.",
    },
  },
  create(context) {
    const file = relative(root, context.filename).split(sep).join("/");
    const room = rooms.find(({ files }) => files.some((entry) => isBeneath(file, entry)));

    function check(source: TSESTree.Node, specifier: string, imports: readonly Import[]): void {
      if (room === undefined) return;
      const target = targetOf(file, specifier);
      const refused = imports.filter((each) => !isAllowed(room, file, target, each));
      if (refused.length === 0) return;
      const asType = refused.every(({ name }) =>
        isAllowed(room, file, target, { name, isType: true }),
      );
      context.report({
        node: source,
        messageId: asType ? "typesOnly" : "forbidden",
        data: { room: room.name, target: nameOf(target, refused), why: room.why },
      });
    }

    return {
      Program(node) {
        if (room === undefined) context.report({ node, messageId: "homeless", data: { file } });
      },
      ImportDeclaration({ source, importKind, specifiers }) {
        const imports = specifiers.map((specifier) => importOf(specifier, importKind === "type"));
        check(source, source.value, imports.length > 0 ? imports : [everything(false)]);
      },
      ExportNamedDeclaration({ source, exportKind }) {
        if (source) check(source, source.value, [everything(exportKind === "type")]);
      },
      ExportAllDeclaration({ source, exportKind }) {
        check(source, source.value, [everything(exportKind === "type")]);
      },
      ImportExpression({ source }) {
        if (source.type === "Literal" && typeof source.value === "string") {
          check(source, source.value, [everything(false)]);
        } else if (file.startsWith("src/")) {
          context.report({ node: source, messageId: "computed" });
        }
      },
      TSImportType({ source }) {
        check(source, source.value, [everything(true)]);
      },
    };
  },
};

function importOf(specifier: TSESTree.ImportClause, isType: boolean): Import {
  if (specifier.type !== "ImportSpecifier") return { name: "*", isType };
  const { imported, importKind } = specifier;
  const name = imported.type === "Identifier" ? imported.name : imported.value;
  return { name, isType: isType || importKind === "type" };
}

function everything(isType: boolean): Import {
  return { name: "*", isType };
}

/** A path from the root for a relative specifier; a package or a `node:` module as it is written. */
function targetOf(file: string, specifier: string): string {
  return specifier.startsWith(".") ? posix.join(posix.dirname(file), specifier) : specifier;
}

function isAllowed(room: Room, file: string, target: string, { name, isType }: Import): boolean {
  if (room.files.some((entry) => isBeneath(target, entry))) return true;
  if (room.values === "anything") return !isBeneath(target, "labs/");
  const allowed = [...room.values, ...(room.except?.[file] ?? []), ...(isType ? room.types : [])];
  return allowed.some((entry) => isBeneath(target, entry) || `${target}#${name}` === entry);
}

/** Tells if a room's entry names the file or module. `package:` is every package. */
function isBeneath(target: string, entry: string): boolean {
  if (entry === "package:")
    return !/^(?:\.|node:|(?:src|client|packages|examples|test|scripts|labs|lint)\/)/.test(target);
  if (entry.endsWith("/") || entry.endsWith(":")) return target.startsWith(entry);
  return target === entry || (!entry.includes(".") && target.startsWith(`${entry}/`));
}

function nameOf(target: string, refused: readonly Import[]): string {
  const names = refused.map(({ name }) => name).filter((name) => name !== "*");
  return names.length > 0 ? `${names.join(", ")} of ${target}` : target;
}
