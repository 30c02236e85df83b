import type { links as schema } from "../en/links.ts";
import { translationOf } from "../scheme.ts";

export const links = translationOf<typeof schema>()({
  incomplete:
    "Dieser Link ist nicht vollständig, oder diese Seite wurde neu geladen. Öffnen Sie den Link in der E-Mail noch einmal.",

  resetTitle: "Neues Passwort wählen",
  resetButton: "Passwort festlegen",
  resetDone: "Ihr Passwort ist festgelegt. Sie können sich jetzt damit anmelden.",
  resetOver: "Dieser Link gilt nicht mehr. Fordern Sie einen neuen an.",
  askAnew: "Neuen Link anfordern",

  confirmTitle: "Ihr Konto erstellen",
  confirmText:
    "Wählen Sie das Passwort Ihres Kontos. Wurde vorher schon eines eingegeben, gilt es nicht.",
  confirmButton: "Konto erstellen",
  confirmDone: "Ihr Konto ist bereit. Sie können sich jetzt als {email} anmelden.",
  confirmOver:
    "Dieser Link gilt nicht mehr: Er wurde benutzt, er ist zu alt, oder ein anderer ist an seine Stelle getreten. Wenn Sie darüber ein Passwort gewählt haben, melden Sie sich an. Sonst erstellen Sie das Konto noch einmal, oder bitten Sie um eine neue Einladung.",

  emailTitle: "Ihre E-Mail-Adresse",
  signedInAs: "Angemeldet als {email}.",
  signedOutHere:
    "Sie sind in diesem Browser nicht angemeldet. Öffnen Sie den Link in dem Browser, in dem Sie es sind, oder geben Sie den Code der E-Mail in der Anwendung ein. Oder melden Sie sich hier an, in einem anderen Tab, und drücken Sie den Knopf noch einmal.",
  verifyTitle: "Adresse bestätigen",
  verifyText: "Bestätigen Sie, dass die E-Mail bei Ihnen angekommen ist.",
  verifyButton: "Adresse bestätigen",
  verifyDone: "Die Adresse {email} ist bestätigt. Mehr ist nicht zu tun.",
  verifyOver:
    "Dieser Link gilt hier nicht mehr: Er wurde benutzt, er ist zu alt, ein späterer ist an seine Stelle getreten, oder er gehört zu einem anderen Konto als dem angemeldeten. Fordern Sie dort, wo Sie Ihr Konto benutzen, eine neue E-Mail an.",
  changeTitle: "Adresse ändern",
  changeText:
    "Ihr Konto bekommt die Adresse, an die diese E-Mail ging. Es wird überall außer in diesem Browser abgemeldet.",
  changeButton: "Adresse ändern",
  changeDone:
    "Die Adresse Ihres Kontos ist jetzt {email}. Die alte hat eine E-Mail darüber bekommen, mit einem Link, der die Änderung zurücknimmt.",
  changeOver:
    "Dieser Link gilt hier nicht mehr: Er wurde benutzt, er ist zu alt, ein späterer ist an seine Stelle getreten, oder er gehört zu einem anderen Konto als dem angemeldeten. Sehen Sie nach der Adresse Ihres Kontos; wenn es die alte ist, ändern Sie sie dort noch einmal.",
  undoTitle: "Waren Sie das?",
  undoText:
    "Die Adresse Ihres Kontos wurde geändert. Wenn Sie das nicht waren, nehmen Sie es zurück: Das Konto bekommt seine alte Adresse wieder, es wird überall abgemeldet, und sein Passwort gilt nicht mehr.",
  undoQuestion: "Haben Sie die Adresse geändert?",
  undoChoose: "Wählen Sie eine Antwort",
  undoMissing: "Wählen Sie eine der beiden Antworten.",
  undoYes: "Ja, so lassen",
  undoNo: "Nein, die Änderung zurücknehmen",
  undoButton: "Antwort schicken",
  undoNothing: "Dann ist nichts zu tun. Nichts wurde geändert.",
  undoDone:
    "Ihr Konto hat seine alte Adresse wieder. Es ist überall abgemeldet, und sein Passwort gilt nicht mehr. Fordern Sie als Nächstes ein neues Passwort an, dort, wo Sie sich anmelden.",
  undoOver:
    "Dieser Link gilt nicht mehr: Die Änderung wurde schon zurückgenommen, oder der Link ist zu alt. Wenn Sie nicht in Ihr Konto kommen, fordern Sie dort, wo Sie sich anmelden, ein neues Passwort an, oder wenden Sie sich an die Betreiber dieses Dienstes.",

  mailTitle: "Anmelden",
  mailText: "Haben Sie das in diesem Browser angefordert?",
  mailElsewhere:
    "Haben Sie es auf einem anderen Gerät oder in einem anderen Browser angefordert? Geben Sie diesen Code dort ein:",
  mailNotAsked:
    "Wenn Sie es nicht angefordert haben, schließen Sie diese Seite, und geben Sie den Code niemandem.",
  mailNotHere:
    "Dieser Browser hat keine Anmeldung angefordert, oder der Link wurde benutzt oder ist zu alt. Geben Sie den Code der E-Mail dort ein, wo Sie sie angefordert haben. Wenn er dort abgelehnt wird, fordern Sie eine neue E-Mail an.",
  mailDone:
    "Sie sind als {email} angemeldet. Gehen Sie zurück zu der Seite, auf der Sie es angefordert haben, oder laden Sie sie neu.",
  mailOff:
    "Hier kann sich niemand mehr per E-Mail anmelden. Melden Sie sich mit Ihrem Passwort an.",

  providerTitle: "Mit {name} anmelden",
  providerLinkTitle: "{name} verknüpfen",
  providerWaiting: "{name} hat Sie hierher zurückgeschickt. Einen Moment.",
  signedIn: "Sie sind als {email} angemeldet.",
  signedInAlready:
    "Sie sind als {email} angemeldet. Wenn Sie jemand anders sein wollen, beginnen Sie von vorn.",
  nowLinked: "{name} ist mit Ihrem Konto verknüpft und meldet Sie von jetzt an an.",
  nothingLeft:
    "Von der Antwort von {name} ist hier nichts mehr da: Diese Seite wurde neu geladen, oder ihre Adresse ist nicht vollständig. Beginnen Sie von vorn, auf der Seite, auf der Sie begonnen haben.",
  end_denied:
    "Nichts ist geschehen: Es wurde bei {name} abgebrochen, oder Ihr Konto darf sich hier gerade nicht anmelden. Beginnen Sie von vorn, auf der Seite, auf der Sie begonnen haben.",
  end_invalid_answer:
    "Die Antwort von {name} ist nicht so, wie sie sein muss, und wurde deshalb nicht geglaubt. Beginnen Sie von vorn. Wenn es so bleibt, sagen Sie es den Betreibern dieses Dienstes.",
  end_provider_unavailable:
    "{name} antwortet gerade nicht. Warten Sie ein wenig und beginnen Sie von vorn, oder melden Sie sich anders an.",
  end_provider_email_unverified:
    "{name} bestätigt nicht, dass Ihre Adresse Ihnen gehört, und kein Konto hier ist mit dieser Anmeldung verknüpft. Bestätigen Sie die Adresse bei {name}, und beginnen Sie von vorn. Wenn Sie ein Konto haben, melden Sie sich anders an, und verknüpfen Sie {name} damit.",
  end_signup_closed:
    "Kein Konto hier ist mit dieser Anmeldung verknüpft, und es wird auch keines dafür erstellt. Wenn Sie ein Konto haben, melden Sie sich anders an, und verknüpfen Sie {name} damit.",
  end_email_taken:
    "Mit der Adresse, die {name} von Ihnen hat, lässt sich kein Konto erstellen. Wenn Sie ein Konto haben, melden Sie sich anders an, und verknüpfen Sie {name} damit.",
  end_identity_collision:
    "Es gibt hier ein Konto mit der Adresse, die {name} von Ihnen hat. Melden Sie sich dort an wie bisher, und verknüpfen Sie dort {name}. Von da an meldet {name} Sie an.",
  end_identity_taken:
    "Diese Anmeldung bei {name} ist hier mit einem anderen Konto verknüpft, oder Ihr Konto mit einer anderen Anmeldung bei {name}. Lösen Sie diese Verknüpfung, und beginnen Sie von vorn.",
  end_not_found: "Mit {name} kann sich hier niemand mehr anmelden. Melden Sie sich anders an.",
  end_invalid_challenge:
    "Das hat nicht in diesem Browser begonnen, oder es wurde benutzt, oder es ist zu alt. Beginnen Sie von vorn, auf der Seite, auf der Sie begonnen haben.",
  end_signed_out:
    "Sie sind in diesem Browser nicht mehr angemeldet, deshalb wurde {name} nicht verknüpft. Melden Sie sich an, und beginnen Sie von vorn.",
  end_reauthentication_required:
    "Ihre Anmeldung ist zu lange her, um {name} zu verknüpfen. Weisen Sie dort, wo Sie Ihr Konto benutzen, noch einmal nach, wer Sie sind, und beginnen Sie dort von vorn.",
  end_invalid_login_token:
    "Die Anmeldung hat zu lange gedauert, wurde zu oft versucht, oder Ihr Konto hat sich inzwischen geändert. Beginnen Sie von vorn, auf der Seite, auf der Sie begonnen haben.",
});
