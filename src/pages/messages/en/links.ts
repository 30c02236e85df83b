/** Words of the pages that mails and providers lead to. */
export const links = {
  incomplete:
    "This link is not complete, or this page was loaded again. Open the link in the mail again.",

  resetTitle: "Choose a new password",
  resetButton: "Set the password",
  resetDone: "Your password is set. You can sign in with it now.",
  resetOver: "This link is no longer good. Ask for a new one.",
  askAnew: "Ask for a new link",

  confirmTitle: "Create your account",
  confirmText:
    "Choose the password of your account. Only this one counts, also if one was typed when the account was asked for.",
  confirmButton: "Create the account",
  confirmDone: "Your account is ready. You can sign in as {email} now.",
  confirmOver:
    "This link is no longer good: it was used, it is too old, or another one has taken its place. If you have chosen a password by it, sign in. Otherwise sign up again, or ask for a new invitation.",

  emailTitle: "Your e-mail address",
  signedInAs: "Signed in as {email}.",
  signedOutHere:
    "You are not signed in in this browser. Open the link in the browser where you are, or type the code of the mail in the application. Or sign in here, in another tab, and press the button again.",
  verifyTitle: "Confirm your address",
  verifyText: "Press the button to confirm that the mail came to you.",
  verifyButton: "Confirm the address",
  verifyDone: "The address {email} is confirmed. There is nothing more to do.",
  verifyOver:
    "This link is no longer good here: it was used, it is too old, a later one has taken its place, or it is of another account than the one signed in. Ask for a new mail where you use your account.",
  changeTitle: "Change your address",
  changeText:
    "Your account gets the address that this mail came to. It is signed out everywhere but in this browser.",
  changeButton: "Change the address",
  changeDone:
    "The address of your account is {email} now. The old one got a mail about it, with a link to take the change back.",
  changeOver:
    "This link is no longer good here: it was used, it is too old, a later one has taken its place, or it is of another account than the one signed in. Look at the address of your account; if it is the old one, change it again there.",
  undoTitle: "Was it you?",
  undoText:
    "The address of your account was changed. If you did not do that, take it back: the account gets its old address again, it is signed out everywhere, and its password is void.",
  undoQuestion: "Did you change the address?",
  undoChoose: "Choose an answer",
  undoMissing: "Choose one of the two answers.",
  undoYes: "Yes, leave it as it is",
  undoNo: "No, take the change back",
  undoButton: "Send the answer",
  undoNothing: "Then there is nothing to do. Nothing was changed.",
  undoDone:
    "Your account has its old address again. It is signed out everywhere, and its password is void. Ask for a new password next, where you sign in.",
  undoOver:
    "This link is no longer good: the change was taken back already, or the link is too old. If you cannot get into your account, ask for a new password where you sign in, or turn to whoever runs this service.",

  mailTitle: "Sign in",
  mailText: "Did you ask for this in this browser?",
  mailElsewhere: "Did you ask on another device, or in another browser? Type this code there:",
  mailNotAsked: "If you did not ask for it, close this page, and give the code to nobody.",
  mailNotHere:
    "This browser did not ask to be signed in, or the link was used or is too old. Type the code of the mail where you asked. If it is refused there, ask for a new mail.",
  mailDone:
    "You are signed in as {email}. Go back to the page on which you asked, or load it again.",
  mailOff: "Nobody can sign in by mail here any more. Sign in with your password.",

  providerTitle: "Sign in with {name}",
  providerLinkTitle: "Link {name}",
  providerWaiting: "{name} has sent you back here. One moment.",
  signedIn: "You are signed in as {email}.",
  signedInAlready: "You are signed in as {email}. If you want to be somebody else, start again.",
  nowLinked: "{name} is linked to your account: it signs you in from now on.",
  nothingLeft:
    "Nothing is left here of what {name} answered: this page was loaded again, or its address is not complete. Start again, on the page on which you began.",
  end_denied:
    "Nothing was done: it was cancelled at {name}, or your account here may not sign in now. Start again, on the page on which you began.",
  end_invalid_answer:
    "The answer of {name} is not what it must be, so it was not believed. Start again. If it stays so, tell the people who run this service.",
  end_provider_unavailable:
    "{name} does not answer now. Wait a little and start again, or sign in another way.",
  end_provider_email_unverified:
    "{name} does not say that your address is yours, and no account here is linked to this sign-in. Confirm your address at {name}, and start again. If you have an account, sign in another way, and link {name} to it.",
  end_signup_closed:
    "No account here is linked to this sign-in, and none is made for it. If you have an account, sign in another way, and link {name} to it.",
  end_email_taken:
    "No account can be made with the address that {name} has for you. If you have an account, sign in another way, and link {name} to it.",
  end_identity_collision:
    "There is an account here with the address that {name} has for you. Sign in to it as you did before, and link {name} there. From then on {name} signs you in.",
  end_identity_taken:
    "This sign-in at {name} is linked to another account here, or your account is linked to another sign-in at {name}. Remove that link, and start again.",
  end_not_found: "Nobody can sign in with {name} here any more. Sign in another way.",
  end_invalid_challenge:
    "This did not begin in this browser, or it was used, or it is too old. Start again, on the page on which you began.",
  end_signed_out:
    "You are not signed in in this browser any more, so {name} was not linked. Sign in, and start again.",
  end_reauthentication_required:
    "You signed in too long ago to link {name}. Prove again who you are where you use your account, and start again there.",
  end_invalid_login_token:
    "The sign-in took too long, was tried too often, or your account has changed meanwhile. Start again, on the page on which you began.",
} as const;
