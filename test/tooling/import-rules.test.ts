import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { ESLint } from "eslint";
import { describe, expect, it, onTestFinished } from "vitest";
import { fileRules } from "../../lint/config.ts";
import { rooms } from "../../lint/rooms.ts";
import { faultsOf } from "../support/lint-text.ts";

/** Imports that a room refuses: file, import, and the linter's words before the room's why. */
const refused: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "src/contract/a.ts": {
    'import "../domain/users.ts";': "contract may not import src/domain/users.ts",
    'import type { User } from "../domain/users.ts";':
      "contract may not import User of src/domain/users.ts",
    'import { readFile } from "node:fs";': "contract may not import readFile of node:fs",
  },
  "src/contract/users.ts": {
    'import "@asteasolutions/zod-to-openapi";':
      "contract may not import @asteasolutions/zod-to-openapi",
  },
  "src/domain/a.ts": {
    'import { z } from "zod";': "domain may import z of zod only as a type",
    'import { jwtVerify } from "jose";': "domain may not import jwtVerify of jose",
    'import { cpus } from "node:os";': "domain may not import cpus of node:os",
    'import "../storage/users.ts";': "domain may not import src/storage/users.ts",
    'import type { Db } from "../storage/schema.ts";':
      "domain may not import Db of src/storage/schema.ts",
    'import { Role } from "../contract/values.ts";':
      "domain may import Role of src/contract/values.ts only as a type",
    'await import("../contract/values.ts");':
      "domain may import src/contract/values.ts only as a type",
    'type Log = import("../platform/log.ts").Log;': "domain may not import src/platform/log.ts",
  },
  "src/storage/a.ts": {
    'import { hashSecret } from "../domain/secrets.ts";':
      "storage may import hashSecret of src/domain/secrets.ts only as a type",
    'import { DatabaseSync } from "node:sqlite";':
      "storage may not import DatabaseSync of node:sqlite",
    'import { openSync } from "node:fs";': "storage may not import openSync of node:fs",
    'import type { Role } from "../contract/values.ts";':
      "storage may not import Role of src/contract/values.ts",
  },
  "src/storage/engine/sqlite-connection.ts": {
    'import { get } from "node:http";': "storage may not import get of node:http",
  },
  "src/platform/a.ts": {
    'import { newSecret } from "../domain/secrets.ts";':
      "platform may import newSecret of src/domain/secrets.ts only as a type",
    'import { createTransport } from "nodemailer";':
      "platform may not import createTransport of nodemailer",
    'import { Kysely } from "kysely";': "platform may not import Kysely of kysely",
    'import "../storage/users.ts";': "platform may not import src/storage/users.ts",
  },
  "src/pages/a.ts": {
    'import { readFile } from "node:fs";': "pages may not import readFile of node:fs",
    'import type { User } from "../domain/users.ts";':
      "pages may not import User of src/domain/users.ts",
    'import "../routes/headers.ts";': "pages may not import src/routes/headers.ts",
  },
  "src/pages/browser/a.ts": {
    'import { createApp } from "../../app.ts";':
      "pages in the browser may not import createApp of src/app.ts",
    'import { page } from "../page.ts";':
      "pages in the browser may not import page of src/pages/page.ts",
    'import { join } from "node:path";': "pages in the browser may not import join of node:path",
    'import { z } from "zod";': "pages in the browser may not import z of zod",
  },
  "src/routes/a.ts": {
    'import { join } from "node:path";': "routes may not import join of node:path",
    'import "../storage/users.ts";': "routes may not import src/storage/users.ts",
    'import "../platform/log.ts";': "routes may not import src/platform/log.ts",
    'import { serve } from "srvx/node";': "routes may not import serve of srvx/node",
  },
  "src/app.ts": {
    'import "./platform/log.ts";': "app may not import src/platform/log.ts",
    'import "./process/settings.ts";': "app may not import src/process/settings.ts",
  },
  "src/start.js": {
    'import "pino";': "start may not import pino",
    'import "./process/server.ts";': "start may not import src/process/server.ts",
  },
  "src/commands/a.ts": {
    'import "../storage/storage.ts";': "commands may not import src/storage/storage.ts",
    'import "../platform/log.ts";': "commands may not import src/platform/log.ts",
    'import "../app.ts";': "commands may not import src/app.ts",
    'import type { Row } from "../../labs/postgres.ts";':
      "commands may not import Row of labs/postgres.ts",
  },
  "src/process/a.ts": {
    'import "../../labs/database.ts";': "process may not import labs/database.ts",
  },
  "scripts/a.ts": {
    'import "../src/domain/users.ts";': "scripts may not import src/domain/users.ts",
    'import "../src/process/server.ts";': "scripts may not import src/process/server.ts",
    'import { createApp } from "../src/app.ts";': "scripts may not import createApp of src/app.ts",
    'import { formatTable } from "../src/commands/table.ts";':
      "scripts may not import formatTable of src/commands/table.ts",
    'import "../labs/database.ts";': "scripts may not import labs/database.ts",
  },
  "test/support/a.ts": {
    'import "../../labs/database.ts";': "tests may not import labs/database.ts",
  },
  "lint/a.ts": {
    'import "../src/process/settings.ts";': "lint may not import src/process/settings.ts",
  },
  "client/src/a.ts": {
    'import "../../src/contract/users.ts";': "client may not import src/contract/users.ts",
    'import type { Role } from "../../src/contract/values.ts";':
      "client may not import Role of src/contract/values.ts",
    'import { CookieJar } from "tough-cookie";': "client may not import CookieJar of tough-cookie",
    'import { join } from "node:path";': "client may not import join of node:path",
  },
  "client/src/node.ts": {
    'import { z } from "zod";': "client may not import z of zod",
  },
  "client/src/events/index.ts": {
    'import { jwtVerify } from "jose";': "client may not import jwtVerify of jose",
  },
  "client/test/a.ts": {
    'import "../../src/process/server.ts";': "client's tests may not import src/process/server.ts",
  },
  "examples/log-tail/main.ts": {
    'import { LogEvent } from "../../src/contract/events.ts";':
      "examples may not import LogEvent of src/contract/events.ts",
  },
  "packages/http/src/a.ts": {
    'import { join } from "node:path";': "packages/http may not import join of node:path",
    'import { z } from "zod";': "packages/http may import z of zod only as a type",
    'import "../../../src/app.ts";': "packages/http may not import src/app.ts",
  },
  "packages/http/test/a.ts": {
    'import "../../../src/app.ts";': "packages/http's tests may not import src/app.ts",
  },
};

const allowed: Readonly<Record<string, readonly string[]>> = {
  "src/contract/document.ts": ['import "@asteasolutions/zod-to-openapi";'],
  "src/contract/a.ts": ['import { z } from "zod";'],
  "src/domain/a.ts": [
    'import type { Role } from "../contract/values.ts";',
    'import { type Role, type User } from "../contract/values.ts";',
    'import type { z } from "zod"; import "node:crypto";',
  ],
  "src/domain/access-tokens.ts": ['import { jwtVerify } from "jose";'],
  "src/storage/a.ts": [
    'import { type Storage, StorageUnavailableError } from "../domain/ports/storage.ts";',
    'import { Migrator } from "kysely/migration";',
  ],
  "src/storage/engine/sqlite-connection.ts": ['import "node:sqlite"; import "node:fs";'],
  "src/platform/a.ts": [
    'import type { User } from "../domain/users.ts"; import "node:os"; import "pino";',
  ],
  "src/platform/mail-smtp.ts": ['import { createTransport } from "nodemailer";'],
  "src/pages/a.ts": ['import { problem } from "../contract/problems.ts"; import "./page.ts";'],
  "src/pages/browser/a.ts": [
    'import type { ProblemCode } from "../../contract/problems.ts"; import "./given.ts";',
    'import type { Given } from "../given.ts";',
  ],
  "src/routes/a.ts": ['import { login } from "../domain/sessions.ts"; import "@hectoday/http";'],
  "src/app.ts": [
    'import "./routes/users.ts"; import "./contract/users.ts"; import "./domain/users.ts";',
  ],
  "src/start.js": ['import "./supported-node.js"; await import("./commands/commands.ts");'],
  "src/command.js": ['import "./supported-node.js"; await import("./commands/commands.ts");'],
  "src/commands/a.ts": [
    'import "../process/system.ts"; import "../domain/users.ts"; import "../contract/users.ts"; import "node:fs";',
  ],
  "src/process/server.ts": ['import "../platform/log.ts"; import "srvx/node";'],
  "scripts/a.ts": ['import "../src/contract/users.ts"; import "prettier"; import "node:fs";'],
  "scripts/check/sizes.ts": ['import { formatTable } from "../../src/commands/table.ts";'],
  "src/process/system.ts": [
    'import { createEventLog } from "../app.ts"; import "../platform/log.ts";',
  ],
  "src/commands/keys.ts": ['import { rotateSigningKey } from "../domain/keys.ts";'],
  "labs/growth/a.ts": [
    'import "../database.ts"; import "../../src/storage/storage.ts"; import "../../test/support/wait-for.ts";',
  ],
  "client/src/a.ts": ['import createClient from "openapi-fetch";'],
  "client/src/node.ts": ['import { CookieJar } from "tough-cookie";'],
  "packages/http/src/a.ts": [
    'import { createRouter } from "rou3"; import type { ZodType } from "zod";',
  ],
};

const refusedRows = Object.entries(refused).flatMap(([file, imports]) =>
  Object.entries(imports).map(([source, said]) => [file, source, said] as const),
);
const allowedRows = Object.entries(allowed).flatMap(([file, sources]) =>
  sources.map((source) => [file, source] as const),
);

/** Three files that each import the next, and the last the first. */
const circles: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  [
    "values",
    {
      "a.ts": `import { b } from "./b.ts";\nexport const a = () => b;\n`,
      "b.ts": `import { c } from "./c.ts";\nexport const b = () => c;\n`,
      "c.ts": `import { a } from "./a.ts";\nexport const c = () => a;\n`,
    },
  ],
  [
    "types alone",
    {
      "a.ts": `import type { B } from "./b.ts";\nexport type A = B | 1;\n`,
      "b.ts": `import { type C } from "./c.ts";\nexport type B = C | 2;\n`,
      "c.ts": `export type C = import("./a.ts").A | 3;\n`,
    },
  ],
  [
    "exports and later imports",
    {
      "a.ts": `export { b } from "./b.ts";\n`,
      "b.ts": `export * from "./c.ts";\nexport const b = 1;\n`,
      "c.ts": `export const c = () => import("./a.ts");\n`,
    },
  ],
];

describe("the import rules", () => {
  it.each(refusedRows)("refuse %s to write %s", async (file, source, said) => {
    const why = rooms.find(({ name }) => said.startsWith(`${name} may`))?.why ?? "no such room";
    expect(await faultsOf(file, source)).toEqual([`portcullis/room-imports: ${said}. ${why}`]);
  });

  it.each(allowedRows)("let %s write %s", async (file, source) => {
    expect(await faultsOf(file, source)).toEqual([]);
  });

  it("refuse a value next to a permitted type", async () => {
    const source = `import { type Storage, StorageUnavailableError, drop } from "../domain/ports/storage.ts";`;
    expect(await faultsOf("src/storage/a.ts", source)).toEqual([
      expect.stringContaining(
        "storage may import drop of src/domain/ports/storage.ts only as a type.",
      ),
    ]);
  });

  it("refuse an import whose module is computed", async () => {
    expect(await faultsOf("src/platform/a.ts", `await import(process.argv[2]);`)).toEqual([
      "portcullis/room-imports: An import in src names its module, so that the rooms can be kept apart.",
    ]);
  });

  it("refuse a folder of src that is no room", async () => {
    expect(await faultsOf("src/services/users.ts", "")).toEqual([
      "portcullis/room-imports: src/services/users.ts is in no room: name it in lint/rooms.ts, with what it may import and why.",
    ]);
  });

  it.each(circles)(
    "refuse a circle of %s in every file of it, and name the way round",
    async (_, files) => {
      const faults = await faultsOfFiles({
        ...files,
        "outside.ts": `import "./a.ts";\nexport const outside = 1;\n`,
      });
      const way = (...names: string[]) =>
        `${names.map((name) => `${name}.ts`).join(" → ")}. To read`;
      expect(faults).toEqual({
        "a.ts": [`portcullis/no-circles: A circle: ${way("a", "b", "c", "a")}`],
        "b.ts": [`portcullis/no-circles: A circle: ${way("b", "c", "a", "b")}`],
        "c.ts": [`portcullis/no-circles: A circle: ${way("c", "a", "b", "c")}`],
        "outside.ts": [],
      });
    },
  );

  it("let two files import a third, one of them the other, and a comment name any", async () => {
    const faults = await faultsOfFiles({
      "a.ts": `import type { B } from "./b.ts";\nimport type { C } from "./c.ts";\nexport type A = B | C;\n`,
      "b.ts": `import type { C } from "./c.ts";\nexport type B = C;\n`,
      "c.ts": `// import type { A } from "./a.ts";\nexport type C = 'from "./a.ts"';\n`,
    });
    expect(faults).toEqual({ "a.ts": [], "b.ts": [], "c.ts": [] });
  });
});

/** All the linter says of files, written to a folder of their own, but for their being in no room. */
async function faultsOfFiles(
  files: Readonly<Record<string, string>>,
): Promise<Record<string, string[]>> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "portcullis-circle-")));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, source] of Object.entries(files)) writeFileSync(join(folder, name), source);
  const linter = new ESLint({
    cwd: folder,
    overrideConfigFile: true,
    overrideConfig: [...fileRules, { rules: { "portcullis/room-imports": "off" } }],
  });
  const results = await linter.lintFiles(".");
  const faults = results.map(({ filePath, messages }) => [
    basename(filePath),
    messages.map(
      ({ ruleId, message }) =>
        `${ruleId ?? "eslint"}: ${message.replaceAll(`${folder}/`, "").replace(/(?<=To read).*/s, "")}`,
    ),
  ]);
  return Object.fromEntries(faults);
}
