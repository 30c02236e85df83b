/** The auth server, as this server reaches it. Its PUBLIC_URL is that of these pages, with `/auth`. */
export const AUTH_URL = process.env["AUTH_URL"] ?? "http://localhost:3000/auth";
