import { chmodSync, chownSync, mkdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { isOursAlone, remarksOnFiles } from "../../src/process/ownership.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const SECRET = "fathom-wicket-0123456789-lantern-orchard";
const isRoot = process.geteuid?.() === 0;

/** A data folder with a database and a made secret, as a server leaves them. */
function dataFolder() {
  const folder = join(temporaryFolder(), "data");
  mkdirSync(folder, 0o700);
  const database = join(folder, "portcullis.db");
  const secret = join(folder, "auth-secret");
  for (const file of [database, secret]) writeFileSync(file, "x", { mode: 0o600 });
  const remarks = (NODE_ENV: "development" | "production") =>
    remarksOnFiles({
      NODE_ENV,
      dataFolder: folder,
      database: { kind: "sqlite", path: database },
      AUTH_SECRET: NODE_ENV === "production" ? SECRET : undefined,
    });
  return { folder, database, secret, remarks };
}

describe.skipIf(process.geteuid === undefined)("CF-11 files that are found", () => {
  test("CF-11 raise nothing as a server makes them, nor where they are missing", () => {
    for (const environment of ["development", "production"] as const)
      expect(dataFolder().remarks(environment)).toEqual([]);
    const database = { kind: "sqlite", path: "/nowhere/at/all/x.db" } as const;
    const nothing = { NODE_ENV: "production", dataFolder: "/nowhere/at/all", database } as const;
    expect(remarksOnFiles({ ...nothing, AUTH_SECRET: SECRET })).toEqual([]);
  });

  test("CF-11 a folder that all may write stops the start in production, and is told of elsewhere", () => {
    const { folder, remarks } = dataFolder();
    chmodSync(folder, 0o777);
    const fault = `${folder} can be written by others (mode 0777): chmod go-w ${folder}`;
    expect(() => remarks("production")).toThrow(fault);
    expect(remarks("development")).toEqual([fault]);
    chmodSync(folder, 0o1777); // as /tmp
    expect(remarks("production")).toEqual([]);
  });

  test("CF-11 a folder that its group may write is told of in production", () => {
    const { folder, remarks } = dataFolder();
    chmodSync(folder, 0o775);
    expect(remarks("production")).toEqual([expect.stringContaining("(mode 0775)")]);
    expect(remarks("development")).toEqual([]);
  });

  test("CF-11 a database that others may read is told of", () => {
    const { database, remarks } = dataFolder();
    chmodSync(database, 0o644);
    for (const environment of ["development", "production"] as const)
      expect(remarks(environment)).toEqual([
        `${database} is open to others (mode 0644): chmod 600 ${database}`,
      ]);
  });

  test("CF-11 a secret that others may read is closed to them, and told of once", () => {
    const { secret, remarks } = dataFolder();
    chmodSync(secret, 0o644);
    expect(remarks("production")).toEqual([]); // AUTH_SECRET is set: the file is not read
    expect(statSync(secret).mode & 0o777).toBe(0o644);
    expect(remarks("development")).toEqual([
      `${secret} was open to others (mode 0644), and is closed now: who read it, has it`,
    ]);
    expect(statSync(secret).mode & 0o777).toBe(0o600);
    expect(remarks("development")).toEqual([]);
  });

  test.skipIf(!isRoot)("CF-11 what belongs to another user is told of", () => {
    const { folder, database, secret, remarks } = dataFolder();
    for (const path of [folder, database, secret]) chownSync(path, 4711, 4711);
    expect(remarks("development")).toEqual(
      [folder, secret, database].map(
        (path) => `${path} belongs to another user (uid 4711), who can change it: chown it`,
      ),
    );
  });
});

describe.skipIf(process.geteuid === undefined)("CF-11 a folder whose files are run", () => {
  function cacheFolder() {
    const parent = join(temporaryFolder(), "data");
    const cache = join(parent, "compile-cache");
    mkdirSync(cache, { recursive: true });
    for (const path of [parent, cache]) chmodSync(path, 0o700);
    return { parent, cache };
  }

  test("CF-11 is used where it is ours alone", () => {
    expect(isOursAlone(cacheFolder().cache)).toBe(true);
  });

  test.each([0o770, 0o707, 0o1777])("CF-11 is not used with mode %o", (mode) => {
    const { cache } = cacheFolder();
    chmodSync(cache, mode);
    expect(isOursAlone(cache)).toBe(false);
  });

  test("CF-11 is not used where others could put another in its place", () => {
    const { parent, cache } = cacheFolder();
    chmodSync(parent, 0o777);
    expect(isOursAlone(cache)).toBe(false);
    chmodSync(parent, 0o1777);
    expect(isOursAlone(cache)).toBe(true);
  });

  test("CF-11 is not used where it is a link, or a file, or missing", () => {
    const { parent, cache } = cacheFolder();
    symlinkSync(cache, join(parent, "link"));
    writeFileSync(join(parent, "file"), "");
    for (const name of ["link", "file", "missing"])
      expect(isOursAlone(join(parent, name))).toBe(false);
  });

  test.skipIf(!isRoot)("CF-11 is not used where it, or its parent, is another user's", () => {
    for (const which of ["parent", "cache"] as const) {
      const folders = cacheFolder();
      chownSync(folders[which], 4711, 4711);
      expect(isOursAlone(folders.cache)).toBe(false);
    }
  });
});
