import { askAhead } from "../kit/session.ts";
import { startApplication } from "../kit/start.tsx";
import { Console } from "./console.tsx";

void startApplication({
  name: "admin",
  words: [
    {
      en: () => import("../../messages/en/admin.ts").then(({ admin }) => admin),
      de: () => import("../../messages/de/admin.ts").then(({ admin }) => admin),
    },
  ],
  View: Console,
});
askAhead();
