/** The script of `/sign-in` and `/sign-up`. */
import { startApplication } from "../kit/start.tsx";
import { codeWords } from "../parts/code-words.ts";
import { SignInPages } from "./pages.tsx";

void startApplication({
  name: "sign-in",
  words: [
    {
      en: () => import("../../messages/en/sign-in.ts").then(({ signIn }) => signIn),
      de: () => import("../../messages/de/sign-in.ts").then(({ signIn }) => signIn),
    },
    codeWords,
  ],
  View: SignInPages,
});
