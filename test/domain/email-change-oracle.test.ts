/** A change of address tells nobody whether another account has the address, by nothing that can be tried after it (EM-10). */
import { beforeEach, expect, test } from "vitest";
import { confirmEmailChange, startEmailChange } from "../../src/domain/address-changes.ts";
import type { Dependencies } from "../../src/domain/ports/dependencies.ts";
import { type Domain, openDomain } from "../support/domain.ts";
import { logInByCookie } from "../support/logins.ts";

let domain: Domain;
beforeEach(async () => {
  domain = await openDomain();
});

test.each(["a free address", "a taken address"])(
  "EM-10 a change to %s ends the one before it",
  async (which) => {
    const user = await domain.newUser();
    const taken = await domain.newUser();
    const asking = { ...(await logInByCookie(domain, user)), languages: null, device: undefined };
    const codes: string[] = [];
    const { mailTemplates } = domain.deps;
    const deps: Dependencies = {
      ...domain.deps,
      mailTemplates: {
        write(message, reader) {
          if (message.kind === "email_change_confirm") codes.push(message.code);
          return mailTemplates.write(message, reader);
        },
      },
    };
    const first = await startEmailChange(deps, domain.at(), asking, "mine@example.org");
    const next = which === "a taken address" ? taken.email : "free@example.org";
    await startEmailChange(deps, domain.at(), asking, next);
    const proof = { challengeToken: first.challengeToken, code: codes[0] ?? "" };
    expect(await confirmEmailChange(deps, domain.at(), asking, proof)).toBe("invalid_challenge");
    expect(domain.sql("SELECT email FROM users WHERE id = ?", user.id)).toEqual([
      { email: user.email },
    ]);
  },
);
