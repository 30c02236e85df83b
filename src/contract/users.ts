import { z } from "zod";
import { exampleUser, User } from "./accounts.ts";
import { operation } from "./operation.ts";
import { admin, csrfHeaders } from "./security.ts";
import { nullable } from "./event-shape.ts";
import { exampleSessionInfo, SessionInfo } from "./sessions.ts";
import { Email, EmailPrefix } from "./addresses.ts";
import { Id, Instant, Locale, page, pageQuery, QueryBoolean, Role } from "./values.ts";

const exampleDetails = {
  ...exampleUser,
  lockedUntil: null,
  lastLoginAt: "2026-11-23T10:07:00.000Z",
} as const;

/** Owners are not shown these: a stolen session would learn from them how far a guessing of its password is. */
const UserDetails = z
  .strictObject({
    ...User.shape,
    lockedUntil: nullable(Instant).meta({
      description: "When the lock ends that too many wrong passwords began; null where none is on.",
    }),
    lastLoginAt: nullable(Instant).meta({
      description: "When a session was last begun, by cookie or by token; null before the first.",
    }),
  })
  .meta({
    id: "UserDetails",
    description: "An account, as administrators see it.",
    examples: [exampleDetails],
  });

/** Longer than any name. UTF-16 units. */
const SEARCH_MAX_LENGTH = 100;
/** Accounts that one page of a search looks at. */
export const SEARCHED_MAX = 10_000;
/** Without flags and lookahead, which readers of the document need not know. */
const SEARCH = /^[^\x00-\x1F\x7F]+$/;

const UserSearch = z
  .string()
  .min(1)
  .max(SEARCH_MAX_LENGTH)
  .regex(SEARCH, { error: "Must be one line of characters" })
  .meta({
    pattern: SEARCH.source,
    description: `Only accounts whose name or address has this in it, in small letters or capitals. One page looks at ${SEARCHED_MAX} accounts at the most, so it may have fewer than \`limit\`, or none, and a next one all the same.`,
    examples: ["ada"],
  });

const UserPage = page("UserPage", UserDetails, exampleDetails);
const userParams = z.strictObject({ userId: Id });

export const listUsers = operation({
  operationId: "listUsers",
  method: "GET",
  path: "/users",
  tags: ["Users"],
  summary: "List accounts",
  description:
    "All accounts, oldest first, a page at a time; with `locked=true` those whose lock ends last come first. Filters narrow the list; all must match.",
  security: admin,
  request: {
    query: z.strictObject({
      ...pageQuery,
      email: EmailPrefix.optional(),
      q: UserSearch.optional(),
      role: Role.optional().meta({
        description: "Only accounts with this role.",
        examples: ["user"],
      }),
      disabled: QueryBoolean.optional().meta({
        type: "boolean",
        description: "Only disabled accounts, or only enabled ones.",
        examples: [false],
      }),
      emailVerified: QueryBoolean.optional().meta({
        type: "boolean",
        description: "Only accounts whose address is proved, or only those whose address is not.",
        examples: [true],
      }),
      locked: QueryBoolean.optional().meta({
        type: "boolean",
        description: "Only accounts with a lock on, or only those without.",
        examples: [true],
      }),
    }),
  },
  responses: { 200: { description: "A page of accounts.", body: UserPage } },
  problems: [],
  events: [],
});

export const getUser = operation({
  operationId: "getUser",
  method: "GET",
  path: "/users/{userId}",
  tags: ["Users"],
  summary: "Read an account",
  description: "One account, by its id.",
  security: admin,
  request: { params: userParams },
  responses: { 200: { description: "The account.", body: UserDetails } },
  problems: ["not_found"],
  events: [],
});

const UpdateUserInput = z
  .strictObject({
    role: Role.optional(),
    disabled: z.boolean().optional().meta({ description: "True ends everything the account has." }),
    emailVerified: z.literal(true).optional().meta({
      description: "You know that the address is the person's, as if they had proved it.",
    }),
  })
  .meta({
    id: "UpdateUserInput",
    description: "What is to change. What is left out stays.",
    examples: [{ disabled: true }],
  });

export const updateUser = operation({
  operationId: "updateUser",
  method: "PATCH",
  path: "/users/{userId}",
  tags: ["Users"],
  recent: { bodyHas: "role" },
  summary: "Change an account",
  description:
    "Changes the role, disables or enables the account, or vouches for its address. All hold at once. The last enabled administrator can be neither demoted nor disabled. Nobody becomes an administrator by an address that nobody has proved: vouch for it with `emailVerified: true` in the same request, if you know that it is theirs. A change of the role needs recent authentication.",
  security: admin,
  request: { params: userParams, headers: csrfHeaders, body: UpdateUserInput },
  responses: { 200: { description: "The account as it is now.", body: UserDetails } },
  problems: ["not_found", "last_admin", "email_unverified"],
  events: ["user_updated", "session_revoked", "email_verified"],
});

const InviteUserInput = z
  .strictObject({ email: Email, role: Role.optional(), locale: Locale.optional() })
  .meta({
    id: "InviteUserInput",
    description: "Whom to invite, as what, and the language of the mail.",
    examples: [{ email: "ada@example.com", role: "user", locale: "en" }],
  });

export const inviteUser = operation({
  operationId: "inviteUser",
  method: "POST",
  path: "/users",
  tags: ["Users"],
  summary: "Invite somebody",
  description:
    "Mails a link to the address. Whoever opens it chooses a password, and `confirmSignup` makes the account, its address proved. Also where `SIGNUP` is `closed`. Asked again, an invitation ends the one before.",
  security: admin,
  recent: true,
  request: { headers: csrfHeaders, body: InviteUserInput },
  responses: { 202: { description: "The invitation is on its way." } },
  problems: ["email_taken"],
  events: ["user_invited"],
});

export const unlockUser = operation({
  operationId: "unlockUser",
  method: "POST",
  path: "/users/{userId}/unlock",
  tags: ["Users"],
  summary: "Unlock an account",
  description:
    "Ends the lock that too many wrong passwords began, and forgets them and the logins counted for its address. An account that is not locked stays as it is.",
  security: admin,
  request: { params: userParams, headers: csrfHeaders },
  responses: { 204: { description: "The account is not locked." } },
  problems: ["not_found"],
  events: ["user_unlocked"],
});

/** Without `current`: the list is another person's. */
const { current: _current, ...exampleUserSession } = exampleSessionInfo;
const UserSession = SessionInfo.omit({ current: true }).meta({
  id: "UserSession",
  description: "One of an account's logins.",
  examples: [exampleUserSession],
});

export const listUserSessions = operation({
  operationId: "listUserSessions",
  method: "GET",
  path: "/users/{userId}/sessions",
  tags: ["Users"],
  summary: "List an account's sessions",
  description:
    "Where the account is logged in, oldest first, a page at a time, cookies and tokens alike. Dead sessions are not listed.",
  security: admin,
  request: { params: userParams, query: z.strictObject(pageQuery) },
  responses: {
    200: {
      description: "A page of its sessions.",
      body: page("UserSessionPage", UserSession, exampleUserSession),
    },
  },
  problems: ["not_found"],
  events: [],
});

export const revokeUserSession = operation({
  operationId: "revokeUserSession",
  method: "DELETE",
  path: "/users/{userId}/sessions/{sessionId}",
  tags: ["Users"],
  summary: "End one of an account's sessions",
  description: "It is dead at once, with its tokens.",
  security: admin,
  request: {
    params: z.strictObject({ ...userParams.shape, sessionId: Id }),
    headers: csrfHeaders,
  },
  responses: { 204: { description: "The session has ended." } },
  problems: ["not_found"],
  events: ["session_revoked"],
});

export const revokeUserSessions = operation({
  operationId: "revokeUserSessions",
  method: "DELETE",
  path: "/users/{userId}/sessions",
  tags: ["Users"],
  summary: "End an account's sessions",
  description: "Every session and token of the account ends at once.",
  security: admin,
  request: { params: userParams, headers: csrfHeaders },
  responses: { 204: { description: "They have ended." } },
  problems: ["not_found"],
  events: ["user_sessions_revoked", "session_revoked"],
});

export const deleteUser = operation({
  operationId: "deleteUser",
  method: "DELETE",
  path: "/users/{userId}",
  tags: ["Users"],
  summary: "Delete an account",
  description:
    "Deletes the account and ends everything it has. The last enabled administrator cannot be deleted.",
  security: admin,
  recent: true,
  request: { params: userParams, headers: csrfHeaders },
  responses: { 204: { description: "The account is gone." } },
  problems: ["not_found", "last_admin"],
  events: ["user_deleted"],
});
