import { startApplication } from "../kit/start.tsx";
import { Account } from "./account.tsx";

void startApplication({
  name: "account",
  words: {
    en: async () => ({
      ...(await import("../../messages/en/account.ts")).account,
      ...(await import("../../messages/en/codes.ts")).codes,
    }),
    de: async () => ({
      ...(await import("../../messages/de/account.ts")).account,
      ...(await import("../../messages/de/codes.ts")).codes,
    }),
  },
  View: Account,
});
