import { Gate } from "../kit/frame.tsx";
import { startApplication } from "../kit/start.tsx";
import { say } from "../kit/words.ts";

void startApplication({
  name: "admin",
  words: {
    en: () => import("../../messages/en/admin.ts").then(({ admin }) => admin),
    de: () => import("../../messages/de/admin.ts").then(({ admin }) => admin),
  },
  View: () => <Gate title={say("signIn")} />,
});
