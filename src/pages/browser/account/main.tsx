import { Gate } from "../kit/frame.tsx";
import { startApplication } from "../kit/start.tsx";
import { say } from "../kit/words.ts";

void startApplication({
  name: "account",
  words: {
    en: () => import("../../messages/en/account.ts").then(({ account }) => account),
    de: () => import("../../messages/de/account.ts").then(({ account }) => account),
  },
  View: () => <Gate title={say("signIn")} />,
});
