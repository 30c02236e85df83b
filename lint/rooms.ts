/**
 * The rooms and their permitted imports, as data. `lint/room-imports.ts` enforces it; `why` is what the linter says
 * to whoever breaks it. Only what a room needs today is listed: a new entry is a decision.
 */

/**
 * An entry ending in "/" or ":" names everything beneath it, `file.ts#Name` one export of a file,
 * anything else a file of this repository or a package with its subpaths.
 */
export interface Room {
  readonly name: string;
  /** Folders (ending in "/") and files, from the root of the repository. */
  readonly files: readonly string[];
  /** Its permitted imports besides its own files. "anything" is all but labs/, which no other room may import. */
  readonly values: readonly string[] | "anything";
  /** Its permitted imports by `import type` alone, besides those. */
  readonly types: readonly string[];
  /** Permitted imports of one file, beyond those of the room. */
  readonly except?: Readonly<Record<string, readonly string[]>>;
  readonly why: string;
}

/** A file belongs to the first room that names it. */
export const rooms: readonly Room[] = [
  {
    name: "contract",
    files: ["src/contract/"],
    values: ["zod"],
    types: [],
    except: {
      "src/contract/addresses.ts": ["node:url#domainToUnicode"],
      "src/contract/document.ts": ["@asteasolutions/zod-to-openapi"],
    },
    why: "The contract is what everybody reads and nobody is told: it knows Zod and its own files. Only document.ts knows OpenAPI's library, and only addresses.ts asks the runtime what a domain is.",
  },
  {
    name: "domain",
    files: ["src/domain/"],
    values: ["node:crypto"],
    types: ["src/contract/", "zod"],
    except: {
      "src/domain/access-tokens.ts": ["jose"],
      "src/domain/keys.ts": ["jose"],
      "src/domain/ports/signing-keys.ts": ["jose#CryptoKey"],
      "src/domain/provider-flows.ts": ["src/contract/return-to.ts"],
    },
    why: "The domain is the part to audit: whoever reads its files has read every rule of auth. Storage, workers, log and clock come in through Dependencies; contract and Zod lend it types only; only access-tokens.ts and keys.ts know jose, and provider-flows.ts has the parser that pages have too (docs/decisions/0003-what-the-domain-imports.md).",
  },
  {
    name: "storage",
    files: ["src/storage/"],
    values: [
      "kysely",
      "src/domain/ports/storage.ts#StorageUnavailableError",
      "src/domain/ports/storage.ts#UnsafeStorageError",
    ],
    types: ["src/domain/"],
    except: {
      "src/storage/engine/postgres-pooled-connection.ts": ["pg"],
      // The contract alone says which account an event concerns, and if its owner may see it.
      "src/storage/events.ts": ["src/contract/events.ts"],
      "src/storage/engine/postgres-connection.ts": ["pg"],
      "src/storage/engine/postgres-pool.ts": ["pg"],
      "src/storage/engine/postgres-inspecting-connection.ts": ["pg"],
      "src/storage/engine/postgres-pipeline.ts": ["pg"],
      "src/storage/engine/sqlite-connection.ts": ["node:sqlite", "node:fs", "node:path"],
      "src/storage/engine/sqlite-direct-connection.ts": ["node:sqlite"],
      "src/storage/engine/sqlite-reading-connection.ts": ["node:sqlite"],
      "src/storage/engine/sqlite-inspecting-connection.ts": ["node:sqlite", "node:fs", "node:url"],
    },
    why: "The domain says what is decided, and storage decides it in one statement: Kysely writes its SQL, the domain lends it types and the errors it throws. Only engine/*-connection.ts, engine/postgres-pool.ts and engine/postgres-pipeline.ts name a database driver, and only engine/sqlite-connection.ts and engine/sqlite-inspecting-connection.ts touch a file.",
  },
  {
    name: "pages in the browser",
    files: ["src/pages/browser/"],
    values: [
      "preact",
      "@portcullis/client",
      "uqr",
      "src/contract/",
      "src/pages/entries.ts",
      "src/pages/messages/",
    ],
    types: ["src/pages/given.ts", "src/pages/page-given.ts"],
    why: "A page's script is sent to browsers: it does nothing that an application of somebody else could not do with @portcullis/client, and knows the deployment by what is written into the page (src/pages/given.ts). Of the contract it may have values, but for those with Zod, which `npm run pages` refuses to build into a page.",
  },
  {
    name: "pages",
    files: ["src/pages/"],
    values: ["src/contract/"],
    types: [],
    why: "Pages are texts made of texts: the contract's words, the values they are handed, and files that the process has read.",
  },
  {
    name: "mails",
    files: ["src/mails/"],
    values: ["src/contract/", "zod"],
    types: ["src/domain/ports/"],
    why: "Mails are texts made of texts, as pages are: the templates that the process has read, and the values that the contract names.",
  },
  {
    name: "platform",
    files: ["src/platform/"],
    values: [
      "node:",
      "@zxcvbn-ts/core",
      "@zxcvbn-ts/language-common",
      "@zxcvbn-ts/language-en",
      "bcryptjs",
      "pino",
      "piscina",
      "swagger-ui-dist",
      "uuidv7",
    ],
    types: ["src/contract/", "src/domain/", "src/mails/", "src/pages/", "src/routes/"],
    except: {
      "src/platform/mail-files.ts": ["nodemailer"],
      "src/platform/mail-message.ts": ["nodemailer"],
      "src/platform/mail-smtp.ts": ["nodemailer"],
      "src/platform/mail-trial.ts": ["nodemailer"],
      "src/platform/metrics.ts": ["prom-client"],
      "src/platform/providers/code-flow.ts": ["oauth4webapi"],
    },
    why: "The platform is the outside world behind interfaces the other rooms declare: it takes their types, runs none of their code, and each library it needs is named in its room; only mail-*.ts know nodemailer, only metrics.ts knows prom-client, and only providers/code-flow.ts loads oauth4webapi.",
  },
  {
    name: "routes",
    files: ["src/routes/"],
    values: ["src/contract/", "src/domain/", "src/pages/", "@hectoday/http", "zod"],
    types: [],
    why: "Routes carry the contract and the domain over HTTP, on any runtime: database, files and process are behind the domain's interfaces.",
  },
  {
    name: "app",
    files: ["src/app.ts"],
    values: ["src/contract/", "src/routes/", "src/domain/", "src/pages/", "@hectoday/http"],
    types: [],
    why: "The app is a composition without side effects: what touches the world is handed to createApp by server.ts, so a test can hand it something else.",
  },
  {
    name: "start",
    files: ["src/supported-node.js", "src/start.js", "src/command.js"],
    values: ["src/supported-node.js", "src/commands/commands.ts"],
    types: [],
    except: { "src/supported-node.js": ["node:fs"] },
    why: "The start runs on any Node, to say in one line which one is needed: before that check it loads only what reads package.json, and after it only the table of commands.",
  },
  {
    name: "embedding",
    files: ["src/index.ts"],
    values: ["src/process/"],
    types: ["src/routes/session-of.ts"],
    why: "The entry for other programs is made of process alone, which it loads when something is to be opened: whoever imports it has opened nothing.",
  },
  {
    name: "process",
    files: ["src/process/"],
    values: "anything",
    types: [],
    why: "The process is where all rooms meet: it alone reads the environment and opens what the others are given.",
  },
  {
    name: "commands",
    files: ["src/commands/"],
    values: ["src/process/", "src/domain/", "src/contract/", "node:"],
    types: [],
    why: "A command is what an operator runs, also beside a server: it asks process for the opened system, as the server does, and the domain for the rules. So it can neither open the database in another way nor bend a rule.",
  },
  {
    name: "scripts",
    files: ["scripts/"],
    values: ["src/contract/", "package.json", "node:", "package:"],
    types: [],
    except: {
      "scripts/check/sizes.ts": ["src/commands/table.ts"],
      "scripts/docs.ts": ["lint/rooms.ts", "src/routes/checks/"],
      "scripts/pictures.ts": ["src/pages/built/files.ts", "test/support/"],
      "scripts/package/assets.ts": ["src/platform/files.ts"],
      "scripts/pages/applications.ts": ["src/pages/entries.ts"],
      "scripts/pages/sizes.ts": [
        "src/pages/",
        "src/platform/page-sources.ts",
        "test/support/page-settings.ts",
      ],
    },
    why: "Scripts are the toolchain: they read the contract and write files. Only docs.ts reads the lists it writes into docs/architecture.md, check/sizes.ts has the tables of the commands, package/assets.ts copies the files that src/platform/files.ts finds, pages/applications.ts builds what src/pages/entries.ts lists, pages/sizes.ts measures a page as the server writes it, with the settings that tests write it with, and pictures.ts starts a server and a browser as tests do.",
  },
  {
    name: "labs",
    files: ["labs/"],
    values: "anything",
    types: [],
    why: "A laboratory measures the whole product, so it may import every room. None imports it.",
  },
  {
    name: "lint",
    files: ["lint/", "eslint.config.js"],
    values: ["node:", "package:"],
    types: [],
    why: "The linter judges the other rooms and runs none of their code.",
  },
  {
    name: "client",
    files: ["client/src/"],
    values: ["openapi-fetch"],
    types: [],
    except: {
      "client/src/node.ts": ["tough-cookie", "node:"],
      "client/src/react/index.ts": ["react"],
      "client/src/verify/index.ts": ["jose"],
    },
    why: "The client is published alone and runs in a browser: it knows the contract by what is generated from openapi.json. Each library belongs to one entry: Node and the cookie jar to node.ts, jose to verify/, React to react/, zod/mini to the generated schemas of events/.",
  },
  {
    name: "client's tests",
    files: ["client/test/"],
    values: ["client/", "node:", "jose", "react", "react-dom", "vitest"],
    types: [],
    why: "The client is tested as it is published: against any server, without this one.",
  },
  {
    name: "packages/http",
    files: ["packages/http/src/"],
    values: ["rou3"],
    types: ["zod"],
    why: "The framework speaks web APIs only, to run on every runtime that has fetch; rou3 finds its routes, and of Zod it knows the types, so the application brings its own.",
  },
  {
    name: "packages/http's tests",
    files: ["packages/http/"],
    values: ["rou3", "vitest", "zod"],
    types: [],
    why: "The framework is tested as it is published, without the application that uses it.",
  },
  {
    name: "examples",
    files: ["examples/"],
    values: ["@portcullis/client", "portcullis", "node:"],
    types: [],
    except: {
      "examples/browser/main.ts": ["rolldown"],
      "examples/embedded-hono/main.ts": ["hono", "@hono/node-server"],
      "examples/embedded-express/main.ts": ["express", "srvx"],
    },
    why: "An example is what somebody else's program looks like: it has the published packages and Node; a page has a bundler besides, and an app that embeds the server its framework.",
  },
  {
    name: "tests",
    files: ["test/", "vitest.config.ts"],
    values: "anything",
    types: [],
    why: "A test may open every room but labs/, whose tests are in labs/test/.",
  },
];
