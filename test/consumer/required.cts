/** Somebody's CommonJS module: the client is an ES module, which `require` loads in the Node versions that the README names. */
import { createClient, memoryTokens } from "@portcullis/client";

const api = createClient({ baseUrl: "http://localhost", tokens: memoryTokens() });
console.log(typeof api.tokenLogin);
