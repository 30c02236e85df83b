/** Sign-ins by mail that end many times at once, on both databases: one half-login, one session. */
import { beforeEach, describe, expect, test } from "vitest";
import { signup } from "../../src/domain/accounts.ts";
import type { Dependencies } from "../../src/domain/ports/dependencies.ts";
import { databases, eachTestOpens } from "../support/databases.ts";
import { PASSWORD } from "../support/credentials.ts";
import { openDomain } from "../support/domain.ts";
import {
  beginByMail,
  type BegunByMail,
  completeByMail,
  finishes,
  loginTokenOf,
  type ProofByMail,
  proofsByMail,
  wrongCode,
} from "../support/mail-logins.ts";

const EMAIL = "ada@example.com";
const AT_ONCE = 20;

describe.each(databases)("$name", ({ create }) => {
  const opened = eachTestOpens(create);
  let deps: Dependencies;
  let at: () => ReturnType<Awaited<ReturnType<typeof openDomain>>["at"]>;
  beforeEach(async () => {
    const domain = await openDomain();
    ({ at } = domain);
    deps = { ...domain.deps, storage: opened.storage, lockout: { threshold: 100, seconds: 900 } };
    const made = await signup(deps, at(), { email: EMAIL, password: PASSWORD, locale: null });
    expect(made).toHaveProperty("user");
  });
  const query = async (sql: string) => opened.database.query(sql);

  const proofs = Object.values(proofsByMail);
  const races: Record<string, (at: number) => ProofByMail> = {
    "by code": () => proofsByMail["the code"],
    "by link": () => proofsByMail["the link"],
    "by code and link in turn": (place) =>
      proofs[place % proofs.length] ?? proofsByMail["the code"],
  };

  test.each(Object.entries(races))(
    "CH-02 ML-04 of 20 ends at once %s one begins a half-login, of an account that is claimed once",
    async (_, byPlace) => {
      const begun = await beginByMail(deps, at(), EMAIL);
      const outcomes = await Promise.all(
        Array.from({ length: AT_ONCE }, (_item, place) =>
          completeByMail(deps, at(), begun, byPlace(place)),
        ),
      );
      expect(outcomes.filter((outcome) => outcome !== "invalid_challenge")).toHaveLength(1);
      expect(await query("SELECT purpose FROM challenges")).toEqual([{ purpose: "login" }]);
      expect(await query("SELECT id FROM sessions")).toEqual([]);
      const claims = await query("SELECT id FROM events WHERE event = 'email_verified'");
      expect(claims).toHaveLength(1);
      const failures = await query("SELECT id FROM events WHERE event = 'challenge_failed'");
      expect(failures).toHaveLength(1); // those that were too late, told once
    },
  );

  test.each(Object.entries(finishes))(
    "CH-02 D3 of 20 finishes at once %s one begins a session",
    async (_, finish) => {
      const begun = await beginByMail(deps, at(), EMAIL);
      const loginToken = loginTokenOf(await completeByMail(deps, at(), begun));
      const outcomes = await Promise.all(
        Array.from({ length: AT_ONCE }, () => finish(deps, at(), loginToken)),
      );
      expect(outcomes.filter((outcome) => !("failure" in outcome))).toHaveLength(1);
      expect(await query("SELECT methods FROM sessions")).toEqual([{ methods: "mail" }]);
      expect(await query("SELECT id FROM challenges")).toEqual([]);
    },
  );

  test("CH-02 of 20 finishes at once with cookies and tokens one begins a session", async () => {
    const begun = await beginByMail(deps, at(), EMAIL);
    const loginToken = loginTokenOf(await completeByMail(deps, at(), begun));
    const ways = Object.values(finishes);
    await Promise.all(
      Array.from({ length: AT_ONCE }, async (_, place) =>
        ways[place % 2]?.(deps, at(), loginToken),
      ),
    );
    expect(await query("SELECT methods FROM sessions")).toEqual([{ methods: "mail" }]);
  });

  test("ML-05 CH-03 of 20 wrong codes at once five count, each once", async () => {
    const begun = await beginByMail(deps, at(), EMAIL);
    const outcomes = await Promise.all(
      Array.from({ length: AT_ONCE }, () => completeByMail(deps, at(), begun, wrongCode)),
    );
    expect(new Set(outcomes)).toEqual(new Set(["invalid_challenge"]));
    expect(await query("SELECT failures FROM users")).toEqual([{ failures: 5 }]);
    expect(await query("SELECT attempts FROM challenges")).toEqual([{ attempts: 5 }]);
  });

  test("CH-06 of 20 begun at once one is good", async () => {
    const all = await Promise.all(
      Array.from({ length: AT_ONCE }, () => beginByMail(deps, at(), EMAIL)),
    );
    expect(await query("SELECT purpose FROM challenges")).toEqual([{ purpose: "mail_login" }]);
    const ends: unknown[] = [];
    const link = proofsByMail["the link"];
    for (const begun of all satisfies BegunByMail[])
      ends.push(await completeByMail(deps, at(), begun, link));
    expect(ends.filter((end) => end !== "invalid_challenge")).toHaveLength(1);
  });
});
