/** Files that pages are made of, by their path in `src/pages`. The process reads them once, when it starts. */
export const pageSourceNames = [
  "browser/application.html",
  "browser/confirm.html",
  "browser/docs.html",
  "browser/email.html",
  "browser/home-docs.html",
  "browser/home.css",
  "browser/home.html",
  "browser/link-frame.html",
  "browser/link.css",
  "browser/look.css",
  "browser/mail-login-code.html",
  "browser/mail-login.html",
  "browser/password-field.html",
  "browser/problem-index.html",
  "browser/problem-row.html",
  "browser/problems.css",
  "browser/problems.html",
  "browser/provider-onward.html",
  "browser/provider.html",
  "browser/reset.html",
  "browser/second-step-form.html",
  "built/confirm.js",
  "built/email.js",
  "built/mail-login.js",
  "built/provider.js",
  "built/reset.js",
] as const;

/** The text of each file. */
export type PageSources = Readonly<Record<(typeof pageSourceNames)[number], string>>;
