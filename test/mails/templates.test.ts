/** The templates that come with us, and what is refused of those that others write. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { mailKinds, type MailMessage, mails, secretMailFields } from "../../src/contract/mails.ts";
import { PasskeyName } from "../../src/contract/passkey-values.ts";
import {
  compileTemplates,
  exampleMessage,
  type Languages,
  type TemplateFile,
} from "../../src/mails/templates.ts";
import { readTemplateFolder, shippedTemplates } from "../../src/platform/mail-template-files.ts";

const shipped = readTemplateFolder(shippedTemplates);
const locales = [...new Set(shipped.files.map(({ locale }) => locale))];
const words = { service: "Example Shop", fallback: "en" };

/** Ours, with others in front of them. */
function compile(others: readonly TemplateFile[] = [], layout = shipped.layout) {
  if (layout === undefined) throw new Error("There is no layout");
  return compileTemplates({ files: [...shipped.files, ...others], layout }, words);
}
function languagesOf(compiled: ReturnType<typeof compile>): Languages {
  if ("faults" in compiled) throw new Error(compiled.faults.join("\n"));
  return compiled;
}
const ours = languagesOf(compile());
const write = (message: MailMessage, locale = "en", languages = ours) =>
  languages.write(message, { locale, languages: null });

const all = locales.flatMap((locale) => mailKinds.map((kind) => [locale, kind] as const));

test("English and German are shipped, with a template for each kind of mail and no other file", () => {
  expect(locales).toEqual(["de", "en"]);
  const names = all.map(([locale, kind]) => `${locale}/${kind}.json`);
  expect(shipped.files.map(({ path }) => path).sort()).toEqual(names.sort());
});

describe.each(all)("%s/%s.json", (locale, kind) => {
  const file = shipped.files.find((each) => each.locale === locale && each.kind === kind);
  const source = JSON.parse(file?.content ?? "{}") as Record<string, string | string[]>; // a template
  const placeholders = (part: string) =>
    [...String(source[part]).matchAll(/\{(\w+)\}/g)].flatMap(([, name = ""]) => name);
  const message = exampleMessage(kind);
  const { subject, text, html } = write(message, locale);

  test("tells every field of its kind, as text and as HTML, and nothing that is no field", () => {
    const fields = Object.keys(mails[kind].shape).sort();
    for (const part of ["text", "html"]) {
      const told = new Set(placeholders(part).filter((name) => name !== "service"));
      expect([...told].sort()).toEqual(fields);
    }
  });

  test("RS-06 MT-01 its subject is one short line without a secret", () => {
    expect(subject).toMatch(/^[\p{L} -]{1,70}$/u);
    expect(subject).toContain(words.service);
    for (const secret of secretMailFields) expect(placeholders("subject")).not.toContain(secret);
  });

  test("each link and code has a line of its own in the text, and there are no placeholders left", () => {
    const lines = text.split("\n");
    if ("link" in message) expect(lines.filter((line) => line === message.link)).toHaveLength(1);
    if ("code" in message) expect(lines.filter((line) => line === "4930 2817")).toHaveLength(1);
    expect(`${subject}${text}`).not.toMatch(/[{}<>]/);
    expect(html).not.toMatch(/\{\s*\w+\s*\}/);
  });

  test("its HTML loads nothing and runs nothing: its one address is that of the link", () => {
    expect(html).not.toMatch(
      /<(?:img|script|link|iframe|form|object|svg|video)|url\(|@import|@font/i,
    );
    const link = "link" in message ? message.link.replaceAll("&", "&amp;") : undefined;
    const addresses = Array.from(html.matchAll(/\b(?:href|src|action)="([^"]*)"/g), ([, to]) => to);
    expect(addresses).toEqual(link === undefined ? [] : [link]);
    expect(html.split("://").length - 1).toBe(link === undefined ? 0 : 2);
  });

  test("its HTML is in its language, in one column, for light and dark, with the styles in the elements", () => {
    expect(html).toContain(`<html lang="${locale}">`);
    expect(html).toContain("prefers-color-scheme: dark");
    const elements = html.slice(html.indexOf("</head>")).match(/<(?:p|h1|a|td)\b[^>]*>/g) ?? [];
    expect(elements.length).toBeGreaterThan(4);
    const unstyled = elements.filter((element) => !/ style="[^"]+"/.test(element));
    expect(unstyled).toEqual([]);
  });
});

test("RS-06 MT-01 whatever is put into the HTML of a mail is escaped there, and left as it is in the text", () => {
  const hostile = `"><script>alert('x')</script>&{link}`;
  const { text, html } = write({ kind: "password_changed", when: 0, where: hostile });
  expect(text).toContain(hostile);
  expect(html).not.toContain("<script>");
  expect(html).toContain("&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;{link}");
  const link = `https://x/"onclick="y`;
  const withLink = write({ kind: "password_reset_link", link, validFor: 60 });
  expect(withLink.html).not.toContain(`"onclick`);
  const named = compileTemplates(
    { files: shipped.files, layout: shipped.layout ?? { path: "", content: "" } },
    { ...words, service: `<b>"Shop" & 'Son'</b>` },
  );
  const { subject, html: page } = write(exampleMessage("invitation"), "en", languagesOf(named));
  expect(subject).toContain(`<b>"Shop" & 'Son'</b>`);
  expect(page).not.toContain("<b>");
  expect(page).toContain("&lt;b&gt;&quot;Shop&quot; &amp; &#39;Son&#39;&lt;/b&gt;");
});

describe("MT-01 the name of a passkey, which may be anything in one line,", () => {
  const kinds = ["passkey_added", "passkey_removed", "passkey_clone_suspected"] as const;
  const cases = kinds.flatMap((kind) => locales.map((locale) => [locale, kind] as const));
  const circumstances = { when: 0, where: null };
  const hostile = `<a href="https://x.example">\u0141'&"</a></p> {where} $&`;

  test.each(cases)("breaks nothing of %s/%s.json", (locale, kind) => {
    expect(PasskeyName.parse(hostile)).toBe(hostile);
    const plain = write({ kind, name: "phone", ...circumstances }, locale);
    const { subject, text, html } = write({ kind, name: hostile, ...circumstances }, locale);
    expect(subject).toBe(plain.subject);
    expect(text.split("\n")).toHaveLength(plain.text.split("\n").length);
    expect(text.replace(hostile, "phone")).toBe(plain.text);
    const escaped =
      "&lt;a href=&quot;https://x.example&quot;&gt;\u0141&#39;&amp;&quot;&lt;/a&gt;&lt;/p&gt; {where} $&amp;";
    expect(html).toContain(escaped);
    expect(html.split(escaped).join("phone")).toBe(plain.html);
  });

  test.each(kinds)("is in quotes in the text of %s, so that it is no sentence of ours", (kind) => {
    const name = "Not you? Call us.";
    expect(write({ kind, name, ...circumstances }, "en").text).toContain(`“${name}”\n`);
    expect(write({ kind, name, ...circumstances }, "de").text).toContain(`„${name}“\n`);
  });

  test.each(["\n", "\r", "\r\n", "\t", "\0", "\u0085", "\u2028", "\u2029", "\u202e", "\u2066"])(
    "has no %j, which the contract refuses",
    (character) => {
      expect(PasskeyName.safeParse(`phone${character}Bcc: x@example.com`).success).toBe(false);
    },
  );
});

test.each([
  [0, "Codes left: 0\n", "Übrige Codes: 0\n"],
  [9, "Codes left: 9\n", "Übrige Codes: 9\n"],
])("%i recovery codes that are left are told", (remaining, en, de) => {
  const message = { kind: "recovery_code_used", remaining, when: 0, where: null } as const;
  expect(write(message, "en").text).toContain(en);
  expect(write(message, "de").text).toContain(de);
});

test("a mail says when, from where, and how long, in the words of its language", () => {
  const when = Date.UTC(2026, 10, 3, 9, 6);
  const changed = { kind: "password_changed", when, where: "203.0.113.7" } as const;
  expect(write(changed, "en").text).toContain(
    "When: November 3, 2026 at 09:06 UTC\nFrom: 203.0.113.7\n",
  );
  expect(write(changed, "de").text).toContain(
    "Wann: 3. November 2026 um 09:06 UTC\nVon: 203.0.113.7\n",
  );
  expect(write({ ...changed, where: null }).text).toContain("From: –\n");
});

test.each([
  [1_800, "30 minutes", "30 Minuten"],
  [60, "1 minute", "1 Minute"],
  [100, "1 minute", "1 Minute"],
  [3_600, "60 minutes", "60 Minuten"],
  [5_400, "90 minutes", "90 Minuten"],
  [7_200, "2 hours", "2 Stunden"],
  [9_000, "150 minutes", "150 Minuten"],
  [86_400, "24 hours", "24 Stunden"],
  [259_200, "3 days", "3 Tage"],
])("a life of %i s is told as %s and as %s, and never as longer than it is", (validFor, en, de) => {
  const message = { kind: "password_reset_link", link: "https://x/", validFor } as const;
  expect(write(message, "en").text).toContain(`, for ${en}.`);
  expect(write(message, "de").text).toContain(` und ${de} lang.`);
});

test("MAIL_LOCALE is the language of those who have said none", () => {
  const german = compileTemplates(
    { files: shipped.files, layout: shipped.layout ?? { path: "", content: "" } },
    { ...words, fallback: "de" },
  );
  const { subject } = languagesOf(german).write(exampleMessage("mail_login"), {
    locale: null,
    languages: "fr",
  });
  expect(subject).toBe("Ihr Code für die Anmeldung bei Example Shop");
});

describe("a template of somebody else", () => {
  const good = {
    subject: "Hello from {service}",
    text: ["Code:", "{code}", "{link}", "{validFor}"],
    html: `<p class="code">{code}</p><a class="button" href="{link}">Go</a> {validFor}`,
  };
  const fileOf = (content: unknown, locale = "en", kind = "mail_login"): TemplateFile => ({
    locale,
    kind,
    path: `${locale}/${kind}.json`,
    content: typeof content === "string" ? content : JSON.stringify(content),
  });
  const faultsOf = (content: unknown) => {
    const compiled = compile([fileOf(content)]);
    return "faults" in compiled ? compiled.faults : [];
  };

  test("takes the place of ours for its kind and language alone", () => {
    const languages = languagesOf(compile([fileOf(good)]));
    const message = exampleMessage("mail_login");
    expect(write(message, "en", languages)).toMatchObject({
      subject: "Hello from Example Shop",
      text: `Code:\n4930 2817\n${"link" in message ? message.link : ""}\n10 minutes\n`,
    });
    expect(write(message, "de", languages)).toEqual(write(message, "de"));
    const other = exampleMessage("invitation");
    expect(write(other, "en", languages)).toEqual(write(other, "en"));
  });

  test("may be the example of docs/mails.md", () => {
    const page = readFileSync(new URL("../../docs/mails.md", import.meta.url), "utf8");
    const example = /```json\n([^]*?)```/.exec(page)?.[1] ?? "";
    const languages = languagesOf(compile([fileOf(example, "en", "password_reset_link")]));
    const { subject } = write(exampleMessage("password_reset_link"), "en", languages);
    expect(subject).toBe("Choose a new password for Example Shop");
  });

  test("may bring all its HTML itself, and then is left as it is", () => {
    const html = `<!doctype html><style>.code{color:red}</style><p class="own">{code} {link} {validFor}`;
    const languages = languagesOf(compile([fileOf({ ...good, html })]));
    const written = write(exampleMessage("mail_login"), "en", languages).html;
    expect(written).toMatch(
      /^<!doctype html><style>\.code\{color:red\}<\/style><p class="own">4930 2817/,
    );
  });

  test("adds a language once it has every kind of mail", () => {
    const french = shipped.files
      .filter(({ locale }) => locale === "en")
      .map((file) => ({ ...file, locale: "fr", path: `fr/${file.kind}.json` }));
    expect(languagesOf(compile(french)).locales).toContain("fr");
    expect(
      write(exampleMessage("password_changed"), "fr-CA", languagesOf(compile(french))).text,
    ).toContain("When: 23 novembre 2026 à 10:06 UTC");
    expect(compile(french.slice(1))).toEqual({
      faults: [`fr/${french[0]?.kind}.json: is missing, and a language has every kind of mail`],
    });
  });

  test.each([
    ["{", /^en\/mail_login\.json: is no JSON: /],
    [[], "en/mail_login.json: must be an object"],
    [{ ...good, subject: 1 }, "en/mail_login.json: subject must be a string"],
    [{ ...good, subject: "a\nb" }, "en/mail_login.json: subject must be one line, and not empty"],
    [{ ...good, subject: " " }, "en/mail_login.json: subject must be one line, and not empty"],
    [{ ...good, text: "" }, "en/mail_login.json: text is empty"],
    [
      { ...good, html: undefined },
      "en/mail_login.json: html must be a string, or a list of strings, which are its lines",
    ],
    [{ ...good, body: "" }, "en/mail_login.json: has body: there are subject, text and html"],
    [
      { ...good, subject: "{code} is your code" },
      "en/mail_login.json: subject has {code}: mail servers log subjects, and locked screens show them",
    ],
    [
      { ...good, subject: "{ link }" },
      "en/mail_login.json: subject has {link}: mail servers log subjects, and locked screens show them",
    ],
    [
      { ...good, subject: "{until}" },
      "en/mail_login.json: subject has {until}, which is no placeholder here: there are {validFor}, {service}",
    ],
    [
      { ...good, text: ["{code}", "{link}"] },
      "en/mail_login.json: text does not have {validFor}, which it must tell",
    ],
    [
      { ...good, text: ["{code}", "{lnk}", "{link}", "{validFor}"] },
      "en/mail_login.json: text has {lnk}, which is no placeholder here: there are {code}, {link}, {validFor}, {service}",
    ],
    [
      { ...good, text: ["Your code: {code}", "{link}", "{validFor}"] },
      "en/mail_login.json: text must have {code} on a line of its own",
    ],
    [
      { ...good, html: `{{code}} {link} {validFor}` },
      "en/mail_login.json: html has {{code}}: a placeholder stands in single braces",
    ],
    [
      { ...good, html: `<a href={link}>{code}</a> {validFor}` },
      "en/mail_login.json: html has {link} as an attribute without quotes",
    ],
    [
      { ...good, html: `<p class="cod">{code}</p> {link} {validFor}` },
      /^en\/mail_login\.json: html has the class cod, which the layout does not know: there are ground, around, /,
    ],
  ])("is refused where it is wrong: %j", (content, fault) => {
    expect(faultsOf(good)).toEqual([]);
    expect(faultsOf(content)).toEqual([
      typeof fault === "string" ? fault : expect.stringMatching(fault),
    ]);
  });

  test("is told with all its faults, and those of other files", () => {
    const compiled = compile([
      fileOf({ subject: "{x}", text: "{y}", html: "{z}" }),
      fileOf("no", "de"),
    ]);
    const faults = "faults" in compiled ? compiled.faults : [];
    expect(faults.map((fault) => /^\S+ \S+/.exec(fault)?.[0])).toEqual([
      "de/mail_login.json: is",
      "en/mail_login.json: subject",
      ...Array<string>(4).fill("en/mail_login.json: text"),
      ...Array<string>(4).fill("en/mail_login.json: html"),
    ]);
  });

  test("a layout must have a place for the mail and know the classes of the templates", () => {
    const content = readFileSync(`${shippedTemplates}layout.html`, "utf8");
    const withLayout = (html: string) => compile([], { path: "layout.html", content: html });
    expect(withLayout(content)).not.toHaveProperty("faults");
    expect(withLayout(content.replace("{body}", ""))).toEqual({
      faults: ["layout.html: does not have {body}, which it must tell"],
    });
    expect(withLayout(content.replace("{service}", "{sevrice}"))).toEqual({
      faults: [
        "layout.html: has {sevrice}, which is no placeholder here: there are {subject}, {body}, {locale}, {service}",
      ],
    });
    expect(withLayout(content.replaceAll(".note", ".nota"))).toMatchObject({
      faults: expect.arrayContaining([
        expect.stringMatching(/^de\/invitation\.json: html has the class note, which the layout/),
      ]),
    });
    const ownColor = languagesOf(withLayout(content.replace("#1f4fd1", "rebeccapurple")));
    expect(write(exampleMessage("invitation"), "en", ownColor).html).toMatch(
      /<a style="[^"]*background: rebeccapurple;[^"]*" class="button"/,
    );
  });
});
