import type { home as schema } from "../en/home.ts";
import { translationOf } from "../scheme.ts";

export const home = translationOf<typeof schema>()({
  what: "Hier sind die Konten: Menschen melden sich hier an, und Anwendungen über die API.",
  whatHeadless:
    "Das ist ein Server für Konten. Anwendungen melden Menschen hier über seine API an; eine Seite zum Anmelden gibt es nicht.",
  cutOff:
    "Wenn ein Link in einer E-Mail Sie hierher geführt hat, war er nicht vollständig: Öffnen Sie den ganzen Link noch einmal.",
  signUp: "Konto erstellen",
  more: "Mehr",
  console: "Verwaltung",
  consoleAbout: "Konten, Ereignisse, Schlüssel und Einstellungen, mit Verwaltungsrechten.",
  docs: "Dokumentation der API",
  docsAbout: "Jede Operation, zum Lesen und Ausprobieren. Auf Englisch.",
  document: "OpenAPI-Dokument",
  documentAbout: "Das Gleiche für Programme.",
  problems: "Probleme",
  problemsAbout: "Was jede Ablehnung bedeutet, und was zu tun ist. Auf Englisch.",
  health: "Lebenszeichen",
  healthAbout: "Läuft der Prozess?",
  readiness: "Bereitschaft",
  readinessAbout: "Kann er antworten?",
});
