/** Words of `/sign-in` and `/sign-up`. */
export const signIn = {
  toContinue: "to continue to {host}",
  returnRefused:
    "The page that led you here wanted you to go on to a place that this service does not know. After signing in you come to your account instead.",
  or: "or",
  newHere: "New to {service}?",
  createAccount: "Create an account",
  forgottenLink: "Forgotten your password?",
  sendCode: "Send me a code by e-mail",

  wrongPassword: "The address or the password is wrong.",
  wrongPasswordAgain:
    "The address or the password is wrong. After many wrong tries an account takes no password for a quarter of an hour or longer, not even the right one. Then wait, or choose a new password by mail.",
  tooManySignIns: "There were too many sign-ins in a short time, so this one was not looked at.",

  word_expired:
    "The sign-in was not finished in time, was tried too often, or your account has changed meanwhile. Sign in again from the beginning.",
  word_reloaded: "Reloading the page ended your sign-in. Sign in again.",
  word_newAccount: "Your account is there. Sign in to it.",
  word_collision:
    "There is an account here with the address that your other sign-in has. Sign in to it as you did before; the two are linked then, and from then on either lets you in.",

  mailTitle: "Sign in by e-mail",
  mailAbout: "You get a code, which is good for ten minutes. No password is needed.",
  sendTheCode: "Send the code",
  haveCode: "I have a code already",
  newCode: "I have no code",
  otherWay: "Sign in another way",
  codeAboutAddress:
    "If {email} has an account here, a mail is on its way. Type its code, or open its link in this browser.",
  codeAbout: "Type the code of the mail, or open its link in this browser.",
  noMail: "No mail? Look among the spam too. An address gets a few mails an hour at most.",
  sendAgain: "Send another mail",
  sending: "Sending …",
  sendAgainIn: {
    one: "You can ask for another in {count} second.",
    other: "You can ask for another in {count} seconds.",
  },
  lookIntoMail: "Check your e-mail",

  forgottenTitle: "Choose a new password",
  forgottenAbout: "You get a mail with a link, on whose page you choose it.",
  sendLink: "Send the link",
  backToSignIn: "Back to sign-in",
  forgottenSent:
    "If {email} has an account here, a mail with a link is on its way. The link is good once, and not for long.",
  forgottenNext:
    "Choose the new password on the page that it opens, then sign in with it. You can close this page.",

  secondTitle: "One more step",

  alreadyTitle: "You are signed in",
  alreadyAbout: "as {email}, to {service}",
  goOnTo: "Go on to {host}",
  otherAccount: "Use another account",

  signedInTitle: "You are signed in",
  oneMoment: "One moment, you are led on.",
  recovered:
    "You used a recovery code, and it is spent. If you have lost your authenticator app or your passkey, put another in its place now, before the codes run out.",
  replaceApp: "Replace what I have lost",
  linked: "Your account is linked. From now on you can sign in either way.",
  notLinked:
    "Your other sign-in could not be linked to this account: it took too long, or belongs to another account. You can link it later, in your account.",

  enrolTitle: "Set up a second step",
  enrolAbout: "This service asks for more than a password. It takes a minute, and only this once.",
  enrolPasskey: "Add a passkey",
  enrolPasskeyAbout: "This device, a phone or a security key confirms that it is you.",
  enrolApp: "Use an authenticator app",
  enrolAppAbout: "An app on your phone shows a code to type when you sign in.",

  signUpTitle: "Create an account",
  haveAccount: "Have an account?",
  signUpClosed:
    "Nobody can create an account for {service} by themselves. Ask the people who run it for an invitation.",
  noAccountMade:
    "No account could be made with this address. If it is yours, you may have one: sign in, or choose a new password.",
  tooManySignUps: "There were too many new accounts from here in a short time.",
  agreeToBoth: "The {terms} apply. The {privacy} says what becomes of your data.",
  agreeToTerms: "The {terms} apply.",
  seePrivacy: "The {privacy} says what becomes of your data.",
  privacyNotice: "privacy notice",
  termsOfUse: "terms of use",
  proofAbout: "A mail is on its way to {email}. Type its code here to finish.",
  signUpReloaded:
    "The page was loaded again, and has forgotten what its code belongs to. The link of the mail is still good: open it, and choose a password there.",
  proofByLink: "Or open the link of the mail, on whichever device, and choose a password there.",
  enrolScan: "Scan the picture with the app, then type the code that it shows.",
  enrolConfirm: "Confirm the code",
  enrolOther: "Choose another way",
  enrolWrong:
    "This code was not taken. Wait for the next one, and see that the clock of your phone is right.",
  enrolTooLate: "This took too long. Choose another way, or this one again.",
  startOver: "Start over",
} as const;
