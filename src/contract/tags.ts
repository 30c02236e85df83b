/** The groups of operations in the document and on `/docs`, in the order a person meets them. */
export const tags = {
  Accounts: "Sign up, and see your own account.",
  Sessions: "Log in and out with cookies, as browsers do.",
  Tokens: "Log in with access and refresh tokens, as programs do.",
  "Sign-in by mail": "Log in with a mailed code or link.",
  "Sign-in with a provider": "Log in with an account elsewhere, and link it to yours.",
  "E-mail address": "Prove an account's address, and change it.",
  "Second factors": "Authenticator app, recovery codes, and step-up.",
  Passkeys: "Add them, keep them, and sign in by them.",
  "Password reset": "Choose a new password by a mailed link.",
  Users: "Accounts, as administrators see them.",
  Audit: "What happened, for administrators.",
  Operations: "For whoever runs the server.",
  "Log events":
    "Lines of the server's log, one JSON object each on stdout. OpenAPI has only the name webhooks for them; nothing is ever sent over HTTP.",
} as const;

export type Tag = keyof typeof tags;
