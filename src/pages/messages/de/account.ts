import type { account as schema } from "../en/account.ts";
import { translationOf } from "../scheme.ts";
import { history } from "./history.ts";
import { security } from "./security.ts";

export const account = translationOf<typeof schema>()({
  ...history,
  ...security,
  yourAccount: "Ihr Konto",
  sections: "Ihr Konto",
  saved: "Gespeichert.",
  giveUp: "Das nicht weiter verfolgen",

  signedOutTitle: "Sie sind abgemeldet",
  signedOutAbout: "Sie können diese Seite schließen oder sich wieder anmelden.",
  goodbyeTitle: "Ihr Konto ist gelöscht",
  goodbyeAbout:
    "Alles, was es hatte, ist gelöscht, und Sie sind überall abgemeldet. Auf Wiedersehen.",

  enrol:
    "Dieser Dienst verlangt einen zweiten Schritt, und Ihr Konto hat keinen. Bis Sie einen einrichten, können Sie hier nichts anderes tun.",
  enrolNow: "Eine Authenticator-App oder einen Passkey einrichten",
  recoveredTitle: "Sie sind mit einem Wiederherstellungscode zurückgekommen",
  recovered: "Haben Sie Ihr Gerät verloren? Dann sperren Sie es jetzt so aus:",
  recoveredPasskey:
    "Einen Passkey auf einem anderen Gerät hinzufügen und den des verlorenen entfernen",
  recoveredApp: "Die Authenticator-App ersetzen",
  recoveredSessions: "Die Sitzungen des verlorenen Geräts beenden",
  recoveredCodes: {
    one: "Die Wiederherstellungscodes erneuern: Es ist noch {count} übrig",
    other: "Die Wiederherstellungscodes erneuern: Es sind noch {count} übrig",
  },
  recoveredHide: "Ich habe mein Gerät noch",
  recoveredPasskeyGoes:
    "Den Passkey des verlorenen Geräts entfernen: er meldet ohne zweiten Schritt an",

  you: "Sie",
  youAbout: "Wie Sie heißen und wohin E-Mails an Sie gehen.",
  profile: "Profil",
  name: "Name",
  nameHint: "Wie Sie genannt werden möchten. Das Feld kann leer bleiben.",
  mailLanguage: "Sprache der E-Mails",
  mailLanguageHint: "Diese Seiten folgen der Sprache Ihres Browsers.",
  mailLanguageUsual: "Die übliche dieses Dienstes",
  accountSince: "Ihr Konto wurde am {date} erstellt.",
  toConsole: "Zur Verwaltung",
  address: "E-Mail-Adresse",
  addressAbout: "Mit ihr melden Sie sich an, und Warnungen zu Ihrem Konto gehen dorthin.",
  ofAddress: "(E-Mail-Adresse)",
  proved: "Bestätigt",
  notProved: "Nicht bestätigt",
  notProvedAbout: "Noch hat niemand gezeigt, dass das Postfach Ihnen gehört.",
  prove: "Adresse bestätigen",
  addressProved: "Die Adresse {email} ist bestätigt.",
  addressChanged:
    "Ihre Adresse ist jetzt {email}. Überall sonst wurden Sie abgemeldet. An die alte Adresse ging eine E-Mail mit einem Link, der die Änderung zurücknimmt.",
  changeAddress: "Adresse ändern",
  changeAddressAbout:
    "Eine E-Mail mit einem Code geht an die neue Adresse. Bis Sie den Code hier eingeben, bleibt {email}.",
  newAddress: "Neue E-Mail-Adresse",
  sendCode: "Code schicken",
  waitingForNewAddress: "Bestätigen Sie Ihre neue Adresse",
  waitingForAddress: "Bestätigen Sie Ihre Adresse",
  codeSent:
    "Eine E-Mail an {email} ist unterwegs. Geben Sie den Code hier ein, oder öffnen Sie den Link.",
  accountReady: "Ihr Konto ist bereit.",
  accountSafer: "Machen Sie es sicherer: mit einem Passkey oder einem zweiten Schritt",
  accountSaferByApp: "Machen Sie es sicherer: mit einem zweiten Schritt",

  security: "Sicherheit",
  securityAbout: "Wie Sie nachweisen, dass Sie es sind.",

  sessions: "Sitzungen",
  sessionsAbout: "Wo Sie angemeldet sind.",
  signedInNow: "Jetzt angemeldet",
  thisDevice: "Dieses Gerät",
  byApp: "App",
  from: "von {ip}",
  signedInAt: "angemeldet {when}",
  seenAt: "zuletzt gesehen {when}",
  programOn: "{program} ({system})",
  unknownDevice: "Unbekanntes Gerät",
  ofSession: "(Sitzung {device}, {when})",
  end: "Beenden",
  endTitle: "Sitzung {device} beenden?",
  endText: "Dort werden Sie sofort abgemeldet.",
  sessionEnded: "Sitzung beendet: {device}",
  endOthers: "Alle anderen beenden",
  endOthersTitle: "Alle anderen Sitzungen beenden?",
  endOthersText: "Nur dieses Gerät bleibt angemeldet.",
  othersEnded: "Alle anderen Sitzungen sind beendet.",
  othersCount: { one: "{count} andere Sitzung", other: "{count} andere Sitzungen" },
  noOthers: "Sonst sind Sie nirgends angemeldet.",

  history: "Verlauf",
  historyAbout: "Was mit Ihrem Konto geschehen ist.",
  noHistory: "Es ist noch nichts geschehen.",
  dayToday: "Heute",
  dayYesterday: "Gestern",
  unusual: "Ungewöhnlich",
  times: { one: "{count}-mal", other: "{count}-mal" },
  notYou: "Das war ich nicht",
  notYouShort: "Waren Sie das nicht?",
  notYouAbout: "Sehen Sie hier ab und zu nach. Ist etwas dabei, das Sie nicht getan haben?",
  notYouTitle: "Konto sichern",
  notYouPassword: "Wählen Sie ein neues Passwort: Wer das alte kennt, bleibt draußen.",
  notYouNoPassword:
    "Beenden Sie alle anderen Sitzungen, und sehen Sie dann unter Sicherheit Ihre Passkeys und verknüpften Konten durch.",
  notYouOnlyEnd: "Oder behalten Sie das Passwort, und melden Sie sich nur überall sonst ab:",

  leave: "Löschen",
  leaveAbout: "Sofort und für immer.",
  deleteTitle: "Konto löschen",
  deleteMeans: "Ihr Konto bei {service} wird sofort gelöscht. Das heißt:",
  deleteSessions: "Sie werden überall abgemeldet.",
  deleteWays: "Passwort, Passkeys, zweiter Schritt und verknüpfte Konten sind weg.",
  deleteApps:
    "Was Anwendungen über Sie gespeichert haben, können nur diese löschen: Fragen Sie dort nach.",
  deleteForGood: "Niemand kann das rückgängig machen.",
  delete: "Mein Konto löschen",
  deleteSure: "{email} löschen?",
  deletePassword: "Damit sicher ist, dass Sie es sind.",
  deleteNow: "Endgültig löschen",
  deleteLastAdmin:
    "Nur Ihr Konto hat noch Verwaltungsrechte, deshalb bleibt es. Geben Sie zuerst einem anderen welche.",
});
