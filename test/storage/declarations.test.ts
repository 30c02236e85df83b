/**
 * Mistakes in storage that must not compile: a field of an account without a column, a column without a field,
 * a value that a statement has no slot for, and a slot that gets no value. Each is made in a copy of a file
 * that exists in the compiler's memory alone.
 */
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { expect, it } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));
const COMPILING_MS = 120_000;

const parsed = ts.parseJsonConfigFileContent(
  ts.readConfigFile(resolve(root, "tsconfig.json"), (path) => ts.sys.readFile(path)).config,
  ts.sys,
  root,
);
/** A value that is only left unused is no mistake to look for here. */
const options = {
  ...parsed.options,
  noEmit: true,
  noUnusedLocals: false,
  noUnusedParameters: false,
};
/** Parsed once for all compilations: the files that none of them changes. */
const sources = new Map<string, ts.SourceFile | undefined>();

/** The compiler's messages about `file`, in one text, where the text of some files is changed. */
function faultsIn(file: string, changes: Readonly<Record<string, (source: string) => string>>) {
  const host = ts.createCompilerHost(options);
  const read = host.getSourceFile.bind(host);
  host.getSourceFile = (path, ...rest) => {
    const change = changes[path.slice(root.length)];
    if (change === undefined) {
      if (!sources.has(path)) sources.set(path, read(path, ...rest));
      return sources.get(path);
    }
    const source = host.readFile(path) ?? "";
    const changed = change(source);
    expect(changed).not.toBe(source);
    return ts.createSourceFile(path, changed, rest[0]);
  };
  const path = resolve(root, file);
  const program = ts.createProgram([path], options, host);
  const faults = program.getSemanticDiagnostics(program.getSourceFile(path));
  return faults.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, " ")).join();
}

const rows = "src/storage/user-rows.ts";
const users = "src/domain/ports/users.ts";
const devices = "src/storage/devices.ts";

it("a field of an account that has no column does not compile", { timeout: COMPILING_MS }, () => {
  expect(faultsIn(rows, {})).toBe("");
  const withField = (source: string) =>
    source.replace("readonly email: string;", "readonly email: string; readonly shoeSize: string;");
  expect(faultsIn(rows, { [users]: withField })).toMatch(/Property 'shoeSize' is missing/);
});

it("a column that keeps no field of an account does not compile", { timeout: COMPILING_MS }, () => {
  const withColumn = (source: string) =>
    source.replace('email: asItIs("email"),', 'email: asItIs("email"), shoeSize: asItIs("email"),');
  expect(faultsIn(rows, { [rows]: withColumn })).toMatch(/'shoeSize' does not exist/);
});

it(
  "a field that changes its type without its column does not compile",
  { timeout: COMPILING_MS },
  () => {
    const withDate = (source: string) =>
      source.replace("readonly createdAt: number;", "readonly createdAt: Date;");
    expect(faultsIn(rows, { [users]: withDate })).toMatch(/number.* is not assignable to .*Date/);
  },
);

it.each<[string, string, string, RegExp]>([
  ["misspelt", "{ id })).changed", "{ idd: id })).changed", /'idd' does not exist/],
  [
    "missing",
    "{ ...secrets, email, now });",
    "{ ...secrets, email });",
    /Property 'now' is missing/,
  ],
  [
    "of another type",
    "{ userId, exceptId }),",
    "{ userId, exceptId: 7 }),",
    /'number' is not assign/,
  ],
  [
    "left out",
    "deleteExpired(executor, { now, limit })",
    "deleteExpired(executor)",
    /Expected 2 arg/,
  ],
  ["of another column's type", 'where("email", "=", email)', 'where("email", "=", now)', /number/],
])(
  "a statement's value that is %s does not compile",
  { timeout: COMPILING_MS },
  (_, right, wrong, said) => {
    const faults = faultsIn(devices, { [devices]: (source) => source.replace(right, wrong) });
    expect(faults).toMatch(said);
  },
);
