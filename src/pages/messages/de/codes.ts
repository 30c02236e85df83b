import type { codes as schema } from "../en/codes.ts";
import { translationOf } from "../scheme.ts";

export const codes = translationOf<typeof schema>()({
  qrLabel: "QR-Code für Ihre Authenticator-App",
  qrSecret: "Sie können ihn nicht scannen? Geben Sie diesen Schlüssel in die App ein:",
  qrOpen: "Die App auf diesem Gerät öffnen",
  codesTitle: "Bewahren Sie Ihre Wiederherstellungscodes auf",
  codesText:
    "Mit einem davon melden Sie sich an, wenn Ihr Gerät weg ist. Jeder gilt einmal. Sie werden nur jetzt gezeigt und nie wieder.",
  codesHeading: "Wiederherstellungscodes von {service}",
  codesFor: "Für {email}",
  codesPrint: "Drucken",
  codesSave: "Als Datei speichern",
  codesKept: "Ich habe sie an einem sicheren Ort aufbewahrt",
  codesKeptFirst: "Bewahren Sie zuerst die Codes auf, und haken Sie dann dies an.",
  codesDone: "Fertig",
});
