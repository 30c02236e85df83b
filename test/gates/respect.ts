/** `npm run gate:respect`: the journeys of `journeys.arazzo.yaml` by Redocly Respect, on a server as in production. */
import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import { type Client, createClient, memoryTokens } from "@portcullis/client";
import { cookieJar } from "@portcullis/client/node";
import { dataOf, freshEmail } from "../support/clients.ts";
import { ADMIN, NEW_PASSWORD, PASSWORD } from "../support/credentials.ts";
import { startServerProcess } from "../support/server-process.ts";
import { waitFor } from "../support/wait-for.ts";
import { startMailServer } from "../support/mail-server.ts";
import { startProvider } from "../support/provider.ts";
import { answerOf, PROVIDER_ID, providerSettings, somebodyAt } from "../support/provider-steps.ts";
import { type Mailed, proofsIn, tokenIn } from "../support/mailbox.ts";
import { gate, runRedocly } from "./gate.ts";

/** The page to which the provider leads those who link with tokens. */
const REDIRECT_URI = "com.example.app:/callback";

const journeys = fileURLToPath(new URL("journeys.arazzo.yaml", import.meta.url));

await gate(
  "respect",
  "the journeys of the Arazzo description go as it says, each answer as the document says",
  async () => {
    const post = await startMailServer("accepts");
    const provider = await startProvider();
    const server = await startServerProcess({
      environment: {
        NODE_ENV: "production",
        PUBLIC_URL: "http://localhost:3000",
        AUTH_SECRET: randomBytes(32).toString("base64"),
        SMTP_URL: post.url,
        MAIL_FROM: "auth@example.com",
        SIGNUP: "open",
        MAIL_LOGIN: "on",
        ...providerSettings(provider, { REDIRECTS: REDIRECT_URI }),
      },
    });

    /** A reset can only go on once its mail is there. */
    async function askForReset(email: string): Promise<string> {
      const api = createClient({ baseUrl: server.baseUrl });
      dataOf(await api.signup({ email, password: PASSWORD }));
      dataOf(await api.forgotPassword({ email }));
      const isTo = ({ recipients }: { recipients: readonly string[] }) =>
        recipients.includes(email);
      return waitFor(() => post.received.filter(isTo).map(({ mail }) => tokenIn(mail))[0]);
    }

    /** Waits for the first mail to the address that proves something, and answers what it says. */
    function proofsTo(email: string): Promise<Mailed> {
      const isTo = ({ recipients }: { recipients: readonly string[] }) =>
        recipients.includes(email);
      const find = () =>
        post.received
          .filter(isTo)
          .map(({ mail }) => proofsIn(mail))
          .find(({ code }) => code !== "");
      return waitFor(find);
    }

    async function askForProof() {
      const { api, email, accessToken } = await programOf(freshEmail());
      const { challengeToken } = dataOf(await api.requestEmailVerification());
      return { accessToken, challengeToken, code: (await proofsTo(email)).code };
    }

    async function programOf(email: string) {
      const api = createClient({ baseUrl: server.baseUrl, tokens: memoryTokens() });
      dataOf(await api.signup({ email, password: PASSWORD }));
      const { accessToken } = dataOf(await api.tokenLogin({ email, password: PASSWORD }));
      return { api, email, accessToken };
    }

    /** Begins to sign in, and signs in at the provider: answers what it sends back. */
    async function goToProvider(api: Pick<Client<"cookies">, "startProviderLogin">) {
      const started = await api.startProviderLogin({ providerId: PROVIDER_ID });
      return answerOf(provider, dataOf(started));
    }

    async function signInThere() {
      const email = somebodyAt(provider);
      return { email, ...(await goToProvider(createClient({ baseUrl: server.baseUrl }))) };
    }

    /** Somebody with the proved address of an account signs in at the provider. */
    async function collideThere() {
      const { api, email, accessToken } = await programOf(freshEmail());
      const { challengeToken } = dataOf(await api.requestEmailVerification());
      const { code } = await proofsTo(email);
      dataOf(await api.confirmEmailVerification({ challengeToken, code }));
      somebodyAt(provider, { email });
      const { providerId, ...answer } = await goToProvider(api);
      return { accessToken, providerId, answer };
    }

    async function linkThere() {
      const { api, accessToken } = await programOf(freshEmail());
      somebodyAt(provider);
      const place = { providerId: PROVIDER_ID, redirectUri: REDIRECT_URI };
      const started = dataOf(await api.startProviderLink(place));
      const { providerId, ...answer } = answerOf(provider, started);
      return { accessToken, providerId, redirectUri: REDIRECT_URI, answer };
    }

    async function askToSignIn() {
      const email = freshEmail();
      const api = createClient({ baseUrl: server.baseUrl });
      dataOf(await api.signup({ email, password: PASSWORD }));
      const { challengeToken } = dataOf(await api.startMailLogin({ email }));
      return { email, challengeToken, code: (await proofsTo(email)).code };
    }

    /** The part of a login that a browser keeps. */
    async function logIn() {
      const email = freshEmail();
      dataOf(await createClient({ baseUrl: server.baseUrl }).signup({ email, password: PASSWORD }));
      const cookies = cookieJar();
      const api = createClient({ baseUrl: server.baseUrl, cookies });
      const { csrfToken } = dataOf(await api.login({ email, password: PASSWORD }));
      const cookie = await cookies.cookieHeader(server.baseUrl);
      return { session: /__Host-session=([^;]+)/.exec(cookie)?.[1] ?? "", csrfToken };
    }

    async function faultsOf(workflow: string, inputs: object): Promise<string[]> {
      const { exitCode, output } = await runRedocly(
        "respect",
        journeys,
        ...["--workflow", workflow],
        ...["--input", JSON.stringify({ password: PASSWORD, ...inputs })],
        ...["--server", `portcullis=${server.baseUrl}`],
      );
      console.log(`  ${workflow}: ${exitCode === 0 ? "goes as described" : "does not"}`);
      return exitCode === 0 ? [] : output.split("\n").filter((line) => line.trim() !== "");
    }

    try {
      const forgetful = freshEmail();
      const resetToken = await askForReset(forgetful);
      const { email: adminEmail, password: adminPassword } = ADMIN;
      return [
        ...(await faultsOf("browser", { email: freshEmail(), ...(await logIn()) })),
        ...(await faultsOf("program", { email: freshEmail() })),
        ...(await faultsOf("forgotten", {
          email: forgetful,
          resetToken,
          newPassword: NEW_PASSWORD,
        })),
        ...(await faultsOf("proof", await askForProof())),
        ...(await faultsOf("by-mail", await askToSignIn())),
        ...(await faultsOf("by-provider", await signInThere())),
        ...(await faultsOf("collided", await collideThere())),
        ...(await faultsOf("linked", await linkThere())),
        ...(await faultsOf("administration", { email: freshEmail(), adminEmail, adminPassword })),
      ];
    } finally {
      await server.dispose();
      await post.close();
      await provider.close();
    }
  },
);
