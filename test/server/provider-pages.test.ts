/** The pages that providers lead back to, as the server serves them. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { providerCallbackPath } from "../../src/contract/page-paths.ts";
import { type InProcessServer, startInProcessServer } from "../support/in-process-server.ts";

const settings = (id: string) => ({
  [`PROVIDER_${id}_ISSUER`]: "http://127.0.0.1:1", // nobody listens: the page asks nobody
  [`PROVIDER_${id}_CLIENT_ID`]: "client",
  [`PROVIDER_${id}_CLIENT_SECRET`]: "canary-secret-of-the-client",
});

let server: InProcessServer;
beforeAll(async () => {
  server = await startInProcessServer({
    PROVIDERS: "nordlys,own-idp",
    PROVIDER_NORDLYS_NAME: "Nordlys & <ID>",
    ...settings("NORDLYS"),
    ...settings("OWN_IDP"),
  });
});
afterAll(() => server.stop());

test("FD-13 the page a provider leads back to is in no cache, asks for no other origin, and repeats nothing of the query", async () => {
  for (const id of ["nordlys", "own-idp"]) {
    const path = providerCallbackPath(id);
    const answer = await server.send("GET", `${path}?code=canary-code&state=canary-state`);
    expect([id, answer.status]).toEqual([id, 200]);
    expect(answer.headers).toMatchObject({
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-store",
      "referrer-policy": "no-referrer",
    });
    expect(answer.headers["set-cookie"]).toBeUndefined();
    expect(answer.body + JSON.stringify(answer.headers)).not.toMatch(/canary/);
    const foreign = [...answer.body.matchAll(/(?:src|href)="(?!\/(?!\/))[^"]*"/g)];
    expect(foreign).toEqual([]);
  }
  const { body } = await server.send("GET", providerCallbackPath("nordlys"));
  expect(body).toContain(
    "{&quot;id&quot;:&quot;nordlys&quot;,&quot;name&quot;:&quot;Nordlys &amp; &lt;ID&gt;&quot;}",
  );
});

test("FD-16 a provider that is not in the settings has no page, and no page takes anything but GET", async () => {
  for (const id of ["google", "constructor", "nordlys%2F", "Nordlys"])
    expect((await server.send("GET", providerCallbackPath(id))).status, id).toBe(404);
  expect((await server.send("POST", providerCallbackPath("nordlys"))).status).toBe(405);
});
