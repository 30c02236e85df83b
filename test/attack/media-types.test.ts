/** CS-05: a body is JSON and says so, or it is refused. */
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { good, json, refusals } from "../support/body-refusals.ts";
import { PASSWORD, startTarget, type Target } from "../support/in-process-server.ts";

let target: Target;
beforeAll(async () => {
  target = await startTarget();
});
afterAll(() => target.stop());

test.each(["gzip", "deflate", "br", "identity, gzip"])(
  "a body declared as %s is read as it is",
  async (encoding) => {
    expect(
      await refusals(target, gzipSync(good), { ...json, "content-encoding": encoding }),
    ).toEqual(["400 invalid_json"]);
  },
);

test.each([
  "",
  "text/plain",
  "application/x-www-form-urlencoded",
  "multipart/form-data; boundary=x",
  "text/plain; application/json",
  "text/json",
  "application/json-patch+json",
  "application/jsonp",
  "application/json, text/plain",
  "*/*",
  "__proto__",
])("CS-05 a good body declared as %j is refused", async (contentType) => {
  expect(await refusals(target, good, { "content-type": contentType })).toEqual([
    "415 unsupported_media_type",
  ]);
});

test("CS-05 a body that is not declared at all, or twice, is refused", async () => {
  expect(await refusals(target, good, {})).toEqual(["415 unsupported_media_type"]);
  const head = `POST /signup HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: ${good.length}\r\n`;
  const twice = `${head}Content-Type: application/json\r\nContent-Type: text/plain\r\n\r\n${good}`;
  const before = target.state();
  expect(await target.wire(twice)).toMatch(/^HTTP\/1\.1 415 /);
  expect(target.state()).toBe(before);
});

test.each([
  "application/json; charset=utf-8",
  "Application/JSON",
  "application/json;",
  " application/json ; x=y",
])("a body declared as %j is taken", async (contentType) => {
  const body = JSON.stringify({ email: target.freshEmail(), password: PASSWORD });
  expect(await target.send("POST", "/signup", { "content-type": contentType }, body)).toMatchObject(
    { status: 201 },
  );
});
