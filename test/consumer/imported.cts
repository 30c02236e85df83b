/** Somebody's CommonJS module where TypeScript knows no `require` of an ES module: module node16. */
import type { Client } from "@portcullis/client" with { "resolution-mode": "import" };

async function makeClient(): Promise<Client<"tokens">> {
  const { createClient, memoryTokens } = await import("@portcullis/client");
  return createClient({ baseUrl: "http://localhost", tokens: memoryTokens() });
}

void makeClient().then((api) => {
  console.log(typeof api.tokenLogin);
});
