/** Bare node:http with one constant answer: the server that all ratios are to. */
import { createServer } from "node:http";
import { CONSTANT_BODY } from "./constant.ts";

const headers = {
  "content-type": "application/json",
  "content-length": String(Buffer.byteLength(CONSTANT_BODY)),
};
const server = createServer((_, response) => {
  response.writeHead(200, headers);
  response.end(CONSTANT_BODY);
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("It listens on no port");
  console.log(JSON.stringify({ address: `http://127.0.0.1:${address.port}` }));
});
