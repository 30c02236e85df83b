import { describe, expect, it, test } from "vitest";
import {
  fillTemplate,
  type Html,
  markUpCode,
  page,
  type Page,
  styleSheet,
} from "../../src/pages/page.ts";

const hostile = `<b title="x">&amp; 'quoted'</b>`;
const escaped = "&lt;b title=&quot;x&quot;&gt;&amp;amp; 'quoted'&lt;/b&gt;";

/** A page with this body, as it is served. */
function textOf(body: Html, parts: Partial<Page> = {}): string {
  return page({ mountPath: "", path: "/x", title: "X", styles: [], allows: [], body, ...parts })
    .text;
}

describe("a template", () => {
  it("takes its values escaped, in text and in attributes", () => {
    const body = fillTemplate(`<p title="{{text}}">{{text}}{{number}}</p>`, {
      text: hostile,
      number: 7,
    });
    expect(textOf(body)).toContain(`<p title="${escaped}">${escaped}7</p>`);
  });

  it("takes HTML that was made here as it is", () => {
    const body = fillTemplate("<p>{{text}}</p>", { text: markUpCode("Send `a<b>` & wait") });
    expect(textOf(body)).toContain("<p>Send <code>a&lt;b&gt;</code> &amp; wait</p>");
  });

  it("and its values have the same names", () => {
    expect(() => fillTemplate("{{title}}", {})).toThrow("no value for title");
    expect(() => fillTemplate("", { title: "T" })).toThrow("no place for title");
  });
});

test("the title and every path are escaped", () => {
  const text = textOf(fillTemplate(""), {
    title: hostile,
    styles: [hostile],
    scripts: [{ path: hostile, kind: "module" }],
    icon: hostile,
  });
  expect(text).not.toContain("<b title");
  expect(text.split(escaped)).toHaveLength(5);
});

test("values for the script cannot end the attribute they are written into", () => {
  const docs = { csrfCookie: hostile, csrfHeader: "&quot;", documentPath: "/x", docsPath: "/" };
  const text = textOf(fillTemplate(""), { given: { docs } });
  const attribute = /<body data-docs="([^"]*)">/.exec(text)?.[1] ?? "";
  const read = attribute
    .replaceAll("&quot;", '"')
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");
  expect(JSON.parse(read)).toEqual(docs);
});

test("a style sheet is its parts, one after the other", () => {
  expect(styleSheet("/x.css", "a {}\n", "b {}\n").text).toBe("a {}\n\nb {}\n");
});
