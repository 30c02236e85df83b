/** MAIL_TEMPLATES and MAIL_LOCALE, as a start takes or refuses them. */
import { cpSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { exampleMessage } from "../../src/mails/templates.ts";
import { shippedTemplates } from "../../src/platform/mail-template-files.ts";
import { openMailTemplates } from "../../src/process/mail-templates.ts";
import { refusalOf } from "../../src/process/start-refused.ts";
import { runServer } from "../support/server-process.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const words = { SERVICE_NAME: "Example Shop", MAIL_LOCALE: "en" };
const invitation = {
  subject: "Come in",
  text: ["Come in:", "{link}", "{validFor}"],
  html: '<p><a class="button" href="{link}">Come in</a> {validFor}</p>',
};

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
});
function put(path: string, content: unknown): void {
  mkdirSync(join(folder, path, ".."), { recursive: true });
  writeFileSync(
    join(folder, path),
    typeof content === "string" ? content : JSON.stringify(content),
  );
}
const open = (others = {}) => openMailTemplates({ ...words, MAIL_TEMPLATES: folder, ...others });
function refusal(others = {}): readonly string[] {
  try {
    open(others);
  } catch (error) {
    return refusalOf(error)?.split("\n") ?? [String(error)];
  }
  return [];
}
const HINT = "docs/mails.md describes the templates.";
const subjectOf = (locale: string) =>
  open().write(exampleMessage("invitation"), { locale, languages: null }).subject;

test("one file changes one mail in one language, and an empty folder nothing", () => {
  expect(subjectOf("en")).toBe("You are invited to Example Shop");
  put("en/invitation.json", invitation);
  expect(subjectOf("en")).toBe("Come in");
  expect(subjectOf("de")).toBe("Sie sind zu Example Shop eingeladen");
});

test("a folder with every kind of mail is a language more, which MAIL_LOCALE may name", () => {
  cpSync(join(shippedTemplates, "en"), join(folder, "nl"), { recursive: true });
  put("nl/invitation.json", { ...invitation, subject: "Kom binnen" });
  expect(open().locales).toEqual(["de", "en", "nl"]);
  expect(subjectOf("nl-BE")).toBe("Kom binnen");
  const reader = { locale: null, languages: null };
  const { subject } = open({ MAIL_LOCALE: "nl" }).write(exampleMessage("invitation"), reader);
  expect(subject).toBe("Kom binnen");
});

test("a layout.html dresses every mail, ours too", () => {
  cpSync(join(shippedTemplates, "layout.html"), join(folder, "layout.html"));
  const html = () =>
    open().write(exampleMessage("invitation"), { locale: "de", languages: null }).html;
  expect(html()).toContain("background: #1f4fd1;");
  put(
    "layout.html",
    "<style>.code,.action,.button,.link,.facts,.note{top:0}</style>{subject}{body}",
  );
  expect(html()).toMatch(/^<style>.*<\/style>Sie sind zu Example Shop eingeladen<p>/);
});

test("hidden files, and those of another kind, may lie beside the templates", () => {
  put(".git/config", "");
  put(".DS_Store", "");
  put("README.md", "Ours");
  put("en/.invitation.json.swp", "");
  put("en/notes.txt", "");
  put("en/invitation.json", invitation);
  expect(subjectOf("en")).toBe("Come in");
});

describe("MT-04 a fault refuses the start, and says the file, the field and the reason", () => {
  test("a placeholder that is none, and one that is missing", () => {
    put("de/invitation.json", { ...invitation, text: ["{lnk}", "{validFor}"] });
    expect(refusal()).toEqual([
      "Setting MAIL_TEMPLATES has a fault in de/invitation.json: text has {lnk}, which is no placeholder here: there are {link}, {validFor}, {service}",
      "Setting MAIL_TEMPLATES has a fault in de/invitation.json: text does not have {link}, which it must tell",
      HINT,
    ]);
  });

  test("a language without every kind of mail", () => {
    cpSync(join(shippedTemplates, "en"), join(folder, "fr"), { recursive: true });
    rmSync(join(folder, "fr/mail_login.json"));
    expect(refusal()).toEqual([
      "Setting MAIL_TEMPLATES has a fault in fr/mail_login.json: is missing, and a language has every kind of mail",
      HINT,
    ]);
  });

  test("a kind of mail that there is not", () => {
    put("en/invitatoin.json", invitation);
    expect(refusal()).toEqual([
      expect.stringMatching(
        /^Setting MAIL_TEMPLATES has a fault in en\/invitatoin\.json: there is no such kind of mail; there are password_reset_link, /,
      ),
      HINT,
    ]);
  });

  test.each(["en_US", "EN", "pt-br", "e"])("a folder named %s", (name) => {
    put(`${name}/invitation.json`, invitation);
    expect(refusal()).toEqual([
      `Setting MAIL_TEMPLATES has a fault in ${name}/invitation.json: ${name} is no language tag such as fr or pt-BR, in its usual spelling`,
      HINT,
    ]);
  });

  test("a folder that is not there, or is a file", () => {
    const file = join(folder, "file");
    writeFileSync(file, "");
    for (const MAIL_TEMPLATES of [join(folder, "nowhere"), file])
      expect(refusal({ MAIL_TEMPLATES })).toEqual([
        expect.stringMatching(/^Setting MAIL_TEMPLATES names a folder that cannot be read: E/),
      ]);
  });

  test("a MAIL_LOCALE without templates", () => {
    expect(refusal({ MAIL_LOCALE: "fr" })).toEqual([
      "Setting MAIL_LOCALE must be a language that has templates: de, en",
    ]);
  });
});

test("MT-04 a start with a bad template ends with 1, makes no database, and says nothing else", async () => {
  put("mails/en/invitation.json", { ...invitation, html: "<p>Come in</p>" });
  const ended = await runServer({
    DATABASE_URL: `sqlite:${folder}/data/portcullis.db`,
    MAIL_TEMPLATES: join(folder, "mails"),
  });
  expect(ended).toEqual({
    code: 1,
    stdout: "",
    stderr: [
      "Setting MAIL_TEMPLATES has a fault in en/invitation.json: html does not have {link}, which it must tell",
      "Setting MAIL_TEMPLATES has a fault in en/invitation.json: html does not have {validFor}, which it must tell",
      `${HINT}\n`,
    ].join("\n"),
  });
  expect(() => renameSync(join(folder, "data/portcullis.db"), join(folder, "x"))).toThrow("ENOENT");
});
