import { startApplication } from "../kit/start.tsx";
import { Console } from "./console.tsx";

void startApplication({
  name: "admin",
  words: {
    en: () =>
      Promise.all([import("../../messages/en/admin.ts"), import("../../messages/en/events.ts")]).then(
        ([{ admin }, { events }]) => ({ ...admin, ...events }),
      ),
    de: () =>
      Promise.all([import("../../messages/de/admin.ts"), import("../../messages/de/events.ts")]).then(
        ([{ admin }, { events }]) => ({ ...admin, ...events }),
      ),
  },
  View: Console,
});
