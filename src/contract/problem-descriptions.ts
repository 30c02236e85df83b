/** The catalogue of problems: each code with its status and its words. */
import { z } from "zod";
import { ReauthenticationMethod, reauthenticationMethods } from "./auth-methods.ts";
import { passwordBounds, WeakPasswordReason } from "./password-policy.ts";
import { PASSKEYS_MAX } from "./bounds.ts";
import type { ProblemDescription } from "./problem-description.ts";
import { providerProblems } from "./provider-problems.ts";
import { issues, retryAfterSeconds, SentOrigin } from "./problem-fields.ts";
import { PASSWORD_MAX_CODE_POINTS, PASSWORD_MIN_DEFAULT_CODE_POINTS } from "./values.ts";

export const descriptions = {
  invalid_json: {
    status: 400,
    title: "The body is not JSON",
    detail: "The request body could not be parsed as JSON.",
    why: "Something in it ends JSON early, or it is empty, cut off, or not in UTF-8.",
    remedy: "Send one JSON object, in UTF-8, and check it with any JSON parser first.",
  },
  validation_failed: {
    status: 400,
    title: "The request does not match its schema",
    detail: "One or more parts of the request do not match what the operation accepts.",
    why: "A value is missing, of another type or outside its bounds, or the request has a property that the operation does not know.",
    remedy:
      "Read `issues`: each names the part, the path and the rule. Unknown properties are refused.",
    fields: { issues },
    exampleFields: {
      issues: [
        {
          part: "body",
          path: ["email"],
          message: "Must be an e-mail address",
          code: "invalid_format",
        },
      ],
    },
  },
  weak_password: {
    status: 400,
    title: "The password is too weak",
    detail: "The password policy refuses this password. `reasons` says why.",
    why: "It is too short or too long, among the passwords that are tried first, easy to guess, or made mostly of the account's address.",
    remedy:
      "Choose another: `minLength` to `maxLength` characters, such as four or five words that do not belong together. `getPasswordPolicy` has a sentence for each reason.",
    fields: {
      reasons: z.array(WeakPasswordReason).min(1).max(WeakPasswordReason.options.length),
      ...passwordBounds,
    },
    exampleFields: {
      reasons: ["too_short"],
      minLength: PASSWORD_MIN_DEFAULT_CODE_POINTS,
      maxLength: PASSWORD_MAX_CODE_POINTS,
    },
  },
  invalid_reset_token: {
    status: 400,
    title: "The reset token is not valid",
    detail: "The token is unknown, used, expired, or a later one has taken its place.",
    why: "Each mail has a token of its own, which is good once and for half an hour by default; a new mail ends the one before.",
    remedy: "Ask for a new password again, and use the link of the latest mail.",
  },
  invalid_challenge: {
    status: 400,
    title: "The code or link is not good",
    detail: "It is unknown, wrong, used, expired, or a later one has taken its place.",
    why: "Each mail has a code and a link of its own, good once and for a short time; a new mail ends the one before, and so do five tries. A code is good only for whoever asked for it, and a link to prove an address only for the account it was sent for. The answer is the same whatever the cause.",
    remedy: "Use the latest mail, where you asked for it; or ask for a new one.",
  },
  invalid_passkey: {
    status: 400,
    title: "The passkey is not good",
    detail: "It is unknown, wrong, made for another site, or its ceremony has ended.",
    why: "A passkey is good for one site, and each ceremony for one answer within five minutes. A passkey that signs in must have verified its user, by PIN, finger or face. A locked or disabled account is answered alike.",
    remedy: "Begin again. If that does not help, sign in another way.",
  },
  invalid_credentials: {
    status: 401,
    title: "Login failed",
    detail: "The e-mail address and password do not let you in.",
    why: "The address or the password is wrong, or the account is locked or disabled. The answer is the same whatever the cause, so that nobody can probe accounts.",
    remedy:
      "Check both. If they are right, wait a quarter of an hour, or choose a new password by mail.",
  },
  invalid_refresh_token: {
    status: 401,
    title: "The refresh token is not valid",
    detail: "The refresh token is unknown, expired, revoked, or was used before.",
    why: "Each refresh token is good once. When an old one comes back, somebody may have a copy, and its session ends.",
    remedy:
      "Log in again. If nobody but you could have used the token, change the password as well.",
  },
  invalid_login_token: {
    status: 401,
    title: "The sign-in cannot be finished",
    detail: "The login token is unknown, used, expired, or the account has changed meanwhile.",
    why: "A sign-in that was begun must be finished within five minutes, once. A change of password, a lock or a disabling ends it.",
    remedy: "Sign in again from the beginning.",
  },
  invalid_second_factor: {
    status: 401,
    title: "The second factor is not right",
    detail:
      "The code or passkey is wrong or was used before, or too many wrong ones came before it.",
    why: "A code of an authenticator app is good for about half a minute, and once. After too many wrong ones none is looked at for a while, however right it is. The answer is the same whatever the cause.",
    remedy:
      "Wait for the app's next code, and check that the clocks are right. A passkey still works while codes are not looked at. If somebody else sent wrong ones, they know your password: change it.",
  },
  unauthenticated: {
    status: 401,
    title: "Sign-in required",
    detail: "The request carries no valid session or access token.",
    why: "The session has ended, the token has expired or was cut on its way, or none was sent. In development on plain http, the browser may have dropped the cookie, because it is Secure: Safari does so everywhere, others beyond localhost. The setting DEV_COOKIES=plain helps.",
    remedy:
      "Log in, and send the session cookie or `Authorization: Bearer <access token>`. Metrics take the server's `METRICS_TOKEN` instead.",
  },
  csrf_rejected: {
    status: 403,
    title: "Cross-site protection refused the request",
    detail: "The request lacks the proof that it was made by this site.",
    why: "A browser adds its cookies to every request, whichever page makes it. So a change by cookie must carry what other pages cannot read.",
    remedy:
      "Send the `csrfToken` of your login as the header `x-csrf-token`, from a page of the same site.",
  },
  origin_not_allowed: {
    status: 403,
    title: "The origin is not allowed",
    detail:
      "The origin `{origin}` may change nothing here: it is neither that of PUBLIC_URL nor one in CORS_ORIGINS.",
    why: "A browser says in the header `Origin` which page makes a request, and a change is taken from known pages alone. The origin must be the same in scheme, name and port. Behind a development proxy, such as Vite's, it is that of the page, `http://localhost:5173`; the proxy's option `changeOrigin` changes the header `Host`, and not this one.",
    remedy:
      "Whoever runs the server puts the page's origin into `CORS_ORIGINS`, or makes it the `PUBLIC_URL`, and starts the server again. For Vite's proxy: `CORS_ORIGINS=http://localhost:5173`. The origin `null` is that of a file or a sandboxed frame, and cannot be allowed: serve the page by HTTP.",
    fields: { origin: SentOrigin },
    exampleFields: { origin: "http://localhost:5173" },
  },
  forbidden: {
    status: 403,
    title: "Not allowed",
    detail: "Your account is not allowed to do this.",
    why: "You are signed in, but the operation needs a role that the account does not have.",
    remedy: "Ask an administrator for the role the operation needs.",
  },
  signup_closed: {
    status: 403,
    title: "Signup is closed",
    detail: "Nobody can sign up here by themselves, or not with an address of this domain.",
    why: "Whoever runs the server has set `SIGNUP=closed`, or `SIGNUP_EMAIL_DOMAINS` without this one.",
    remedy: "Ask an administrator for an invitation.",
  },
  email_unverified: {
    status: 403,
    title: "The address is not proved",
    detail: "Nobody has proved that this account's address is theirs.",
    why: "Anybody can sign up with any address. Whoever made the account need not be the person whose address it has, and would get the rights meant for that person.",
    remedy:
      "Let the owner prove the address, or send `emailVerified: true` with the change if you know that it is theirs.",
  },
  reauthentication_required: {
    status: 403,
    title: "Prove first that it is you",
    detail: "This needs a proof of a short time ago that it is you. `methods` says how.",
    why: "A session that was left open, or stolen, must not be enough to take the account over.",
    remedy:
      "Prove it by one of the `methods` with `reauthenticate`, or sign in again. Then repeat the request.",
    fields: {
      methods: z
        .array(ReauthenticationMethod)
        .max(reauthenticationMethods.length)
        .meta({ description: "The ways in which the account can prove itself." }),
    },
    exampleFields: { methods: ["password"] },
  },
  second_factor_enrolment_required: {
    status: 403,
    title: "A second factor is required",
    detail: "This server asks for a second factor, and your account has none.",
    why: "Whoever runs the server has set `SECOND_FACTOR`. Until the account has a second factor, it can do nothing but add one.",
    remedy: "Add an authenticator app (`startTotp`) or a passkey (`startPasskey`).",
  },
  not_found: {
    status: 404,
    title: "Not found",
    detail: "There is nothing here that you can see.",
    why: "The path is not one of this API, or what it names does not exist or belongs to somebody else. The two look the same, so that nobody can probe ids.",
    remedy: "Check the path and the id, and whether you are signed in to the right account.",
  },
  method_not_allowed: {
    status: 405,
    title: "Method not allowed",
    detail: "The path exists, but not with this method. The header `Allow` lists those it has.",
    why: "Each operation has one path and one method.",
    remedy: "Use one of the methods in `Allow`.",
  },
  email_taken: {
    status: 409,
    title: "The e-mail address is taken",
    detail: "An account with this e-mail address exists already.",
    why: "Addresses are compared after normalising, so another spelling of the same address is the same address.",
    remedy: "Log in with it, or sign up with another address.",
  },
  email_already_verified: {
    status: 409,
    title: "The address is proved already",
    detail: "This account's address has been proved before.",
    why: "There is nothing left to prove.",
    remedy: "Go on. To prove another address, change to it.",
  },
  factor_exists: {
    status: 409,
    title: "There is an authenticator app already",
    detail: "The account has an authenticator app already.",
    why: "An account has one secret for authenticator apps, however many apps know it.",
    remedy: "Remove it first (`removeTotp`), or go on using it.",
  },
  passkey_exists: {
    status: 409,
    title: "The passkey is known already",
    detail: "This passkey has been added before.",
    why: "A passkey belongs to one account, and is added once.",
    remedy: "Use it, or add another one.",
  },
  too_many_passkeys: {
    status: 409,
    title: "Too many passkeys",
    detail: `An account has at most ${PASSKEYS_MAX} passkeys.`,
    why: "More than that are hardly anybody's own.",
    remedy: "Remove one that you do not use any more.",
  },
  last_credential: {
    status: 409,
    title: "The last way to sign in must stay",
    detail: "Without it nobody could sign in to the account any more.",
    why: "The account has no password, no other passkey that signs in by itself, and no other provider linked.",
    remedy: "Choose a password, add a passkey or link a provider first.",
  },
  last_admin: {
    status: 409,
    title: "The last administrator must stay",
    detail: "This would leave no enabled administrator.",
    why: "Without one, nobody could administer accounts any more, and nobody could make an administrator.",
    remedy: "Make somebody else an administrator first.",
  },
  ...providerProblems,
  payload_too_large: {
    status: 413,
    title: "The body is too large",
    detail: "The request body is larger than 16 KiB.",
    why: "Its bytes are counted as they arrive, whatever length was declared, so that nobody can fill the server's memory.",
    remedy: "Send less. No operation needs more.",
  },
  unsupported_media_type: {
    status: 415,
    title: "The body is not declared as JSON",
    detail: "The request body must be sent with `Content-Type: application/json`.",
    why: "Forms of other sites can send some media types without asking; JSON is not one of them.",
    remedy: "Set the header, and send JSON.",
  },
  unsupported_content_encoding: {
    status: 415,
    title: "The body is compressed",
    detail: "The request body must be sent as it is, without `Content-Encoding`.",
    why: "A small compressed body can become a very large one, and no operation needs a body so large that compressing it would help.",
    remedy:
      "Send the JSON itself, and leave out the header `Content-Encoding`, or set it to `identity`.",
    // RFC 9110 §12.5.3: it tells this 415 from one about the media type, which must not have it.
    headers: {
      "accept-encoding": {
        value: "identity",
        says: "`identity`, where the body was compressed (RFC 9110 §12.5.3).",
      },
    },
  },
  rate_limited: {
    status: 429,
    title: "Too many requests",
    detail: "There were too many requests like this one. Nothing was checked and nothing changed.",
    why: "Attempts are counted by client address, by e-mail address and by account, so that nobody can guess passwords by trying many.",
    remedy:
      "Wait `retryAfterSeconds`, then try again. Asking sooner is refused, and costs nothing.",
    fields: { retryAfterSeconds },
    exampleFields: { retryAfterSeconds: 12 },
  },
  internal_error: {
    status: 500,
    title: "Something went wrong",
    detail: "The server met an unexpected error. It is logged under the request id.",
    why: "That is a fault of the server, and not of the request. What it was is in its log, and is told to nobody else.",
    remedy: "Try again; if it stays, send the request id to whoever runs this server.",
  },
  overloaded: {
    status: 503,
    title: "The server cannot answer now",
    detail: "The server is busy, restarting, or waiting for its database. Nothing was changed.",
    why: "Rather than let everybody wait, the server refuses what it cannot do soon.",
    remedy: "Wait `retryAfterSeconds`, then try again.",
    fields: { retryAfterSeconds },
    exampleFields: { retryAfterSeconds: 1 },
  },
} as const satisfies Record<string, ProblemDescription>;
