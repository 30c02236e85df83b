import { expectTypeOf, test } from "vitest";
import type { z } from "zod";
import type { confirmSignup, getMe } from "../../src/contract/accounts.ts";
import type { finishLogin, startSecondFactorPasskey } from "../../src/contract/login-finishes.ts";
import type { completeMailLogin } from "../../src/contract/mail-logins.ts";
import type { completeProviderLogin } from "../../src/contract/providers.ts";
import type {
  Account,
  CookieSession,
  LoginPending,
  PasskeyRequest,
  ProviderLoginPending,
} from "../../src/pages/browser/answers.ts";

test("answers that pages read are those of the contract", () => {
  expectTypeOf<z.output<(typeof getMe)["responses"][200]["body"]>>().toExtend<Account>();
  expectTypeOf<z.output<(typeof confirmSignup)["responses"][201]["body"]>>().toExtend<Account>();
  expectTypeOf<
    z.output<(typeof finishLogin)["responses"][200]["body"]>
  >().toExtend<CookieSession>();
  expectTypeOf<
    z.output<(typeof completeMailLogin)["responses"][200]["body"]>
  >().toExtend<LoginPending>();
  expectTypeOf<
    z.output<(typeof completeProviderLogin)["responses"][200]["body"]>
  >().toExtend<ProviderLoginPending>();
  expectTypeOf<
    z.output<(typeof startSecondFactorPasskey)["responses"][200]["body"]>
  >().toExtend<PasskeyRequest>();
});
