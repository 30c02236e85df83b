import type { signIn as schema } from "../en/sign-in.ts";
import { translationOf } from "../scheme.ts";

export const signIn = translationOf<typeof schema>()({
  toContinue: "und weiter zu {host}",
  returnRefused:
    "Die Seite, von der Sie kommen, wollte Sie an einen Ort führen, den dieser Dienst nicht kennt. Nach der Anmeldung kommen Sie stattdessen zu Ihrem Konto.",
  or: "oder",
  newHere: "Neu bei {service}?",
  createAccount: "Konto erstellen",
  forgottenLink: "Passwort vergessen?",
  sendCode: "Code per E-Mail schicken",

  wrongPassword: "Die Adresse oder das Passwort stimmt nicht.",
  wrongPasswordAgain:
    "Die Adresse oder das Passwort stimmt nicht. Nach vielen falschen Versuchen nimmt ein Konto eine Viertelstunde oder länger kein Passwort an, auch nicht das richtige. Warten Sie dann, oder wählen Sie per E-Mail ein neues Passwort.",
  tooManySignIns: "Es gab in kurzer Zeit zu viele Versuche, deshalb wurde dieser nicht geprüft.",

  word_expired:
    "Die Anmeldung wurde nicht rechtzeitig beendet, zu oft versucht, oder Ihr Konto hat sich inzwischen geändert. Melden Sie sich noch einmal von vorn an.",
  word_reloaded:
    "Das Neuladen der Seite hat Ihre Anmeldung abgebrochen. Melden Sie sich noch einmal an.",
  word_newAccount: "Ihr Konto ist eingerichtet. Melden Sie sich an.",
  word_collision:
    "Es gibt hier ein Konto mit der Adresse Ihrer anderen Anmeldung. Melden Sie sich dort an wie bisher; dann werden beide verknüpft, und Sie können künftig beide benutzen.",

  mailTitle: "Per E-Mail anmelden",
  mailAbout: "Sie erhalten einen Code, der zehn Minuten gilt. Ein Passwort brauchen Sie nicht.",
  sendTheCode: "Code schicken",
  haveCode: "Ich habe schon einen Code",
  newCode: "Ich habe keinen Code",
  otherWay: "Anders anmelden",
  codeAboutAddress:
    "Wenn {email} hier ein Konto hat, ist eine E-Mail unterwegs. Geben Sie den Code ein, oder öffnen Sie den Link in diesem Browser.",
  codeAbout: "Geben Sie den Code aus der E-Mail ein, oder öffnen Sie den Link in diesem Browser.",
  noMail:
    "Keine E-Mail? Sehen Sie auch im Spam nach. Eine Adresse erhält nur wenige E-Mails in der Stunde.",
  sendAgain: "Noch eine E-Mail schicken",
  sending: "Wird geschickt …",
  sendAgainIn: {
    one: "In {count} Sekunde können Sie noch eine anfordern.",
    other: "In {count} Sekunden können Sie noch eine anfordern.",
  },
  lookIntoMail: "Sehen Sie in Ihr Postfach",

  forgottenTitle: "Neues Passwort wählen",
  forgottenAbout: "Sie wählen es auf der Seite, die der Link in unserer E-Mail öffnet.",
  sendLink: "Link schicken",
  backToSignIn: "Zurück zur Anmeldung",
  forgottenSent:
    "Wenn {email} hier ein Konto hat, ist eine E-Mail mit einem Link unterwegs. Der Link gilt einmal, und nicht lange.",
  forgottenNext:
    "Wählen Sie das neue Passwort auf der Seite, die er öffnet, und melden Sie sich damit an. Diese Seite können Sie schließen.",

  secondTitle: "Noch ein Schritt",

  alreadyTitle: "Sie sind angemeldet",
  alreadyAbout: "als {email}, bei {service}",
  goOnTo: "Weiter zu {host}",
  otherAccount: "Anderes Konto benutzen",

  signedInTitle: "Sie sind angemeldet",
  oneMoment: "Einen Moment, es geht gleich weiter.",
  recovered:
    "Sie haben einen Wiederherstellungscode benutzt, er ist nun verbraucht. Wenn Sie Ihre Authenticator-App oder Ihren Passkey verloren haben, ersetzen Sie das jetzt, bevor die Codes ausgehen.",
  replaceApp: "Verlorenes ersetzen",
  linked: "Ihr Konto ist verknüpft. Künftig können Sie sich auf beide Arten anmelden.",
  notLinked:
    "Ihre andere Anmeldung konnte nicht mit diesem Konto verknüpft werden: Es hat zu lange gedauert, oder sie gehört zu einem anderen Konto. Sie können sie später in Ihrem Konto verknüpfen.",

  enrolTitle: "Zweiten Schritt einrichten",
  enrolAbout:
    "Dieser Dienst verlangt mehr als ein Passwort. Das dauert eine Minute, und nur dieses eine Mal.",
  enrolPasskey: "Passkey hinzufügen",
  enrolPasskeyAbout:
    "Dieses Gerät, ein Handy oder ein Sicherheitsschlüssel bestätigt, dass Sie es sind.",
  enrolApp: "Authenticator-App benutzen",
  enrolAppAbout: "Eine App auf Ihrem Handy zeigt einen Code, den Sie beim Anmelden eingeben.",

  signUpTitle: "Konto erstellen",
  haveAccount: "Schon ein Konto?",
  signUpClosed:
    "Für {service} kann niemand selbst ein Konto erstellen. Bitten Sie die Betreiber um eine Einladung.",
  noAccountMade:
    "Mit dieser Adresse konnte kein Konto erstellt werden. Wenn sie Ihnen gehört, haben Sie vielleicht eines: Melden Sie sich an, oder wählen Sie ein neues Passwort.",
  tooManySignUps: "Von hier kamen in kurzer Zeit zu viele neue Konten.",
  agreeToBoth: "Es gelten die {terms}. Was mit Ihren Daten geschieht, sagt die {privacy}.",
  agreeToTerms: "Es gelten die {terms}.",
  seePrivacy: "Was mit Ihren Daten geschieht, sagt die {privacy}.",
  privacyNotice: "Datenschutzerklärung",
  termsOfUse: "Nutzungsbedingungen",
  proofAbout:
    "Eine E-Mail an {email} ist unterwegs. Geben Sie hier den Code ein, dann ist Ihr Konto eingerichtet.",
  signUpReloaded:
    "Die Seite wurde neu geladen und weiß nicht mehr, wozu der Code gehört. Der Link der E-Mail gilt noch: Öffnen Sie ihn, und wählen Sie dort ein Passwort.",
  proofByLink:
    "Oder öffnen Sie den Link der E-Mail auf einem beliebigen Gerät, und wählen Sie dort ein Passwort.",
  enrolScan: "Scannen Sie das Bild mit der App, und geben Sie den Code ein, den sie zeigt.",
  enrolConfirm: "Code bestätigen",
  enrolOther: "Etwas anderes wählen",
  enrolWrong:
    "Dieser Code wurde nicht angenommen. Warten Sie auf den nächsten, und prüfen Sie, ob die Uhr Ihres Handys stimmt.",
  enrolTooLate:
    "Das hat zu lange gedauert. Wählen Sie etwas anderes, oder beginnen Sie hiermit noch einmal.",
  startOver: "Von vorn beginnen",
});
