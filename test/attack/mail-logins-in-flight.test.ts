/**
 * An ending that is answered while a sign-in by mail is under way: before its end, in the midst of it, before its
 * finish, in the midst of that. None of them leaves a session.
 */
import { beforeEach, describe, expect, test } from "vitest";
import { changePassword, deleteMe } from "../../src/domain/accounts.ts";
import {
  confirmEmailChange,
  startEmailChange,
  undoEmailChange,
} from "../../src/domain/address-changes.ts";
import type { Dependencies } from "../../src/domain/ports/dependencies.ts";
import type { User } from "../../src/domain/ports/users.ts";
import { requestReset, resetPassword } from "../../src/domain/resets.ts";
import { deleteUser, updateUser } from "../../src/domain/users.ts";
import { NEW_PASSWORD, PASSWORD } from "../support/credentials.ts";
import { type Domain, openDomain } from "../support/domain.ts";
import { logInByCookie, storedEvents } from "../support/logins.ts";
import {
  beginByMail,
  completeByMail,
  finishes,
  loginTokenOf,
  proofsByMail,
} from "../support/mail-logins.ts";

let domain: Domain;
let user: User;
let bystander: User;
beforeEach(async () => {
  domain = await openDomain();
  [user, bystander] = [await domain.newUser(), await domain.newUser()];
  domain.sql("UPDATE users SET email_verified = 1");
});

/** Reads the code and the link of the mails that are written meanwhile. */
async function readMail<T>(
  work: (deps: Dependencies) => Promise<T>,
): Promise<{ readonly outcome: T; readonly code: string; readonly link: string }> {
  const read = { code: "", link: "" };
  const { mailTemplates } = domain.deps;
  const outcome = await work({
    ...domain.deps,
    mailTemplates: {
      write(message, reader) {
        if ("code" in message) read.code = message.code;
        if ("link" in message) read.link = message.link;
        return mailTemplates.write(message, reader);
      },
    },
  });
  return { outcome, ...read };
}
const tokenOf = (link: string) => /=([\w-]+)/.exec(link.split("#")[1] ?? "")?.[1] ?? "";

/** Signs the owner in by password, which leaves a session that the endings below end again, or keep. */
const asking = async () => ({ ...(await logInByCookie(domain, user)), device: undefined });

async function changeAddress(): Promise<{ readonly undoToken: string }> {
  const owner = await asking();
  const { outcome, code } = await readMail((deps) =>
    startEmailChange(deps, domain.at(), { ...owner, languages: null }, "new@example.org"),
  );
  const { challengeToken } = outcome;
  const changed = await readMail((deps) =>
    confirmEmailChange(deps, domain.at(), owner, { challengeToken, code }),
  );
  expect(changed.outcome).toBe("changed");
  return { undoToken: tokenOf(changed.link) };
}

const endings: Record<string, () => Promise<unknown>> = {
  "an admin who disables the account": () =>
    updateUser(domain.deps, domain.at(), bystander, user.id, { disabled: true }),
  "an admin who disables it and enables it again": async () => {
    await updateUser(domain.deps, domain.at(), bystander, user.id, { disabled: true });
    await updateUser(domain.deps, domain.at(), bystander, user.id, { disabled: false });
  },
  "a change of password": async () =>
    expect(
      await changePassword(domain.deps, domain.at(), await asking(), PASSWORD, NEW_PASSWORD),
    ).toBe("changed"),
  "a reset": async () => {
    const { link } = await readMail((deps) => requestReset(deps, domain.at(), user.email, null));
    const outcome = await resetPassword(domain.deps, domain.at(), tokenOf(link), NEW_PASSWORD);
    expect(outcome).toHaveProperty("deviceSecret");
  },
  "a change of address": changeAddress,
  "a change of address that is undone": async () => {
    const { undoToken } = await changeAddress();
    expect(await undoEmailChange(domain.deps, domain.at(), undoToken)).toBe("undone");
  },
  "its owner's deletion": async () =>
    expect(await deleteMe(domain.deps, domain.at(), await asking(), PASSWORD)).toBe("deleted"),
  "an admin's deletion": () => deleteUser(domain.deps, domain.at(), bystander, user.id),
};

/** The dependencies; `between` is answered once, after the last reading before the first transaction. */
function beforeTransaction(between: () => Promise<unknown>): Dependencies {
  const { storage } = domain.deps;
  let pending: (() => Promise<unknown>) | undefined = between;
  return {
    ...domain.deps,
    storage: {
      ...storage,
      async transaction(work) {
        const answer = pending;
        pending = undefined;
        await answer?.();
        return storage.transaction(work);
      },
    },
  };
}
const mailSessions = () => domain.sql("SELECT id FROM sessions WHERE methods = 'mail'");
const goodHalfLogins = () => domain.sql("SELECT id FROM challenges WHERE purpose = 'login'");

function expectNobodyIsIn() {
  expect(mailSessions()).toEqual([]);
  expect(
    storedEvents(domain, "login_success").filter(({ methods }) => String(methods) === "mail"),
  ).toEqual([]);
}

describe.each(Object.entries(endings))("after %s", (_, end) => {
  describe.each(Object.entries(proofsByMail))("by %s", (_proof, by) => {
    test("PW-11 AZ-04 what was mailed before is good for nothing", async () => {
      const begun = await beginByMail(domain.deps, domain.at(), user.email);
      await end();
      expect(await completeByMail(domain.deps, domain.at(), begun, by)).toBe("invalid_challenge");
      expect(goodHalfLogins()).toEqual([]);
      expectNobodyIsIn();
    });

    test("PW-11 AZ-04 an end that was under way leaves no half-login", async () => {
      const begun = await beginByMail(domain.deps, domain.at(), user.email);
      const deps = beforeTransaction(end);
      expect(await completeByMail(deps, domain.at(), begun, by)).toBe("invalid_challenge");
      expect(goodHalfLogins()).toEqual([]);
      expectNobodyIsIn();
    });
  });

  describe.each(Object.entries(finishes))("%s", (_finish, finish) => {
    const halfLogin = async () => {
      const begun = await beginByMail(domain.deps, domain.at(), user.email);
      return loginTokenOf(await completeByMail(domain.deps, domain.at(), begun));
    };

    test("PW-11 AZ-04 a half-login of before is finished by nobody", async () => {
      const loginToken = await halfLogin();
      await end();
      expect(await finish(domain.deps, domain.at(), loginToken)).toEqual({
        failure: "invalid_login_token",
      });
      expectNobodyIsIn();
    });

    test("PW-11 AZ-04 a finish that was under way begins no session", async () => {
      const loginToken = await halfLogin();
      expect(await finish(beforeTransaction(end), domain.at(), loginToken)).toEqual({
        failure: "invalid_login_token",
      });
      expectNobodyIsIn();
    });
  });
});

test("a new account with an address is not reached by what was mailed to the one before", async () => {
  const begun = await beginByMail(domain.deps, domain.at(), user.email);
  await deleteUser(domain.deps, domain.at(), bystander, user.id);
  await domain.newUser(user.email);
  for (const by of Object.values(proofsByMail))
    expect(await completeByMail(domain.deps, domain.at(), begun, by)).toBe("invalid_challenge");
  expect(goodHalfLogins()).toEqual([]);
});
