import { z } from "zod";
import { exampleUser, User } from "./accounts.ts";
import { pendingAnswer } from "./login-pending.ts";
import { operation } from "./operation.ts";
import { csrfHeaders, open, sessionIfAny, sessionOrBearer } from "./security.ts";
import { Email } from "./addresses.ts";
import { Id, Instant, opaqueSecret, page, pageQuery, Password } from "./values.ts";

/** The request body of both ways to log in. */
export const Credentials = z.strictObject({ email: Email, password: Password }).meta({
  id: "Credentials",
  description: "What a login asks for.",
  examples: [{ email: "ada@example.com", password: "correct horse battery staple" }],
});

/** The limits of both ways to log in, which share one count (LG-07). */
export const loginLimits = ["login_ip", "login_email"] as const;

export const Session = z
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
    "Starts a session and sets three cookies: `__Host-session` (HttpOnly), `__Host-csrf` (the CSRF proof, readable by scripts) and `__Host-device` (HttpOnly), which signs nobody in, but lets a browser that has logged in before through a lock. A session the request came with ends. An account with a second factor gets neither: 202, and `finishLogin` is next. Unknown address, wrong password, locked and disabled account are answered alike.",
  security: open,
  request: { body: Credentials },
  responses: {
    200: {
      description: "You are logged in.",
      body: Session,
      headers: { "set-cookie": "The session cookie, the CSRF cookie and the device cookie." },
    },
    202: pendingAnswer,
  },
  problems: ["invalid_credentials"],
  events: ["login_success", "login_pending", "login_failed", "login_locked", "session_revoked"],
  limits: loginLimits,
  learns: "csrfToken",
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
  learns: "signedOut",
});

export const exampleSessionInfo = {
  id: "01936f2e-8c00-7b3a-9d51-2f6f0a6c1e44",
  kind: "cookie",
  current: true,
  createdAt: "2026-11-23T10:06:00.000Z",
  lastSeenAt: "2026-11-23T10:07:00.000Z",
  expiresAt: "2026-11-24T10:06:00.000Z",
  ip: "203.0.113.7",
  userAgent: "Mozilla/5.0",
} as const;

/** A login, without anything it could be taken over by. */
export const SessionInfo = z
  .strictObject({
    id: Id,
    kind: z.enum(["cookie", "token"]).meta({ description: "How it is carried." }),
    current: z.boolean().meta({ description: "Whether this request was made with it." }),
    createdAt: Instant,
    lastSeenAt: Instant.meta({ description: "To the minute or so." }),
    expiresAt: Instant.meta({ description: "When it ends, whatever is done with it." }),
    ip: z.string().max(45).meta({ description: "Where the login came from." }),
    userAgent: z
      .union([z.string().max(256), z.null()])
      .meta({ description: "What the client called itself." }),
  })
  .meta({ id: "SessionInfo", description: "One of your logins.", examples: [exampleSessionInfo] });

const SessionInfoPage = page("SessionInfoPage", SessionInfo, exampleSessionInfo);

export const listMySessions = operation({
  operationId: "listMySessions",
  method: "GET",
  path: "/me/sessions",
  tags: ["Sessions"],
  summary: "List your sessions",
  description:
    "Where you are logged in, oldest first, cookies and tokens alike. Dead sessions are not listed.",
  security: sessionOrBearer,
  request: { query: z.strictObject(pageQuery) },
  responses: { 200: { description: "A page of your sessions.", body: SessionInfoPage } },
  problems: [],
  events: [],
});

export const revokeMySession = operation({
  operationId: "revokeMySession",
  method: "DELETE",
  path: "/me/sessions/{sessionId}",
  tags: ["Sessions"],
  summary: "End one of your sessions",
  description:
    "It is dead at once, with its tokens. Somebody else's session looks like one that does not exist.",
  security: sessionOrBearer,
  request: { params: z.strictObject({ sessionId: Id }), headers: csrfHeaders },
  responses: { 204: { description: "The session has ended." } },
  problems: ["not_found"],
  events: ["session_revoked"],
});

export const revokeMyOtherSessions = operation({
  operationId: "revokeMyOtherSessions",
  method: "DELETE",
  path: "/me/sessions",
  tags: ["Sessions"],
  summary: "End all your other sessions",
  description: "All but the one that asks.",
  security: sessionOrBearer,
  request: { headers: csrfHeaders },
  responses: { 204: { description: "The others have ended." } },
  problems: [],
  events: ["session_revoked"],
});
