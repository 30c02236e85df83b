import { nextSecrets } from "../domain/devices.ts";
import { completeMailLogin, startMailLogin } from "../domain/mail-logins.ts";
import { finishLogin, finishTokenLogin } from "../domain/pending-logins.ts";
import type { Dependencies } from "../domain/ports/dependencies.ts";
import { challengeCookie, clearedChallengeCookie } from "./cookies.ts";
import type { Handlers } from "./handler.ts";
import { presentLogin, presentPending } from "./sessions.ts";
import { presentPair } from "./tokens.ts";

export function createMailLoginHandlers(
  deps: Dependencies,
): Pick<Handlers, "startMailLogin" | "completeMailLogin" | "finishLogin" | "finishTokenLogin"> {
  return {
    async startMailLogin({ input, occasion, acceptLanguage, readDeviceSecrets }) {
      const { email } = input.body;
      const secrets = readDeviceSecrets();
      const started = await startMailLogin(deps, occasion, email, acceptLanguage(), secrets);
      const { challengeToken, expiresInSeconds } = started;
      const setCookies = [challengeCookie(challengeToken, expiresInSeconds)];
      return { status: 202, body: started, setCookies };
    },
    async completeMailLogin({ input, occasion, readChallengeToken, readDeviceSecrets }) {
      const { challengeToken = readChallengeToken(), ...came } = input.body;
      const proof = { challengeToken, came, deviceSecrets: readDeviceSecrets() };
      const outcome = await completeMailLogin(deps, occasion, proof);
      if (outcome === "invalid_challenge") return { problem: outcome };
      return {
        status: 200,
        body: presentPending(outcome),
        setCookies: [clearedChallengeCookie],
      };
    },
    async finishLogin({ input, occasion, client, readDeviceSecrets, sessionSecret }) {
      const deviceSecrets = readDeviceSecrets();
      const { loginToken, ...step } = input.body;
      const finish = { loginToken, step, client, deviceSecrets };
      const finished = await finishLogin(deps, occasion, finish, sessionSecret);
      if ("failure" in finished) return { problem: finished.failure };
      const secrets = nextSecrets(finished.deviceSecret, deviceSecrets, finished.device);
      return presentLogin(deps, finished, secrets);
    },
    async finishTokenLogin({ input, occasion, client, readDeviceSecrets }) {
      const { loginToken, ...step } = input.body;
      const finish = { loginToken, step, client, deviceSecrets: readDeviceSecrets() };
      const finished = await finishTokenLogin(deps, occasion, finish);
      if ("failure" in finished) return { problem: finished.failure };
      return { status: 200, body: presentPair(finished) };
    },
  };
}
