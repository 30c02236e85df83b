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

test.each([
  "gzip",
  "deflate",
  "br",
  "zstd",
  "x-gzip",
  "identity, gzip",
  "GZIP",
  "gzip, identity",
  "none",
  "*",
])(
  "IV-14 a body declared as %s is refused unread, and the answer says which coding is taken",
  async (encoding) => {
    const headers = { ...jsonType, "content-encoding": encoding };
    for (const body of [goodBody, gzipSync(goodBody), gzipSync(Buffer.alloc(1024 * 1024))])
      expect(await refusalsOfBody(server, body, headers)).toEqual([
        "415 unsupported_content_encoding",
      ]);
    const answer = await server.send("POST", "/signup", headers, gzipSync(goodBody));
    expect(answer.headers["accept-encoding"]).toBe("identity");
  },
);

test("RFC 9110 §12.5.3 a refusal for another reason does not speak of codings", async () => {
  const answer = await server.send("POST", "/signup", { "content-type": "text/plain" }, goodBody);
  expect(answer.status).toBe(415);
  expect(answer.headers["accept-encoding"]).toBeUndefined();
});

test.each(["identity", "Identity", "", "identity, identity"])(
  "a body declared as %j is taken",
  async (encoding) => {
    const body = JSON.stringify({ email: server.freshEmail(), password: PASSWORD });
    const headers = { ...jsonType, "content-encoding": encoding };
    expect(await server.send("POST", "/signup", headers, body)).toMatchObject({ status: 201 });
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
