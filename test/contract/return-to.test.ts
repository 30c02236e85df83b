import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readReturnTo, URL_MAX_LENGTH } from "../../src/contract/return-to.ts";

const OURS = "https://auth.example.com";
const APP = "https://app.example.com";
const place = { origin: OURS, mountPath: "", origins: [APP, "http://localhost:5173"] };
const read = (text: string) => readReturnTo(text, place);

describe("return_to", () => {
  test.each([
    ["/", `${OURS}/`],
    ["/account", `${OURS}/account`],
    ["/admin/users?q=ada%2Fb#x", `${OURS}/admin/users?q=ada%2Fb#x`],
    ["/a/../account", `${OURS}/account`],
    ["/%61ccount", `${OURS}/%61ccount`],
    ["/grüße", `${OURS}/gr%C3%BC%C3%9Fe`],
    ["/x?next=https://evil.example//y", `${OURS}/x?next=https://evil.example//y`],
    [OURS, `${OURS}/`],
    [APP, `${APP}/`],
    [`${APP}/welcome?a=b#c`, `${APP}/welcome?a=b#c`],
    [`${APP}:443/`, `${APP}/`],
    ["http://localhost:5173/x", "http://localhost:5173/x"],
  ])("PG-05 %s leads to %s", (text, leadsTo) => {
    expect(read(text)).toBe(leadsTo);
  });

  test.each([
    "",
    "account",
    "?x",
    "#x",
    ".",
    "./account",
    "//evil.example",
    "///evil.example",
    "////evil.example",
    "/\\evil.example",
    "\\/evil.example",
    "\\\\evil.example",
    "/%2fevil.example",
    "/%2Fevil.example/",
    "/%5Cevil.example",
    "/./%2f/evil.example",
    "/x//evil.example",
    "/x/..//evil.example",
    "/./\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\r\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    " /account",
    "/account ",
    "/\u0000/evil.example",
    "\u0001https://app.example.com/",
    "/\u007f",
    "/\u0085",
    "/\u2028/evil.example",
    "/\u3000/evil.example",
    "/\u200b/evil.example",
    "/\u202eelpmaxe",
    "/\u00ad/evil.example",
    "https:app.example.com/x",
    "https:/app.example.com/x",
    "https:///evil.example",
    "https://",
    "https:\\\\app.example.com\\x",
    "HTTPS:\\\\APP.EXAMPLE.COM",
    `${APP}\\@evil.example/`,
    `${APP}//evil.example`,
    `${APP}/%2f%2fevil.example`,
    `${APP}.evil.example/`,
    `${APP}@evil.example/`,
    `${APP}:8443/`,
    `${APP}:80/`,
    `${APP}./`,
    "http://app.example.com/",
    "http://app.example.com:443/",
    "http://localhost/",
    "http://localhost:5174/",
    "https://user@app.example.com/",
    "https://user:password@app.example.com/",
    "https://:@app.example.com:1/",
    "https://sub.app.example.com/",
    "https://example.com/",
    "https://evil.example/https://app.example.com/",
    "https://evil.example#https://app.example.com/",
    "https://evil.example?https://app.example.com/",
    "https://evil.example\\@app.example.com/",
    "https://аpp.example.com/",
    "https://xn--pp-example-2v0d.com/",
    "https://app.example.com。evil.example/",
    "https://app.example.com%2eevil.example/",
    "https://app.example.com%00.evil.example/",
    "https://app.example.com\t.evil.example/",
    "https://0x7f000001/",
    "https://[::1]/",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "javascript://app.example.com/%0aalert(1)",
    "/javascript:alert(1)\u0000",
    "data:text/html,x",
    "data:text/html;base64,PHNjcmlwdD4=",
    "vbscript:x",
    "blob:https://app.example.com/0f2c1a3e-0000-4000-8000-000000000000",
    "filesystem:https://app.example.com/x",
    "view-source:https://app.example.com/",
    "file:///etc/passwd",
    "ftp://app.example.com/",
    "wss://app.example.com/",
    "com.example.app:/callback",
    "about:blank",
    "null",
    "/sign-in",
    "/sign-in/",
    "/sign-up?return_to=/sign-up",
    `${OURS}/sign-in?return_to=/sign-in`,
    `/${"x".repeat(URL_MAX_LENGTH)}`,
    `/${'"'.repeat(URL_MAX_LENGTH / 2)}`, // longer once it is escaped
  ])("PG-05 %j leads nowhere", (text) => {
    expect(read(text)).toBeUndefined();
  });

  test("PG-05 beneath a path, the pages that sign in are the ones beneath it", () => {
    const mounted = (text: string) => readReturnTo(text, { ...place, mountPath: "/auth" });
    expect(mounted("/auth/sign-in")).toBeUndefined();
    expect(mounted("/sign-in")).toBe(`${OURS}/sign-in`);
    expect(mounted("/")).toBe(`${OURS}/`);
    expect(mounted(`${APP}/auth/sign-in`)).toBe(`${APP}/auth/sign-in`);
  });

  test("PG-05 whatever is made of slashes, hosts and odd characters leads to an allowed origin or nowhere", () => {
    const piece = fc.constantFrom(
      ...["/", "\\", "//", ":", "@", "?", "#", ".", "..", "%2f", "%5c", "%09", "\t", "\n", " "],
      ...["http:", "https:", "javascript:", "evil.example", "app.example.com", "auth.example.com"],
      ...["\u0000", "\u2028", "\ufeff", "。", "：", "／", "a", "sign-in", "443", "8443"],
    );
    const allowed = new Set([OURS, APP, "http://localhost:5173"]);
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const href = read(pieces.join(""));
        if (href === undefined) return;
        const url = new URL(href);
        expect(allowed).toContain(url.origin);
        expect(url.href).toBe(href);
        // Cut off from its origin, it still leads there.
        expect(new URL(url.pathname + url.search, OURS).origin).toBe(OURS);
        expect(url.username + url.password).toBe("");
      }),
      { numRuns: 20_000 },
    );
  });
});
