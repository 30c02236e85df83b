/** Mails that become files: what a developer is shown of them. */
import { readdir } from "node:fs/promises";
import { expect, test } from "vitest";
import { mailKinds } from "../../src/contract/mails.ts";
import { exampleMessage } from "../../src/mails/templates.ts";
import { createFileTransport } from "../../src/platform/mail-files.ts";
import { openMailTemplates } from "../../src/process/mail-templates.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const templates = openMailTemplates({ SERVICE_NAME: "Portcullis", MAIL_LOCALE: "en" });
const never = new AbortController().signal;

test.each(["en", "de"])(
  "each link and each code of a mail, and nothing else of it, is shown as a line of its own: %s",
  async (locale) => {
    const folder = temporaryFolder();
    for (const kind of mailKinds) {
      const shown: string[] = [];
      const transport = createFileTransport(
        folder,
        { name: "", address: "a@example.com" },
        (line) => shown.push(line),
      );
      const message = exampleMessage(kind);
      const mail = templates.write(message, { locale, languages: null });
      await transport.send({ id: kind, to: "ada@example.com", createdAt: 0, ...mail }, never);
      expect(shown, kind).toEqual([
        ...("code" in message ? ["Mail to ada@example.com: 4930 2817"] : []),
        ...("link" in message ? [`Mail to ada@example.com: ${message.link}`] : []),
      ]);
    }
    expect(await readdir(folder)).toHaveLength(mailKinds.length);
  },
);
