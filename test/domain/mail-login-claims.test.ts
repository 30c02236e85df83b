/** An account that nobody had proved, taken over by the owner of its mailbox (EM-06): whoever made it keeps nothing. */
import { beforeEach, describe, expect, test } from "vitest";
import {
  confirmEmailVerification,
  requestEmailVerification,
  startEmailChange,
} from "../../src/domain/address-changes.ts";
import { recognizeDevice } from "../../src/domain/devices.ts";
import { login } from "../../src/domain/login.ts";
import type { Dependencies } from "../../src/domain/ports/dependencies.ts";
import type { User } from "../../src/domain/ports/users.ts";
import { refresh } from "../../src/domain/refresh-tokens.ts";
import { PASSWORD } from "../support/credentials.ts";
import { CLIENT, type Domain, openDomain, succeeded } from "../support/domain.ts";
import {
  logInByCookie,
  logInByToken,
  roleByBearer,
  roleByCookie,
  storedEvents,
} from "../support/logins.ts";
import {
  beginByMail,
  completeByMail,
  finishes,
  loginTokenOf,
  proofsByMail,
} from "../support/mail-logins.ts";

let domain: Domain;
let user: User;
beforeEach(async () => {
  domain = await openDomain();
  user = await domain.newUser();
});

const account = () =>
  domain.sql("SELECT password_hash, email_verified FROM users WHERE id = ?", user.id)[0];
const logInByPassword = () =>
  login(
    domain.deps,
    domain.at(),
    { email: user.email, password: PASSWORD, client: CLIENT, device: undefined },
    undefined,
  );
const claimed = async (outcome: Awaited<ReturnType<typeof completeByMail>>) =>
  succeeded(await finishes["with cookies"](domain.deps, domain.at(), loginTokenOf(outcome)));

describe.each(Object.entries(proofsByMail))("by %s", (_, by) => {
  test("EM-06 password, sessions, tokens, devices and challenges of before are gone; the owner is told, and is in", async () => {
    const cookie = await logInByCookie(domain, user);
    const tokens = await logInByToken(domain, user);
    const asking = { ...cookie, languages: null, device: undefined };
    await startEmailChange(domain.deps, domain.at(), asking, "attacker@example.org");
    await requestEmailVerification(domain.deps, domain.at(), asking);
    const begun = await beginByMail(domain.deps, domain.at(), user.email);

    const mails = domain.sql("SELECT id FROM mails WHERE finished_at IS NULL").length;

    const session = await claimed(await completeByMail(domain.deps, domain.at(), begun, by));

    expect(domain.sql("SELECT id FROM mails WHERE finished_at IS NULL")).toHaveLength(mails + 1);
    expect(account()).toEqual({ password_hash: null, email_verified: 1 });
    expect(await roleByCookie(domain, cookie.secret)).toBeUndefined();
    expect(await roleByBearer(domain, tokens.accessToken)).toBeUndefined();
    expect(await refresh(domain.deps, domain.at(), tokens.refreshToken)).toBeUndefined();
    const secrets = [cookie.deviceSecret];
    expect(await recognizeDevice(domain.deps, domain.at(), secrets, user.email)).toBeUndefined();
    expect(domain.sql("SELECT id FROM challenges")).toEqual([]);
    expect(await logInByPassword()).toMatchObject({ failure: "invalid_credentials" });
    expect(domain.sql("SELECT id FROM sessions")).toEqual([{ id: session.session.id }]);
    expect(storedEvents(domain, "session_revoked")).toMatchObject([
      { by: "email_proof" },
      { by: "email_proof" },
    ]);
    expect(storedEvents(domain, "email_verified")).toMatchObject([{ by: "mail_login" }]);
  });

  test("EM-06 a login by the password of before that is under way meanwhile begins no session", async () => {
    const begun = await beginByMail(domain.deps, domain.at(), user.email);
    const { passwords } = domain.deps;
    let isClaimed = false;
    const deps: Dependencies = {
      ...domain.deps,
      passwords: {
        ...passwords,
        async verify(password, encoded) {
          const verdict = await passwords.verify(password, encoded);
          if (!isClaimed) await completeByMail(domain.deps, domain.at(), begun, by);
          isClaimed = true;
          return verdict;
        },
      },
    };
    const attempt = { email: user.email, password: PASSWORD, client: CLIENT, device: undefined };
    expect(await login(deps, domain.at(), attempt, undefined)).toMatchObject({
      failure: "invalid_credentials",
    });
    expect(domain.sql("SELECT id FROM sessions")).toEqual([]);
  });

  test("EM-06 a proved account keeps everything", async () => {
    const cookie = await logInByCookie(domain, user);
    domain.sql("UPDATE users SET email_verified = 1");
    const before = account();
    const begun = await beginByMail(domain.deps, domain.at(), user.email);
    await claimed(await completeByMail(domain.deps, domain.at(), begun, by));
    expect(account()).toEqual(before);
    expect(await roleByCookie(domain, cookie.secret)).toBe("user");
    expect(storedEvents(domain, "email_verified", "session_revoked")).toEqual([]);
  });

  test("EM-06 an account whose owner proves it meanwhile keeps everything", async () => {
    const cookie = await logInByCookie(domain, user);
    const proof = { challengeToken: "", code: "" };
    const { mailTemplates, storage } = domain.deps;
    const readingMails: Dependencies = {
      ...domain.deps,
      mailTemplates: {
        write(message, reader) {
          if (message.kind === "email_verification") proof.code = message.code;
          return mailTemplates.write(message, reader);
        },
      },
    };
    const asking = { ...cookie, languages: null };
    const started = await requestEmailVerification(readingMails, domain.at(), asking);
    if ("failure" in started) throw new Error("It is proved already");
    proof.challengeToken = started.challengeToken;
    const begun = await beginByMail(domain.deps, domain.at(), user.email);
    const before = account();

    let isProved = false;
    const meanwhile: Dependencies = {
      ...domain.deps,
      storage: {
        ...storage,
        async transaction(work) {
          if (!isProved) {
            isProved = true;
            await confirmEmailVerification(domain.deps, domain.at(), cookie, proof);
          }
          return storage.transaction(work);
        },
      },
    };
    loginTokenOf(await completeByMail(meanwhile, domain.at(), begun, by));
    expect(account()).toEqual({ ...before, email_verified: 1 });
    expect(await roleByCookie(domain, cookie.secret)).toBe("user");
    expect(storedEvents(domain, "email_verified")).toMatchObject([{ by: "owner" }]);
  });
});

test("EM-06 a code that is refused claims nothing", async () => {
  const cookie = await logInByCookie(domain, user);
  const before = account();
  const begun = await beginByMail(domain.deps, domain.at(), user.email);
  domain.sql("UPDATE users SET locked_until = 9e15 WHERE id = ?", user.id);
  for (const by of Object.values(proofsByMail))
    expect(await completeByMail(domain.deps, domain.at(), begun, by)).toBe("invalid_challenge");
  expect(account()).toEqual(before);
  expect(await roleByCookie(domain, cookie.secret)).toBe("user");
});
