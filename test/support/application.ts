/** A tiny application with the client in it, on an origin of its own, as its developer would have built it. */
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import type * as client from "@portcullis/client";
import type * as passkeys from "@portcullis/client/passkeys";

declare global {
  /** All that the page imports of the client. */
  var sdk: typeof client & typeof passkeys;
  /** The page's client, by cookies. */
  var api: client.Client<"cookies">;
  /** A client by tokens, which are gone with the page. */
  var tokenApi: client.Client<"tokens">;
}

export interface Application {
  /** Its origin under one of the names of this machine. */
  origin(host?: string): string;
  /** The address of its page, whose clients call that server. */
  pageFor(serverUrl: string, host?: string): string;
  close(): void;
}

/** The address of the server, which the page's own address has. */
export const SERVER_OF_PAGE = `new URLSearchParams(location.search).get("server") ?? ""`;
const SCRIPT = `
import * as client from "@portcullis/client";
import * as passkeys from "@portcullis/client/passkeys";
const baseUrl = ${SERVER_OF_PAGE};
globalThis.sdk = { ...client, ...passkeys };
globalThis.api = client.createClient({ baseUrl });
globalThis.tokenApi = client.createClient({ baseUrl, tokens: client.memoryTokens() });
`;
const FORM = `<form>
  <label>E-mail address <input name="email" autocomplete="username webauthn"></label>
</form>`;

/** Starts it. `form` and `script`, in TypeScript, are its page, where it is to have another. */
export async function startApplication({
  form = FORM,
  script = SCRIPT,
} = {}): Promise<Application> {
  const code = await bundled(script);
  const page = `<!doctype html><title>An application</title>${form}<script type="module" src="/page.js"></script>`;
  const server: Server = createServer(({ url }, response) => {
    const isScript = url === "/page.js";
    response
      .setHeader("content-type", isScript ? "text/javascript" : "text/html; charset=utf-8")
      .end(isScript ? code : page);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo; // it listens on TCP
  const origin = (host = "localhost") => `http://${host}:${port}`;
  return {
    origin,
    pageFor: (serverUrl, host) => `${origin(host)}/?server=${encodeURIComponent(serverUrl)}`,
    close: () => server.close().closeAllConnections(),
  };
}

const entries: Readonly<Record<string, string>> = {
  "@portcullis/client": "index.ts",
  "@portcullis/client/passkeys": "passkeys/index.ts",
  "@portcullis/client/providers": "providers/index.ts",
};

/** The script in one piece with the client. */
async function bundled(script: string): Promise<string> {
  const built = await rolldown({
    input: "page.ts",
    platform: "browser",
    plugins: [
      {
        name: "page",
        resolveId(id) {
          if (id === "page.ts") return id;
          const entry = entries[id];
          return entry && fileURLToPath(new URL(`../../client/src/${entry}`, import.meta.url));
        },
        load: (id) => (id === "page.ts" ? { code: script, moduleType: "ts" } : undefined),
      },
    ],
  });
  const { output } = await built.generate({ format: "esm", codeSplitting: false });
  await built.close();
  return output[0].code;
}
