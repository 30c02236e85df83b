/** `/`. The server writes it. */
export const home = {
  what: "This is where accounts are kept: people sign in here, and applications by the API.",
  whatHeadless:
    "This is an authentication server. Applications sign people up and in here, by its API; there is no page to sign in on.",
  cutOff: "If a link in a mail brought you here, it was cut off: open the whole link again.",
  signUp: "Create an account",
  more: "More",
  console: "Console",
  consoleAbout: "For administrators: users, events, keys and settings.",
  docs: "API documentation",
  docsAbout: "Every operation, to read and to try.",
  document: "OpenAPI document",
  documentAbout: "The same for programs.",
  problems: "Problems",
  problemsAbout: "What each refusal means, and what to do.",
  health: "Health",
  healthAbout: "Is the process up?",
  readiness: "Readiness",
  readinessAbout: "Can it serve?",
} as const;
