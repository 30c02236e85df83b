import { expect, test } from "vitest";
import { classesIn, inlineStyles, readStyles } from "../../src/mails/inline-styles.ts";

const inline = (css: string, html: string) =>
  inlineStyles(html, readStyles(`<style>${css}</style>`));

test.each([
  ["p { top: 0; }", "<p>a</p>", `<p style="top: 0;">a</p>`],
  ["P{top:0}", "<p>a</p>", `<p style="top:0">a</p>`],
  [".a { top: 0; }", `<b class="x a">a</b>`, `<b style="top: 0;" class="x a">a</b>`],
  [".a { top: 0; }", `<b class='a'>a</b>`, `<b style="top: 0;" class='a'>a</b>`],
  [".a { top: 0; }", `<b class="ab">a</b>`, `<b class="ab">a</b>`],
  [".a, p { top: 0; }", `<p>a`, `<p style="top: 0;">a`],
  [`p { font: "A B"; }`, "<p>a", `<p style="font: 'A B';">a`],
  ["p { top: 0;\n  left: 0; }", "<p>a", `<p style="top: 0; left: 0;">a`],
  [".a { top: 1; } p { top: 0; }", `<p class="a">`, `<p style="top: 0; top: 1;" class="a">`],
  ["p { top: 0; }", `<p style="top: 1">`, `<p style="top: 0; top: 1">`],
  ["p { top: 0; }", `<p><br><pre>`, `<p style="top: 0;"><br><pre>`],
  ["a { top: 0; }", `<a href="{link}">`, `<a style="top: 0;" href="{link}">`],
  ["/* p { left: 0; } */ p { top: 0; }", "<p>", `<p style="top: 0;">`],
])("%s is written into %s", (css, html, styled) => {
  expect(inline(css, html)).toBe(styled);
});

test.each([
  "@media (prefers-color-scheme: dark) { p { top: 0; } .a { left: 0; } }",
  "@media print { p, .a { top: 0; } @media (width > 1px) { p { top: 0; } } }",
  "@import 'x.css'; @charset \"a\";",
  "p > b { top: 0; }",
  "p.a { top: 0; }",
  "p:hover { top: 0; }",
  "* { top: 0; }",
])("what no element has by itself stays in the style sheet alone: %s", (css) => {
  expect(inline(css, `<p class="a"><b>a</b></p>`)).toBe(`<p class="a"><b>a</b></p>`);
});

test("every class that a style sheet names is known, those for dark screens too", () => {
  const { classes } = readStyles("<style>.a, p.b { } @media print { .c-d .e { } }</style>");
  expect([...classes]).toEqual(["a", "b", "c-d", "e"]);
  expect(classesIn(`<p class="a b"><i class='c'></i></p> class="d"`)).toEqual(["a", "b", "c"]);
});
