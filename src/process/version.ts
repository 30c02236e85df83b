/** The version of Portcullis, as its package.json has it. */
import { readFileSync } from "node:fs";
import { rootFile } from "../platform/files.ts";

const { version: written } = JSON.parse(readFileSync(rootFile("package.json"), "utf8")) as {
  readonly version: string; // npm refuses a package without one
};

export const version = written;
