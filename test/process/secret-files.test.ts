/** CF-13: secrets that are in files. */
import { execFileSync } from "node:child_process";
import { chmodSync, chownSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import type { SecretSetting } from "../../src/process/secret-settings.ts";
import { readSettings } from "../../src/process/settings.ts";
import { runServer } from "../support/server-process.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const SECRET = "Zq3v9Lr0pXw7Yt5Bn2Kd8Hs4Gf6Jc1Ma";
type Environment = Record<string, string>;

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
});

/** Writes a file as an operator would, and answers its path. */
function file(content: string | Uint8Array, mode = 0o600, name = "secret"): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  chmodSync(path, mode); // past the umask
  return path;
}

function remarksOf(environment: Environment): readonly string[] {
  const read = readSettings(environment);
  if ("faults" in read) throw new Error(read.faults.join("; "));
  return read.remarks;
}

function faultsOf(environment: Environment): readonly string[] {
  const read = readSettings(environment);
  return "faults" in read ? read.faults : [];
}

const provider = {
  PROVIDERS: "my-idp",
  PROVIDER_MY_IDP_ISSUER: "https://login.example.com",
  PROVIDER_MY_IDP_CLIENT_ID: "portcullis",
};

describe("CF-13 a secret that is in a file", () => {
  /** Of each: what it needs beside it, and a good value. */
  const values: Record<SecretSetting, readonly [value: string, Environment?]> = {
    AUTH_SECRET: [SECRET],
    ADMIN_PASSWORD: ["a tall ship and a star", { ADMIN_EMAIL: "ada@example.com" }],
    METRICS_TOKEN: ["0123456789abcdef0123"],
    DATABASE_URL: ["postgres://portcullis:hunter2@127.0.0.1/auth"],
    SMTP_URL: ["smtps://user:hunter2@mail.example.com", { MAIL_FROM: "auth@example.com" }],
  };

  test.each(Object.entries(values))(
    "%s is as if it stood in the environment",
    (name, [value, others = {}]) => {
      const settingsOf = (environment: Environment) => {
        const read = readSettings(environment);
        if ("faults" in read) throw new Error(read.faults.join("; "));
        // A function of its own each time, and where each was given.
        return { ...read.settings, TRUST_PROXY: undefined, given: undefined };
      };
      const meant = settingsOf({ ...others, [name]: value });
      expect(meant).not.toEqual(settingsOf({}));
      for (const content of [value, `${value}\n`, `${value}\r\n`, `\uFEFF${value}`])
        expect(settingsOf({ ...others, [`${name}_FILE`]: file(content) })).toEqual(meant);
      // An empty name of a file is one that is not set; and Kubernetes mounts links to its files.
      expect(settingsOf({ ...others, [name]: value, [`${name}_FILE`]: "" })).toEqual(meant);
      symlinkSync(file(value), join(folder, "link"));
      const link = join(folder, "link");
      expect(settingsOf({ ...others, [name]: "", [`${name}_FILE`]: link })).toEqual(meant);
    },
  );

  test("a provider's client secret is, too", () => {
    const given = { ...provider, PROVIDER_MY_IDP_CLIENT_SECRET_FILE: file("of-my-idp\n") };
    const read = readSettings(given);
    expect(read).toMatchObject({
      remarks: [],
      settings: { providers: [{ id: "my-idp", clientSecret: "of-my-idp" }] },
    });
  });

  test("is held to the same rules, and both names are told", () => {
    const AUTH_SECRET_FILE = file("change me change me change me change me\n");
    expect(faultsOf({ AUTH_SECRET_FILE })).toEqual([
      "AUTH_SECRET, of AUTH_SECRET_FILE, is not random; make one with: openssl rand -base64 48",
    ]);
    const token = "0123456789abcdef0123";
    const METRICS_TOKEN_FILE = file(token);
    expect(
      faultsOf({ METRICS_TOKEN_FILE, ADMIN_PASSWORD: token, ADMIN_EMAIL: "ada@example.com" }),
    ).toEqual([
      "METRICS_TOKEN, of METRICS_TOKEN_FILE, must not have the secret that ADMIN_PASSWORD has",
    ]);
    // One line break at the end is the editor's; a second is a mistake.
    expect(faultsOf({ AUTH_SECRET_FILE: file(`${SECRET}\n\n`) })).toEqual([
      "AUTH_SECRET, of AUTH_SECRET_FILE, ends in a line break: take it away (is its file from Windows?)",
    ]);
  });
});

describe("CF-13 a file that gives no secret stops the start in one line, without path and content", () => {
  const required = {
    NODE_ENV: "production",
    PUBLIC_URL: "https://auth.example.com",
    SMTP_URL: "smtps://mail.example.com",
    MAIL_FROM: "auth@example.com",
  };

  test.each<[string, () => Environment, string]>([
    ["is not there", () => ({ AUTH_SECRET_FILE: join(folder, "hunter2") }), "is not there"],
    ["is below a file", () => ({ AUTH_SECRET_FILE: join(file("x"), "hunter2") }), "is not there"],
    ["is empty", () => ({ AUTH_SECRET_FILE: file("") }), "that is empty: write the secret into it"],
    [
      "holds a line break alone",
      () => ({ AUTH_SECRET_FILE: file("\n") }),
      "that is empty: write the secret into it",
    ],
    [
      "is too large",
      () => ({ AUTH_SECRET_FILE: file("hunter2".repeat(10_000)) }),
      "of more than 65536 bytes: it is no secret's",
    ],
    [
      "is no text",
      () => ({ AUTH_SECRET_FILE: file(new Uint8Array([0xff, 0xfe, 0x5a, 0, 0x71, 0])) }),
      "that is not text in UTF-8",
    ],
  ])("%s", (_, given, message) => {
    const fault =
      message.startsWith("of ") || message.startsWith("that ") ? message : `that ${message}`;
    expect(faultsOf({ ...required, ...given() })).toEqual([
      `AUTH_SECRET_FILE names a file ${fault}`,
    ]);
  });

  test("is a folder, a pipe that nobody writes, a device", () => {
    mkdirSync(join(folder, "hunter2"));
    expect(faultsOf({ AUTH_SECRET_FILE: join(folder, "hunter2") })).toEqual([
      "AUTH_SECRET_FILE names a folder: name the file in it",
    ]);
    execFileSync("mkfifo", [join(folder, "pipe")]);
    for (const path of [join(folder, "pipe"), "/dev/zero"])
      expect(faultsOf({ AUTH_SECRET_FILE: path })).toEqual([
        "AUTH_SECRET_FILE names no regular file: name one",
      ]);
  });

  test("is named twice: by its file, and by the value", () => {
    const AUTH_SECRET_FILE = file(SECRET);
    expect(faultsOf({ AUTH_SECRET: "x", AUTH_SECRET_FILE })).toEqual([
      "AUTH_SECRET_FILE is set, and so is AUTH_SECRET: leave one of them out",
    ]);
  });

  test("has a name that is none", () => {
    expect(faultsOf({ AUTH_SECRET_FILE: '"/run/secrets/hunter2"' })).toEqual([
      "AUTH_SECRET_FILE stands in quotes, which would be a part of it: take them away",
    ]);
    // The secret itself, by mistake: it is not told either.
    for (const path of ["hunter2".repeat(1_000), "hunter2\0"])
      expect(faultsOf({ AUTH_SECRET_FILE: path })).toEqual([
        "AUTH_SECRET_FILE names no file: set the path of one",
      ]);
  });

  test("of a provider", () => {
    expect(
      faultsOf({ ...provider, PROVIDER_MY_IDP_CLIENT_SECRET_FILE: join(folder, "hunter2") }),
    ).toEqual(["PROVIDER_MY_IDP_CLIENT_SECRET_FILE names a file that is not there"]);
  });

  test("may not be read by the user who runs it", async () => {
    // Root reads everything, so the server itself runs as another user.
    if (process.geteuid?.() !== 0) {
      expect(faultsOf({ AUTH_SECRET_FILE: file(SECRET, 0o000) })).toEqual([unreadable]);
      return;
    }
    chmodSync(folder, 0o755);
    const AUTH_SECRET_FILE = file(SECRET, 0o600);
    const program = `process.setuid(65534);
      const { readSettings } = await import(${JSON.stringify(new URL("../../src/process/settings.ts", import.meta.url).href)});
      console.log(JSON.stringify(readSettings({ AUTH_SECRET_FILE: ${JSON.stringify(AUTH_SECRET_FILE)} })));`;
    const said = execFileSync(process.execPath, ["--input-type=module", "--eval", program]);
    expect(JSON.parse(said.toString())).toEqual({ faults: [unreadable] });
  });
  const unreadable =
    "AUTH_SECRET_FILE names a file that this user may not read: give it to the user who runs the server";

  test("before anything is started", async () => {
    const ended = await runServer({
      AUTH_SECRET_FILE: join(folder, "hunter2"),
      DATABASE_URL: `sqlite:${folder}/portcullis.db`,
    });
    expect(ended).toEqual({
      code: 1,
      stdout: "",
      stderr:
        "Setting AUTH_SECRET_FILE names a file that is not there\n" +
        "Nothing was started. The settings are described in docs/settings.md.\n",
    });
  });
});

test("CF-10 CF-13 a misspelt name of a file is told, and what is set by one of its names is not missing by the other", () => {
  expect(remarksOf({ AUTH_SECRET_FIEL: "/run/secrets/auth" })).toEqual([
    "AUTH_SECRET_FIEL is not known, and has no effect: AUTH_SECRET_FILE was probably meant",
  ]);
  expect(faultsOf({ NODE_ENV: "production", AUTH_SECRET_FIEL: "/run/secrets/auth" })).toContain(
    "AUTH_SECRET is required in production; AUTH_SECRET_FIEL, which is set, is not known",
  );
  expect(remarksOf({ DATABASE_URL: "sqlite:a.db", DATABASE_URL_LIVE: "x" })).toEqual([]);
  expect(remarksOf({ DATABASE_URL_FILE: file("sqlite:a.db"), DATABASE_URI: "x" })).toEqual([]);
  expect(remarksOf({ PROVIDER_OTHER_CLIENT_SECRET_FILE: join(folder, "none") })).toEqual([
    "PROVIDER_OTHER_CLIENT_SECRET_FILE has no effect: PROVIDERS does not list its provider",
  ]);
});

describe("CF-11 CF-13 owner and mode of a secret's file", () => {
  const remark = (who: string) => [
    `AUTH_SECRET_FILE names a file that ${who} can change: who writes a secret, knows it`,
  ];

  test("containers mount it readable by all, and that is no remark; that others can write it is one", () => {
    for (const mode of [0o400, 0o440, 0o444, 0o600, 0o640, 0o644])
      expect(remarksOf({ AUTH_SECRET_FILE: file(SECRET, mode) })).toEqual([]);
    expect(remarksOf({ AUTH_SECRET_FILE: file(SECRET, 0o666) })).toEqual(
      remark("everybody (mode 0666)"),
    );
    expect(remarksOf({ AUTH_SECRET_FILE: file(SECRET, 0o660) })).toEqual(
      remark("its group (mode 0660)"),
    );
  });

  test.runIf(process.geteuid?.() === 0)("another user's is told", () => {
    const AUTH_SECRET_FILE = file(SECRET, 0o644);
    chownSync(AUTH_SECRET_FILE, 1234, 1234);
    expect(remarksOf({ AUTH_SECRET_FILE })).toEqual(remark("another user (uid 1234)"));
  });
});
