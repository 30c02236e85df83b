import { describe, expect, it } from "vitest";
import { parseQuery } from "../src/query.ts";

describe("parseQuery", () => {
  it.each([
    ["", {}],
    ["a=1&b=2", { a: "1", b: "2" }],
    ["tag=a&tag=b&tag=c", { tag: ["a", "b", "c"] }],
    ["flag&flag2=", { flag: "", flag2: "" }],
    ["q=hello+world&a+b=1", { q: "hello world", "a b": "1" }],
    ["q=1%2B1", { q: "1+1" }],
    ["q=a=b", { q: "a=b" }],
    ["&&a=1&", { a: "1" }],
    ["q=100%&r=%zz&%C3%A9=%41", { q: "100%", r: "%zz", é: "A" }],
  ])("parses %j", (search, expected) => {
    expect({ ...parseQuery(search) }).toEqual(expected);
  });

  it("gives a record without a prototype", () => {
    expect(Object.getPrototypeOf(parseQuery("a=1"))).toBeNull();
    expect(parseQuery("")["constructor"]).toBeUndefined();
  });

  it("takes __proto__ and constructor for keys like any other", () => {
    const query = parseQuery("__proto__=a&__proto__=b&constructor=c");
    expect(Object.keys(query)).toEqual(["__proto__", "constructor"]);
    expect(query["__proto__"]).toEqual(["a", "b"]);
    expect(Object.getPrototypeOf(query)).toBeNull();
    expect(Object.hasOwn(Object.prototype, "a")).toBe(false);
  });
});
