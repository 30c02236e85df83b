import { z } from "zod";
import { exampleUser, User } from "./accounts.ts";
import { operation } from "./operation.ts";
import { csrfHeaders, open, sessionIfAny } from "./security.ts";
import { Email, Instant, opaqueSecret, Password } from "./values.ts";

/** What both ways to log in ask for. */
export const Credentials = z.strictObject({ email: Email, password: Password }).meta({
  id: "Credentials",
  description: "What a login asks for.",
  examples: [{ email: "ada@example.com", password: "correct horse battery staple" }],
});

const Session = z
  .strictObject({
    user: User,
    csrfToken: opaqueSecret(
      "Send it as `x-csrf-token` with every change you make by cookie. It dies with the session.",
      "6Zk0mE3yq1sJm1n0b8m0Yv8wqk3V1d5H8pJ3xk2b9cA",
    ),
    expiresAt: Instant.meta({
      description: "When the session ends, whatever you do.",
      examples: ["2026-11-24T10:06:00.000Z"],
    }),
  })
  .meta({
    id: "Session",
    description: "A fresh cookie session.",
    examples: [
      {
        user: exampleUser,
        csrfToken: "6Zk0mE3yq1sJm1n0b8m0Yv8wqk3V1d5H8pJ3xk2b9cA",
        expiresAt: "2026-11-24T10:06:00.000Z",
      },
    ],
  });

export const login = operation({
  operationId: "login",
  method: "POST",
  path: "/login",
  tags: ["Sessions"],
  summary: "Log in with cookies",
  description:
    "Starts a session and sets two cookies: `__Host-session` (HttpOnly) and `__Host-csrf` (the CSRF proof, readable by scripts). A session the request came with ends. Unknown address, wrong password and disabled account are answered alike.",
  security: open,
  request: { body: Credentials },
  responses: {
    200: {
      description: "You are logged in.",
      body: Session,
      headers: { "set-cookie": "The session cookie and the CSRF cookie." },
    },
  },
  problems: ["invalid_credentials"],
  events: ["login_success", "login_failed", "session_revoked"],
});

export const logout = operation({
  operationId: "logout",
  method: "POST",
  path: "/logout",
  tags: ["Sessions"],
  summary: "Log out",
  description:
    "Ends the session on the server and clears its cookies. With no session, or a dead one, the answer is the same.",
  security: sessionIfAny,
  request: { headers: csrfHeaders },
  responses: {
    204: {
      description: "You are logged out.",
      headers: { "set-cookie": "Clears the cookies of the session." },
    },
  },
  problems: [],
  events: ["logout"],
});
