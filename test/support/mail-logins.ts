/** Sign-ins by mail, by the calls that the routes make. */
import { completeMailLogin, startMailLogin } from "../../src/domain/mail-logins.ts";
import { type Finish, finishLogin, finishTokenLogin } from "../../src/domain/pending-logins.ts";
import type { Dependencies } from "../../src/domain/ports/dependencies.ts";
import type { Occasion } from "../../src/domain/ports/events.ts";
import { CLIENT } from "./domain.ts";

/** A sign-in that has begun: the handle of whoever asked, and what the mail says. */
export interface BegunByMail {
  readonly challengeToken: string;
  /** Also written where the mail is a decoy, which nobody gets. */
  readonly code: string;
  readonly token: string;
}

/** Begins one for the address. */
export async function beginByMail(
  deps: Dependencies,
  occasion: Occasion,
  email: string,
  deviceSecrets: readonly string[] = [],
): Promise<BegunByMail> {
  const written: { code: string; token: string }[] = [];
  const { mailTemplates } = deps;
  const read: Dependencies = {
    ...deps,
    mailTemplates: {
      write(message, reader) {
        if (message.kind === "mail_login")
          written.push({
            code: message.code,
            token: /#token=([\w-]+)/.exec(message.link)?.[1] ?? "",
          });
        return mailTemplates.write(message, reader);
      },
    },
  };
  const { challengeToken } = await startMailLogin(read, occasion, email, null, deviceSecrets);
  const [mail] = written;
  if (mail === undefined) throw new Error("No mail was written");
  return { challengeToken, ...mail };
}

/** The two ways to prove the mailbox. */
export const proofsByMail = {
  "the code": ({ code }: BegunByMail) => ({ code }),
  "the link": ({ token }: BegunByMail) => ({ token }),
} as const;
export type ProofByMail = (begun: BegunByMail) => { code: string } | { token: string };

/** Ends what has begun, with its own handle. */
export async function completeByMail(
  deps: Dependencies,
  occasion: Occasion,
  begun: BegunByMail,
  by: ProofByMail = proofsByMail["the code"],
  deviceSecrets: readonly string[] = [],
) {
  const { challengeToken } = begun;
  return completeMailLogin(deps, occasion, { challengeToken, came: by(begun), deviceSecrets });
}

/** A code that is not the one of the mail. */
export function wrongCode({ code }: BegunByMail): { readonly code: string } {
  return { code: code === "00000000" ? "00000001" : "00000000" };
}

/** The login token of a half-login; throws where there is none. */
export function loginTokenOf(
  outcome: "invalid_challenge" | { readonly loginToken: string },
): string {
  if (outcome === "invalid_challenge") throw new Error("The mailbox was not proved");
  return outcome.loginToken;
}

/** The two ways to finish a half-login; nothing is missing, unless a second step is given. */
export const finishes = {
  "with cookies": async (
    deps: Dependencies,
    occasion: Occasion,
    loginToken: string,
    deviceSecrets: readonly string[] = [],
    step: Finish["step"] = { method: "none" },
  ) => finishLogin(deps, occasion, { loginToken, step, client: CLIENT, deviceSecrets }, undefined),
  "with tokens": async (
    deps: Dependencies,
    occasion: Occasion,
    loginToken: string,
    deviceSecrets: readonly string[] = [],
    step: Finish["step"] = { method: "none" },
  ) => finishTokenLogin(deps, occasion, { loginToken, step, client: CLIENT, deviceSecrets }),
} as const;
