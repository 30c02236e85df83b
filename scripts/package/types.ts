/**
 * The types of what the package exports, rolled into one file: each exported name with its types written out, and
 * nothing of the rooms behind it. What cannot be written out does not compile, and the build fails.
 */
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const root = fileURLToPath(new URL("../../", import.meta.url));
const entry = `${root}src/index.ts`;
const FORMAT = ts.TypeFormatFlags.NoTruncation;

/** Writes the declarations of `src/index.ts` to `target`. Throws where they would not compile by themselves. */
export async function writeTypes(target: URL): Promise<void> {
  const program = ts.createProgram([entry], compilerOptions());
  const source = program.getSourceFile(entry);
  if (source === undefined) throw new Error("src/index.ts is missing");
  const checker = program.getTypeChecker();
  const module = checker.getSymbolAtLocation(source);
  const exported = module === undefined ? [] : checker.getExportsOfModule(module);
  const text = [
    ...(await headOf(source)),
    ...exported.map((symbol) => declare(checker, source, symbol)),
  ].join("\n\n");
  await writeFile(target, `${text}\n`);
  demandWhole(fileURLToPath(target));
}

function compilerOptions(): ts.CompilerOptions {
  const { config } = ts.readConfigFile(`${root}tsconfig.json`, (path) => ts.sys.readFile(path));
  return ts.parseJsonConfigFileContent(config, ts.sys, root).options;
}

/** The comment at the top of the file. */
async function headOf({ fileName }: ts.SourceFile): Promise<string[]> {
  const [head] = /^\/\*\*.*?\*\//s.exec(await readFile(fileName, "utf8")) ?? [];
  return head === undefined ? [] : [head];
}

function declare(checker: ts.TypeChecker, source: ts.SourceFile, given: ts.Symbol): string {
  const isAlias = (given.flags & ts.SymbolFlags.Alias) !== 0;
  const symbol = isAlias ? checker.getAliasedSymbol(given) : given;
  const { name } = symbol;
  if ((symbol.flags & ts.SymbolFlags.Function) !== 0) {
    const [signature] = checker.getTypeOfSymbol(symbol).getCallSignatures();
    if (signature === undefined) throw new Error(`${name} has no signature`);
    return `${docsOf(checker, symbol, "")}export declare function ${name}${checker.signatureToString(signature, source, FORMAT)};`;
  }
  const isClass = (symbol.flags & ts.SymbolFlags.Class) !== 0;
  const type = checker.getDeclaredTypeOfSymbol(symbol);
  const lines = isClass
    ? [`  ${constructorOf(checker, source, symbol)}`, ...ownMembers(checker, source, symbol)]
    : [...members(checker, source, type.getProperties()), ...indexes(checker, source, type)];
  const [base] = isClass ? checker.getBaseTypes(type as ts.InterfaceType) : []; // a class's type is one
  const heritage = base === undefined ? "" : ` extends ${base.symbol.name}`;
  const opening = `export ${isClass ? "declare class" : "interface"} ${name}${heritage} {`;
  return `${docsOf(checker, symbol, "")}${opening}\n${lines.join("\n")}\n}`;
}

function constructorOf(checker: ts.TypeChecker, source: ts.SourceFile, symbol: ts.Symbol): string {
  const [signature] = checker.getTypeOfSymbol(symbol).getConstructSignatures();
  if (signature === undefined) throw new Error(`${symbol.name} has no constructor`);
  const parameters = checker.signatureToString(signature, source, FORMAT).replace(/: [^:]+$/, "");
  return `constructor${parameters};`;
}

function ownMembers(checker: ts.TypeChecker, source: ts.SourceFile, symbol: ts.Symbol): string[] {
  const own = [...(symbol.members?.values() ?? [])].filter(
    ({ flags }) => (flags & ts.SymbolFlags.Property) !== 0,
  );
  return members(checker, source, own);
}

function members(
  checker: ts.TypeChecker,
  source: ts.SourceFile,
  properties: readonly ts.Symbol[],
): string[] {
  return properties.map((property) => {
    const type = checker.getTypeOfSymbol(property);
    const docs = docsOf(checker, property, "  ");
    const [signature] = type.getCallSignatures();
    if ((property.flags & ts.SymbolFlags.Method) !== 0 && signature !== undefined)
      return `${docs}  ${property.name}${checker.signatureToString(signature, source, FORMAT)};`;
    const mark = (property.flags & ts.SymbolFlags.Optional) === 0 ? "" : "?";
    return `${docs}  readonly ${property.name}${mark}: ${print(checker, source, type)};`;
  });
}

/** `readonly [key: \`PROVIDER_${string}_KIND\`]: …`. */
function indexes(checker: ts.TypeChecker, source: ts.SourceFile, type: ts.Type): string[] {
  return checker
    .getIndexInfosOfType(type)
    .map(
      ({ keyType, type: value }) =>
        `  readonly [key: ${print(checker, source, keyType)}]: ${print(checker, source, value)};`,
    );
}

/** A union by its members: its name is in a file that the package does not have. */
function print(checker: ts.TypeChecker, source: ts.SourceFile, type: ts.Type): string {
  const write = (each: ts.Type) => checker.typeToString(each, source, FORMAT);
  return type.isUnion() && type.aliasSymbol !== undefined
    ? type.types.map(write).join(" | ")
    : write(type);
}

function docsOf(checker: ts.TypeChecker, symbol: ts.Symbol, indent: string): string {
  const text = ts.displayPartsToString(symbol.getDocumentationComment(checker));
  if (text === "") return "";
  const lines = text.split("\n");
  return lines.length === 1
    ? `${indent}/** ${text} */\n`
    : `${indent}/**\n${lines.map((line) => `${indent} * ${line}`).join("\n")}\n${indent} */\n`;
}

/** Compiles the file alone, with the types of Node, as a careful user does. Throws with what is wrong. */
function demandWhole(file: string): void {
  const program = ts.createProgram([file], {
    strict: true,
    noEmit: true,
    exactOptionalPropertyTypes: true,
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ES2023,
    lib: ["lib.es2023.d.ts"],
    types: ["node"],
    typeRoots: [`${root}node_modules/@types`],
  });
  const faults = ts.getPreEmitDiagnostics(program);
  if (faults.length > 0)
    throw new Error(
      ts.formatDiagnostics(faults, {
        getCurrentDirectory: () => root,
        getCanonicalFileName: (name) => name,
        getNewLine: () => "\n",
      }),
    );
}
