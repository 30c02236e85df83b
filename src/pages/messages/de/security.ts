import type { security as schema } from "../en/security.ts";
import { translationOf } from "../scheme.ts";

export const security = translationOf<typeof schema>()({
  change: "Ändern",
  set: "Festlegen",
  remove: "Entfernen",
  rename: "Umbenennen",
  replace: "Ersetzen",
  on: "An",
  off: "Aus",
  since: "Seit {date}",
  added: "Hinzugefügt am {date}",
  used: "benutzt {when}",
  neverUsed: "nie benutzt",

  ofPassword: "(Passwort)",
  passwordIsSet: "Sie haben ein Passwort",
  passwordIsNone: "Sie haben kein Passwort",
  passwordNoneAbout: "Sie melden sich anders an. Ein Passwort wäre ein weiterer Weg.",
  passwordEnds: "Wenn Sie es ändern, werden Sie überall sonst abgemeldet.",
  changePassword: "Passwort ändern",
  setPassword: "Passwort festlegen",
  currentPassword: "Jetziges Passwort",
  wrongPassword: "Das ist nicht Ihr Passwort.",
  passwordChanged: "Ihr Passwort ist geändert. Überall sonst sind Sie abgemeldet.",
  passwordWasSet: "Ihr Passwort ist festgelegt. Überall sonst sind Sie abgemeldet.",

  passkeys: "Passkeys",
  passkeysAbout: "Melden Sie sich mit Fingerabdruck, Gesicht oder Geräte-PIN statt Passwort an.",
  passkeysNone: "Sie haben noch keinen.",
  passkeysNotHere: "Dieser Browser kann hier keine anlegen.",
  passkeysCount: "{count} von höchstens {max}",
  addPasskey: "Passkey hinzufügen",
  passkeyAdded: "Passkey hinzugefügt: {name}",
  passkeyRemoved: "Passkey entfernt: {name}",
  synced: "Synchronisiert",
  secondStepOnly: "Nur zweiter Schritt",
  lastWayIn:
    "Der einzige Weg, sich bei Ihrem Konto anzumelden; deshalb bleibt er. Legen Sie zuerst ein Passwort fest, oder fügen Sie einen weiteren Passkey hinzu.",
  removePasskey: "{name} entfernen?",
  removePasskeyText:
    "Mit ihm können Sie sich dann nicht mehr anmelden. Überall sonst werden Sie abgemeldet, und eine E-Mail sagt Ihnen Bescheid.",
  lastFactorText:
    "Es ist Ihr letzter zweiter Schritt; deshalb werden Ihre Wiederherstellungscodes wertlos.",
  lastFactorEnrol:
    "Dieser Dienst verlangt einen zweiten Schritt. Bis Sie wieder einen einrichten, können Sie hier nichts anderes tun.",
  renamePasskey: "Passkey umbenennen",
  passkeyName: "Name",
  passkeyNameHint:
    "Woran Sie ihn erkennen, zum Beispiel „Blauer Schlüssel“ oder „Handy“. Höchstens {max} Zeichen.",

  secondStep: "Zweiter Schritt",
  secondStepAbout:
    "Mit einer App oder einem Passkey lässt das Passwort allein niemanden mehr herein.",
  app: "Authenticator-App",
  appAbout: "Eine App auf Ihrem Handy zeigt einen Code, den Sie nach dem Passwort eingeben.",
  ofApp: "(Authenticator-App)",
  setUp: "Einrichten",
  setUpApp: "Authenticator-App einrichten",
  turnOff: "Ausschalten",
  turnOffTitle: "Authenticator-App ausschalten?",
  turnOffText:
    "Von da an wird nicht mehr nach ihren Codes gefragt. Überall sonst werden Sie abgemeldet, und eine E-Mail sagt Ihnen Bescheid.",
  appAdded: "Die Authenticator-App ist an. Überall sonst sind Sie abgemeldet.",
  appRemoved: "Die Authenticator-App ist aus. Überall sonst sind Sie abgemeldet.",
  appIsOff: "Die Authenticator-App ist aus. Richten Sie bald die neue ein.",
  replaceApp: "Authenticator-App ersetzen",
  replaceText:
    "Für ein neues Handy oder ein verlorenes: Zuerst wird die alte App ausgeschaltet, dann richten Sie die neue ein. Halten Sie das neue Handy bereit.",
  replaceEndsSessions: "Überall sonst werden Sie abgemeldet.",
  replaceEndsCodes:
    "Überall sonst werden Sie abgemeldet, und Sie bekommen neue Wiederherstellungscodes.",
  replaceGoOn: "Ausschalten und weiter",
  scan: "Scannen Sie dies mit einer Authenticator-App auf Ihrem Handy.",
  firstCode: "Code aus der App",
  firstCodeHint: "Die 6 Ziffern, die die App jetzt zeigt, zum Beweis, dass sie funktioniert.",
  firstCodeWrong:
    "Dieser Code ist falsch. Warten Sie auf den nächsten, und prüfen Sie, ob die Uhr Ihres Handys stimmt.",
  confirmApp: "Einschalten",
  setUpOver: "Das hat zu lange gedauert, oder es wurde zu oft versucht.",
  beginAgain: "Von vorn beginnen",
  recoveryCodes: "Wiederherstellungscodes",
  ofCodes: "(Wiederherstellungscodes)",
  codesLeft: { one: "Noch {count}", other: "Noch {count}" },
  codesAbout: "Für den Tag, an dem Sie ohne Ihr Gerät sind. Jeder gilt einmal.",
  codesFew:
    "Es sind nur noch wenige für den Tag, an dem Sie ohne Ihr Gerät sind. Erzeugen Sie neue.",
  renew: "Erneuern",
  renewTitle: "Wiederherstellungscodes erneuern?",
  renewText:
    "Sie bekommen zehn neue. Die alten gelten nicht mehr, und überall sonst werden Sie abgemeldet.",

  identities: "Verknüpfte Konten",
  identitiesAbout: "Melden Sie sich mit einem Konto an, das Sie anderswo haben.",
  link: "Verknüpfen",
  unlink: "Lösen",
  linkedSince: "verknüpft am {date}",
  notLinked: "Nicht verknüpft",
  notOffered: "Dieser Dienst bietet es nicht mehr an.",
  identityLinked: "{provider} ist verknüpft: Von jetzt an können Sie sich damit anmelden.",
  unlinked: "Die Verknüpfung mit {provider} ist gelöst. Überall sonst sind Sie abgemeldet.",
  unlinkTitle: "Verknüpfung mit {provider} lösen?",
  unlinkText:
    "Mit diesem Konto können Sie sich dann nicht mehr anmelden. Überall sonst werden Sie abgemeldet, und eine E-Mail sagt Ihnen Bescheid.",
});
