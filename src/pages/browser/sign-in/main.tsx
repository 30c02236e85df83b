/** The script of `/sign-in` and `/sign-up`. */
import { startApplication } from "../kit/start.tsx";
import { SignInPages } from "./pages.tsx";

void startApplication({
  name: "sign-in",
  words: {
    en: async () => ({
      ...(await import("../../messages/en/sign-in.ts")).signIn,
      ...(await import("../../messages/en/codes.ts")).codes,
    }),
    de: async () => ({
      ...(await import("../../messages/de/sign-in.ts")).signIn,
      ...(await import("../../messages/de/codes.ts")).codes,
    }),
  },
  View: SignInPages,
});
