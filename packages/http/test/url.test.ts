import { describe, expect, it } from "vitest";
import { decodePercent, splitUrl } from "../src/url.ts";

describe("splitUrl", () => {
  it("cuts the path and the query out of an absolute URL", () => {
    expect(splitUrl("https://api.example:8443/users/7?a=1&b=2")).toEqual({
      pathname: "/users/7",
      search: "a=1&b=2",
    });
  });

  it("leaves the fragment out of both", () => {
    expect(splitUrl("http://h/a#b?c")).toEqual({ pathname: "/a", search: "" });
    expect(splitUrl("http://h/a?b#c")).toEqual({ pathname: "/a", search: "b" });
  });

  it("keeps slashes, dots and later question marks as they stand", () => {
    expect(splitUrl("http://h//")).toEqual({ pathname: "//", search: "" });
    expect(splitUrl("http://h/a/../b")).toEqual({ pathname: "/a/../b", search: "" });
    expect(splitUrl("http://h/a?b=/c?d")).toEqual({ pathname: "/a", search: "b=/c?d" });
  });

  it("is not misled by a colon and slashes in the path or the query", () => {
    expect(splitUrl("http://h/go?to=http://evil/x")).toEqual({
      pathname: "/go",
      search: "to=http://evil/x",
    });
  });
});

describe("decodePercent", () => {
  it.each([
    ["plain", "plain"],
    ["caf%C3%A9", "café"],
    ["a%2Fb", "a/b"],
    ["100%", "100%"],
    ["%zz", "%zz"],
    ["%41%zz%42", "A%zzB"],
    ["%E0%A4%A", "%E0%A4%A"],
    ["%FF-%41", "%FF-A"],
  ])("decodes %j to %j", (text, decoded) => {
    expect(decodePercent(text)).toBe(decoded);
  });
});
