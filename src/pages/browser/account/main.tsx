import { askAhead } from "../kit/session.ts";
import { startApplication } from "../kit/start.tsx";
import { codeWords } from "../parts/code-words.ts";
import { Account } from "./account.tsx";

void startApplication({
  name: "account",
  words: [
    {
      en: () => import("../../messages/en/account.ts").then(({ account }) => account),
      de: () => import("../../messages/de/account.ts").then(({ account }) => account),
    },
    codeWords,
  ],
  View: Account,
});
askAhead();
