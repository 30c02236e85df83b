/** Checks a contender before it is measured: a session gets its account, a request without one gets none. */
import type { Accounts } from "./accounts.ts";
import type { Contender } from "./contenders.ts";
import type { Server } from "./server.ts";

export async function checkAnswers(
  { title, api }: Contender,
  servers: readonly Server[],
  { credentials, cookies, accessTokens }: Accounts,
): Promise<void> {
  for (const { baseUrl } of servers) {
    if (api.health) await expectAnswer(api.health, {}, undefined);
    if (api.me) {
      for (const [index, cookie] of cookies.entries())
        await expectAnswer(api.me, { cookie }, ownerOf(index));
      await expectNoAccount(api.me);
    }
    if (api.tokenMe) {
      for (const [index, token] of accessTokens.entries())
        await expectAnswer(api.tokenMe, { authorization: `Bearer ${token}` }, ownerOf(index));
      await expectNoAccount(api.tokenMe);
    }

    async function expectAnswer(path: string, headers: HeadersInit, email: string | undefined) {
      const response = await fetch(baseUrl + path, { headers });
      const body = await response.text();
      JSON.parse(body);
      if (response.status !== 200 || !body.includes(email ?? ""))
        throw new Error(`${title}: GET ${path} answered ${response.status}: ${body}`);
    }

    async function expectNoAccount(path: string) {
      const response = await fetch(baseUrl + path);
      const body = await response.text();
      if (body.includes("@") || (response.status !== 401 && body !== "null"))
        throw new Error(`${title}: GET ${path} without a session answered ${response.status}`);
    }
  }

  function ownerOf(index: number): string {
    const email = credentials[index % credentials.length]?.email;
    if (email === undefined) throw new Error(`${title} has no accounts`);
    return email;
  }
}
