import { Gate } from "../kit/frame.tsx";
import { startApplication } from "../kit/start.tsx";
import { say } from "../kit/words.ts";

void startApplication({
  name: "sign-in",
  words: {
    en: () => import("../../messages/en/sign-in.ts").then(({ signIn }) => signIn),
    de: () => import("../../messages/de/sign-in.ts").then(({ signIn }) => signIn),
  },
  View: () => <Gate title={say("signIn")} />,
});
