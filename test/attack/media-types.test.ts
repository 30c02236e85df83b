/** CS-05: a body is JSON and says so, or it is refused. */
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { goodBody, jsonType, refusalsOfBody } from "../support/body-refusals.ts";
import { PASSWORD } from "../support/credentials.ts";
import { type InProcessServer, startInProcessServer } from "../support/in-process-server.ts";

let server: InProcessServer;
beforeAll(async () => {
  server = await startInProcessServer();
});
afterAll(() => server.stop());

test.each(["gzip", "deflate", "br", "identity, gzip"])(
  "a body declared as %s is read as it is",
  async (encoding) => {
    expect(
      await refusalsOfBody(server, gzipSync(goodBody), {
        ...jsonType,
        "content-encoding": encoding,
      }),
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
  expect(await refusalsOfBody(server, goodBody, { "content-type": contentType })).toEqual([
    "415 unsupported_media_type",
  ]);
});

test("CS-05 a body that is not declared at all, or twice, is refused", async () => {
  expect(await refusalsOfBody(server, goodBody, {})).toEqual(["415 unsupported_media_type"]);
  const head = `POST /signup HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: ${goodBody.length}\r\n`;
  const twice = `${head}Content-Type: application/json\r\nContent-Type: text/plain\r\n\r\n${goodBody}`;
  const before = server.state();
  expect(await server.wire(twice)).toMatch(/^HTTP\/1\.1 415 /);
  expect(server.state()).toBe(before);
});

test.each([
  "application/json; charset=utf-8",
  "Application/JSON",
  "application/json;",
  " application/json ; x=y",
])("a body declared as %j is taken", async (contentType) => {
  const body = JSON.stringify({ email: server.freshEmail(), password: PASSWORD });
  expect(await server.send("POST", "/signup", { "content-type": contentType }, body)).toMatchObject(
    { status: 201 },
  );
});
