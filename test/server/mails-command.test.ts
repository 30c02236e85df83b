/** `npm run mails`: every mail as one page. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { mailKinds } from "../../src/contract/mails.ts";
import { runScript } from "../support/commands.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const run = (args: string[], environment = {}) => runScript("mails", args, environment);

test("the page has each mail in each language, with the operator's own, and opens no database", async () => {
  const folder = temporaryFolder();
  const own = join(folder, "own");
  mkdirSync(join(own, "de"), { recursive: true });
  const changed = {
    subject: "Herein zu {service}",
    text: ["{link}", "{validFor}"],
    html: `<p>Herein: <a href="{link}">{link}</a> {validFor}</p>`,
  };
  writeFileSync(join(own, "de/invitation.json"), JSON.stringify(changed));
  const file = join(folder, "new/mails.html");
  const DATABASE_URL = `sqlite:${folder}/data/portcullis.db`;
  const environment = {
    DATABASE_URL,
    MAIL_TEMPLATES: own,
    SERVICE_NAME: "Shop & Son",
    MAIL_FROM: "auth@example.org",
  };
  const ended = await run([file], environment);
  expect(ended).toEqual({ code: 0, stdout: "", stderr: `Open ${pathToFileURL(file).href}\n` });
  const page = readFileSync(file, "utf8");
  for (const locale of ["de", "en"])
    for (const kind of mailKinds) expect(page).toContain(`id="${locale}-${kind}"`);
  expect(page).toContain("<h2>Herein zu Shop &amp; Son</h2>");
  expect(page).toContain("Shop &amp; Son &lt;auth@example.org&gt;");
  expect(page).not.toMatch(/<(?:link|img)|src="/);
  expect(existsSync(join(folder, "data"))).toBe(false);

  writeFileSync(join(own, "de/invitation.json"), JSON.stringify({ ...changed, text: "" }));
  const refused = await run([file], environment);
  expect(refused).toMatchObject({ code: 1, stdout: "" });
  expect(refused.stderr).toMatch(
    /^Setting MAIL_TEMPLATES has a fault in de\/invitation\.json: text is empty\n/,
  );
  expect(readFileSync(file, "utf8")).toBe(page);
});

test.each([[[]], [["mails.txt"]], [["a.html", "b.html"]], [["--serve", "a.html"]]])(
  "anything but one HTML file is not understood: %j",
  async (args) => {
    const ended = await run(args);
    expect(ended).toMatchObject({ code: 2, stdout: "" });
    expect(ended.stderr).toMatch(/^[^\n]+ \(npm run mails -- --help\)\n$/);
  },
);
