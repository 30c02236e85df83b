import { Gate } from "../kit/frame.tsx";
import { startApplication } from "../kit/start.tsx";
import { say } from "../kit/words.ts";

void startApplication({
  name: "links",
  words: {
    en: () => import("../../messages/en/links.ts").then(({ links }) => links),
    de: () => import("../../messages/de/links.ts").then(({ links }) => links),
  },
  View: () => <Gate title={say("signIn")} />,
});
