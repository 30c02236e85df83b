import type { kit as schema } from "../en/kit.ts";
import { translationOf } from "../scheme.ts";

export const kit = translationOf<typeof schema>()({
  skip: "Zum Inhalt",
  privacy: "Datenschutz",
  terms: "Nutzungsbedingungen",
  signOut: "Abmelden",
  signedOutStill: "Das Abmelden ist nicht gelungen. Versuchen Sie es noch einmal.",
  cancel: "Abbrechen",
  goOn: "Weiter",
  save: "Speichern",
  tryAgain: "Noch einmal versuchen",
  loadMore: "Mehr anzeigen",
  loading: "Wird geladen …",
  startPage: "Startseite",
  signIn: "Anmelden",
  toAccount: "Ihr Konto",
  required: "Bitte ausfüllen.",
  optional: "(freiwillig)",
  notFoundTitle: "Diese Seite gibt es nicht",
  notFound: "Die Adresse stimmt nicht, oder die Seite ist nicht mehr da.",
  brokenTitle: "Diese Seite ist abgestürzt",
  broken:
    "Laden Sie sie neu. Wenn das nicht hilft, wenden Sie sich an die Betreiber dieses Dienstes.",
  reload: "Neu laden",

  showPassword: "Passwort anzeigen",
  hidePassword: "Passwort verbergen",
  show: "Anzeigen",
  hide: "Verbergen",
  email: "E-Mail-Adresse",
  emailWrong: "Das ist keine E-Mail-Adresse. Eine sieht so aus: name@example.com.",
  password: "Passwort",
  newPassword: "Neues Passwort",
  passwordRule:
    "{min} bis {max} Zeichen, zum Beispiel vier oder fünf Wörter. Leerzeichen und alle anderen Zeichen sind erlaubt, keines ist Pflicht.",
  strengthMissing: { one: "Noch {count} Zeichen", other: "Noch {count} Zeichen" },
  strengthRegular: "Leicht zu erraten: zu viel vom Gleichen",
  strengthEnough: "Lang genug",
  strengthGood: "Lang und abwechslungsreich",
  weak_too_short: "Es muss mindestens {min} Zeichen haben.",
  weak_too_long: "Es darf höchstens {max} Zeichen haben.",
  weak_too_common: "Zu viele Menschen benutzen es.",
  weak_contains_identifier: "Es gleicht zu sehr Ihrer Adresse oder dem Namen dieses Dienstes.",
  weak_too_guessable:
    "Es lässt sich erraten: Es besteht aus häufigen Wörtern, Wiederholungen oder Tastenreihen.",
  weak_breached: "Es steht auf einer Liste von Passwörtern, die anderswo gestohlen wurden.",
  weak_unassigned_character: "Es enthält ein Zeichen, das Unicode noch nicht vergeben hat.",

  copy: "Kopieren",
  copied: "Kopiert",
  copyFailed:
    "Das Kopieren ist nicht gelungen. Markieren Sie den Text, und kopieren Sie ihn von Hand.",

  today: "heute, {time}",
  yesterday: "gestern, {time}",

  offline: "Sie sind offline. Versuchen Sie es noch einmal, sobald Sie verbunden sind.",
  unreachable: "Der Server war nicht zu erreichen. Versuchen Sie es noch einmal.",
  timeout: "Der Server hat zu lange nicht geantwortet. Versuchen Sie es noch einmal.",
  unexpected: "Die Antwort war nicht zu verstehen. Versuchen Sie es später noch einmal.",
  waitSeconds: {
    one: "Versuchen Sie es in {count} Sekunde noch einmal.",
    other: "Versuchen Sie es in {count} Sekunden noch einmal.",
  },
  waitMinutes: {
    one: "Versuchen Sie es in {count} Minute noch einmal.",
    other: "Versuchen Sie es in {count} Minuten noch einmal.",
  },
  waitOver: "Jetzt können Sie es noch einmal versuchen.",
  reference: "Für die Betreiber dieses Dienstes: {requestId}",

  issue_missing: "Bitte ausfüllen.",
  issue_format: "Das hat nicht die richtige Form.",
  issue_short: "Das ist zu kurz.",
  issue_long: "Das ist zu lang.",
  issue_other: "So lässt sich das nicht verwenden.",

  problem_validation_failed:
    "Etwas hier lässt sich so nicht verwenden. Sehen Sie es sich noch einmal an.",
  problem_weak_password: "Dieses Passwort ist zu schwach.",
  problem_invalid_reset_token: "Dieser Link gilt nicht mehr. Fordern Sie einen neuen an.",
  problem_invalid_challenge:
    "Dieser Code oder Link gilt nicht mehr: Er ist falsch, verbraucht oder zu alt, oder ein späterer ist an seine Stelle getreten.",
  problem_invalid_passkey:
    "Dieser Passkey wurde nicht angenommen. Versuchen Sie es noch einmal, oder melden Sie sich anders an.",
  problem_invalid_credentials: "Die Adresse oder das Passwort ist falsch.",
  problem_invalid_login_token:
    "Die Anmeldung hat zu lange gedauert, wurde zu oft versucht, oder Ihr Konto hat sich inzwischen geändert. Melden Sie sich von vorn an.",
  problem_invalid_second_factor: "Das wurde nicht angenommen. Versuchen Sie es noch einmal.",
  problem_unauthenticated: "Sie sind nicht mehr angemeldet. Melden Sie sich noch einmal an.",
  problem_csrf_rejected: "Sie sind nicht mehr angemeldet. Melden Sie sich noch einmal an.",
  problem_forbidden: "Ihr Konto darf das nicht.",
  problem_signup_closed:
    "Hier kann niemand selbst ein Konto erstellen, oder nicht mit dieser Domain. Bitten Sie um eine Einladung.",
  problem_email_unverified: "Diese Adresse ist noch nicht bestätigt.",
  problem_reauthentication_required: "Weisen Sie zuerst nach, dass Sie es sind.",
  problem_second_factor_enrolment_required:
    "Dieser Dienst verlangt einen zweiten Schritt. Richten Sie zuerst einen ein.",
  problem_not_found: "Das ist nicht mehr da.",
  problem_email_taken: "Es gibt schon ein Konto mit dieser Adresse.",
  problem_email_already_verified: "Die Adresse ist schon bestätigt.",
  problem_factor_exists: "Es gibt schon eine Authenticator-App.",
  problem_passkey_exists: "Dieser Passkey wurde schon hinzugefügt.",
  problem_too_many_passkeys:
    "Sie haben so viele Passkeys, wie ein Konto haben kann. Entfernen Sie zuerst einen.",
  problem_last_credential:
    "Das ist der letzte Weg in Ihr Konto, deshalb bleibt er. Richten Sie zuerst einen anderen ein.",
  problem_last_admin:
    "Nur dieses Konto hat noch Verwaltungsrechte. Geben Sie zuerst einem anderen welche.",
  problem_return_not_allowed: "Die Seite, zu der es zurückgehen soll, kennt dieser Dienst nicht.",
  problem_provider_denied: "Nichts ist geschehen: Es wurde dort abgebrochen oder nicht erlaubt.",
  problem_provider_email_unverified:
    "Der Anbieter bestätigt nicht, dass Ihre Adresse Ihnen gehört.",
  problem_identity_collision: "Es gibt schon ein Konto mit dieser Adresse.",
  problem_identity_taken: "Es ist schon verknüpft, mit diesem Konto oder mit einem anderen.",
  problem_provider_unavailable: "Der Anbieter antwortet gerade nicht. Melden Sie sich anders an.",
  problem_rate_limited: "Das war zu oft. Nichts wurde geprüft, und nichts hat sich geändert.",
  problem_internal_error: "Auf dem Server ist etwas schiefgegangen. Versuchen Sie es noch einmal.",
  problem_overloaded: "Der Server ist überlastet. Nichts wurde geändert.",
  secondStepAsk: "Ihr Konto verlangt einen zweiten Schritt.",
  secondStepAskPasskey: "Ihr Konto verlangt einen zweiten Schritt: Ihren Passkey.",
  secondStepNone:
    "Ihr Konto verlangt einen Passkey, den dieser Browser nicht benutzen kann. Nehmen Sie einen anderen.",
  codeLabel: "Code",
  totpHint: "Die 6 Ziffern, die Ihre Authenticator-App jetzt zeigt.",
  totpWrong:
    "Dieser Code wurde nicht angenommen. Warten Sie auf den nächsten, und geben Sie ihn ein. Nach vielen falschen wird eine Zeit lang keiner angenommen.",
  totpUse: "Die Authenticator-App benutzen",
  recoveryLabel: "Wiederherstellungscode",
  recoveryHint:
    "Einer von denen, die Sie beim Einrichten des zweiten Schritts aufbewahrt haben: 24 Buchstaben und Ziffern.",
  recoveryWrong:
    "Dieser Wiederherstellungscode wurde nicht angenommen. Jeder gilt einmal: Versuchen Sie einen anderen. Nach vielen falschen wird eine Zeit lang keiner angenommen.",
  recoveryUse: "Einen Wiederherstellungscode benutzen",
  recoveryUseLost: "Gerät verloren? Einen Wiederherstellungscode benutzen",
  passkeyUse: "Einen Passkey benutzen",
  passkeyUseNow: "Den Passkey benutzen",
  passkeyWrong:
    "Dieser Passkey wurde nicht angenommen. Versuchen Sie es noch einmal, oder nehmen Sie einen anderen Weg.",
  lostAll: "Ich habe nichts mehr davon",
  lostAllText:
    "Dann helfen nur die Betreiber von {service}. Weisen Sie sich bei ihnen aus: Sie können Ihren zweiten Schritt entfernen lassen. Melden Sie sich danach noch einmal an.",
  passkey_cancelled:
    "Es wurde kein Passkey benutzt. Versuchen Sie es noch einmal, oder nehmen Sie einen anderen Weg.",
  passkey_unsupported:
    "Dieser Browser kann hier keine Passkeys benutzen. Nehmen Sie einen anderen Weg.",
  passkey_wrong_origin:
    "Passkeys dieses Dienstes gelten nicht unter dieser Adresse. Nehmen Sie einen anderen Weg.",
  passkey_already_registered:
    "Dieses Gerät hat schon einen Passkey Ihres Kontos. Nehmen Sie ein anderes Gerät.",
  passkey_browser_failed:
    "Der Browser konnte keinen Passkey benutzen. Versuchen Sie es noch einmal, oder nehmen Sie einen anderen Weg.",

  mailCodeLabel: "Code aus der E-Mail",
  mailCodeHint: "8 Ziffern, aus der neuesten E-Mail.",
  mailCodeSentToYou: "Eine E-Mail mit einem Code ist an Ihre Adresse unterwegs.",
  mailCodeWrong:
    "Dieser Code wurde nicht angenommen: Er ist falsch, verbraucht oder zu alt, oder eine spätere E-Mail ist an seine Stelle getreten.",
  mailAgain: "Noch eine E-Mail schicken",
  mailAgainIn: {
    one: "Noch eine E-Mail in {count} Sekunde",
    other: "Noch eine E-Mail in {count} Sekunden",
  },
  mailSentAgain: "Noch eine E-Mail ist unterwegs. Nur deren Code gilt jetzt.",

  providerContinue: "Weiter mit {name}",

  stepUpTitle: "Sind Sie es?",
  stepUpAsk: "Dafür müssen Sie noch einmal nachweisen, dass Sie es sind. Dann geschieht es.",
  stepUpConfirm: "Bestätigen",
  stepUpPassword: "Das Passwort benutzen",
  stepUpPasswordWrong: "Das ist nicht Ihr Passwort.",
  stepUpMail: "Mir einen Code per E-Mail schicken",
  stepUpNone:
    "Dafür ist Ihre Anmeldung zu lange her. Melden Sie sich noch einmal an, und versuchen Sie es dann wieder.",
  stepUpSignIn: "Noch einmal anmelden",
});
