/** Secrets that are in files, as containers, Kubernetes and systemd hand them over: `AUTH_SECRET_FILE=/run/secrets/auth`. */
import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from "node:fs";
import { changeableBy } from "./file-owners.ts";
import type { Fault } from "./provider-settings.ts";
import { fileVariableOf } from "./secret-settings.ts";
import { whatSurrounds } from "./setting-values.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** No secret is longer; a file that is, was not meant. Bytes. */
const SECRET_FILE_MAX_BYTES = 65_536;

/** The environment with the contents of the files in it, and what is wrong or odd about them: each once, by its variable. */
export interface ReadSecretFiles {
  readonly environment: Environment;
  /** The settings whose value is a file's, or would be if that could be read. */
  readonly fromFiles: ReadonlySet<string>;
  readonly faults: readonly Fault[];
  readonly remarks: readonly Fault[];
}

/** Reads the files of the secrets with these names. A sentence names the variable, and neither the path nor the content. */
export function readSecretFiles(given: Environment, secrets: readonly string[]): ReadSecretFiles {
  const named = secrets.flatMap((secret) => {
    const path = given[fileVariableOf(secret)];
    return path === undefined ? [] : [{ secret, variable: fileVariableOf(secret), path }];
  });
  const read = named.map(({ secret, variable, path }) => ({
    secret,
    variable,
    ...(given[secret] === undefined
      ? readSecretFile(path)
      : { fault: `is set, and so is ${secret}: leave one of them out` }),
  }));
  return {
    environment: {
      ...given,
      ...Object.fromEntries(read.flatMap(({ secret, text }) => (text ? [[secret, text]] : []))),
    },
    fromFiles: new Set(named.map(({ secret }) => secret)),
    faults: read.flatMap(({ variable, fault }): Fault[] => (fault ? [[variable, fault]] : [])),
    remarks: read.flatMap(({ variable, remark }): Fault[] => (remark ? [[variable, remark]] : [])),
  };
}

interface SecretFile {
  readonly text?: string;
  readonly fault?: string;
  readonly remark?: string | undefined;
}

/** The path is not told: it may be the secret itself, by mistake. */
function readSecretFile(path: string): SecretFile {
  const surroundings = whatSurrounds(path);
  if (surroundings !== undefined) return { fault: surroundings };
  try {
    // A pipe without a writer must not keep the start waiting.
    const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      return secretIn(file, fstatSync(file));
    } finally {
      closeSync(file);
    }
  } catch (error) {
    return { fault: faultOf(error) };
  }
}

function secretIn(file: number, stats: Stats): SecretFile {
  if (stats.isDirectory()) return { fault: "names a folder: name the file in it" };
  if (!stats.isFile()) return { fault: "names no regular file: name one" };
  const bytes = readUpTo(file, SECRET_FILE_MAX_BYTES + 1);
  if (bytes.length > SECRET_FILE_MAX_BYTES)
    return {
      fault: `names a file of more than ${SECRET_FILE_MAX_BYTES} bytes: it is no secret's`,
    };
  const text = decode(bytes)?.replace(/\r?\n$/, ""); // one: a second would be a part of the secret
  if (text === undefined) return { fault: "names a file that is not text in UTF-8" };
  if (text === "") return { fault: "names a file that is empty: write the secret into it" };
  const who = changeableBy(stats);
  const remark = `names a file that ${who} can change: who writes a secret, knows it`;
  return { text, remark: who === undefined ? undefined : remark };
}

/** As much as there is, whatever size the file system says: that of a generated file is 0. */
function readUpTo(file: number, length: number): Buffer {
  const buffer = Buffer.alloc(length);
  let filled = 0;
  for (let count = 1; count > 0 && filled < length; filled += count)
    count = readSync(file, buffer, filled, length - filled, null);
  return buffer.subarray(0, filled);
}

/** U+FFFD in the place of a byte would make it another secret than the one that was meant. */
function decode(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function faultOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "ENOENT" || code === "ENOTDIR") return "names a file that is not there";
  if (code === "EACCES" || code === "EPERM")
    return "names a file that this user may not read: give it to the user who runs the server";
  if (code === "EISDIR") return "names a folder: name the file in it";
  // No path is longer; and none has a character that ends it.
  if (code === "ENAMETOOLONG" || code === "ERR_INVALID_ARG_VALUE" || code === "ENXIO")
    return "names no file: set the path of one";
  return `names a file that cannot be read${code === "" ? "" : ` (${code})`}`;
}
