/** Passkeys: added and kept by their owners, and used to sign in without an address (WebAuthn Level 3). */
import { z } from "zod";
import { CEREMONY_SECONDS } from "./challenges.ts";
import { LoginPending } from "./login-pending.ts";
import { operation } from "./operation.ts";
import { PASSKEYS_MAX } from "./bounds.ts";
import {
  byPasskey,
  exampleByPasskey,
  exampleCreationOptions,
  examplePasskey,
  exampleRegistration,
  Passkey,
  PasskeyCreationOptions,
  PasskeyName,
  PasskeyRequest,
  RegistrationCredential,
} from "./passkey-values.ts";
import { shownRecoveryCodes } from "./second-factor-values.ts";
import { admin, csrfHeaders, open, sessionOrBearer } from "./security.ts";
import { Id, opaqueSecret, seconds } from "./values.ts";

const TAG = "Passkeys";
const exampleSetupToken = "pJ3dF6hS0aG2eU9iO4yK7sYz9nB2kQ7xV4cT1mR8wL5";

const PasskeySetup = z
  .strictObject({
    setupToken: opaqueSecret("Send it with the new credential.", exampleSetupToken),
    options: PasskeyCreationOptions,
    expiresInSeconds: seconds("How long it is good.", CEREMONY_SECONDS),
  })
  .meta({
    id: "PasskeySetup",
    description: "A ceremony has begun in which a passkey is made.",
    examples: [
      {
        setupToken: exampleSetupToken,
        options: exampleCreationOptions,
        expiresInSeconds: CEREMONY_SECONDS,
      },
    ],
  });

export const startPasskey = operation({
  operationId: "startPasskey",
  method: "POST",
  path: "/me/passkeys/start",
  tags: [TAG],
  summary: "Begin to add a passkey",
  description:
    "Hand `options` to the browser, and what it makes to `addPasskey`. Asked again, it ends the one before.",
  security: sessionOrBearer,
  recent: true,
  whileUnenrolled: true,
  request: { headers: csrfHeaders },
  responses: { 200: { description: "Ask the browser for a new passkey.", body: PasskeySetup } },
  problems: ["too_many_passkeys"],
  events: [],
});

const AddPasskeyInput = z
  .strictObject({
    setupToken: opaqueSecret("The `setupToken` of the answer that began it.", exampleSetupToken),
    credential: RegistrationCredential,
    name: PasskeyName.optional(),
  })
  .meta({
    id: "AddPasskeyInput",
    description: "What the browser made, and what to call it.",
    examples: [
      {
        setupToken: exampleSetupToken,
        credential: exampleRegistration,
        name: "Ada's phone",
      },
    ],
  });

const AddedPasskey = z
  .strictObject({
    ...Passkey.shape,
    recoveryCodes: shownRecoveryCodes.meta({
      description:
        "With the account's first second factor: ten codes, shown now and never again. Else empty.",
    }),
  })
  .meta({
    id: "AddedPasskey",
    description: "A passkey that was added a moment ago.",
    examples: [{ ...examplePasskey, recoveryCodes: [] }],
  });

export const addPasskey = operation({
  operationId: "addPasskey",
  method: "POST",
  path: "/me/passkeys",
  tags: [TAG],
  summary: "Add a passkey",
  description: `The passkey is a second factor from now on; one that verifies its user signs in by itself as well. With the account's first second factor every other session and token ends, and the account gets its recovery codes. The address is told by mail. An account has at most ${PASSKEYS_MAX}. The setup is spent, whether or not the passkey is good.`,
  security: sessionOrBearer,
  recent: true,
  whileUnenrolled: true,
  request: { headers: csrfHeaders, body: AddPasskeyInput },
  responses: { 201: { description: "The passkey is added.", body: AddedPasskey } },
  problems: ["invalid_passkey", "passkey_exists", "too_many_passkeys"],
  events: ["passkey_added", "passkey_refused", "challenge_failed", "session_revoked"],
});

const PasskeyList = z.strictObject({ items: z.array(Passkey).max(PASSKEYS_MAX) }).meta({
  id: "PasskeyList",
  description: "The passkeys of an account, oldest first.",
  examples: [{ items: [examplePasskey] }],
});

export const listMyPasskeys = operation({
  operationId: "listMyPasskeys",
  method: "GET",
  path: "/me/passkeys",
  tags: [TAG],
  summary: "List your passkeys",
  description: "Your passkeys, oldest first.",
  security: sessionOrBearer,
  whileUnenrolled: true,
  request: {},
  responses: { 200: { description: "Your passkeys.", body: PasskeyList } },
  problems: [],
  events: [],
});

const passkeyParams = z.strictObject({ passkeyId: Id });

const RenamePasskeyInput = z.strictObject({ name: PasskeyName }).meta({
  id: "RenamePasskeyInput",
  description: "What to call it.",
  examples: [{ name: "Ada's phone" }],
});

export const renamePasskey = operation({
  operationId: "renamePasskey",
  method: "PATCH",
  path: "/me/passkeys/{passkeyId}",
  tags: [TAG],
  summary: "Rename a passkey",
  description: "Somebody else's passkey looks like one that does not exist.",
  security: sessionOrBearer,
  request: { params: passkeyParams, headers: csrfHeaders, body: RenamePasskeyInput },
  responses: { 200: { description: "The passkey as it is now.", body: Passkey } },
  problems: ["not_found"],
  events: [],
});

export const removePasskey = operation({
  operationId: "removePasskey",
  method: "DELETE",
  path: "/me/passkeys/{passkeyId}",
  tags: [TAG],
  summary: "Remove a passkey",
  description:
    "It is good for nothing from now on. Every other session and token of the account ends; with the last second factor go the recovery codes. The address is told by mail. The last way to sign in stays.",
  security: sessionOrBearer,
  recent: true,
  request: { params: passkeyParams, headers: csrfHeaders },
  responses: { 204: { description: "The passkey is removed." } },
  problems: ["not_found", "last_credential"],
  events: ["passkey_removed", "session_revoked"],
});

export const startPasskeyLogin = operation({
  operationId: "startPasskeyLogin",
  method: "POST",
  path: "/login/passkey",
  tags: [TAG],
  summary: "Begin to sign in by passkey",
  description:
    "Asks for no address, so that none can be probed: the passkey knows whose it is. Hand `options` to the browser, and its answer to `completePasskeyLogin`.",
  security: open,
  request: {},
  responses: { 200: { description: "Ask the browser for a passkey.", body: PasskeyRequest } },
  problems: [],
  events: [],
  limits: ["passkey_ip"],
});

const CompletePasskeyLoginInput = z.strictObject(byPasskey).meta({
  id: "CompletePasskeyLoginInput",
  description: "The answer of the browser.",
  examples: [exampleByPasskey],
});

export const completePasskeyLogin = operation({
  operationId: "completePasskeyLogin",
  method: "POST",
  path: "/login/passkey/complete",
  tags: [TAG],
  summary: "Sign in by passkey",
  description:
    "A passkey that has verified its user is two factors in one, so nothing is missing: `finishLogin` or `finishTokenLogin` with `method: none` is next. The ceremony is spent, whether or not the passkey is good. Unknown passkey, wrong signature, disabled and locked account are answered alike.",
  security: open,
  request: { body: CompletePasskeyLoginInput },
  responses: { 200: { description: "The passkey is yours.", body: LoginPending } },
  problems: ["invalid_passkey"],
  events: ["login_pending", "login_failed", "challenge_failed", "passkey_clone_suspected"],
  limits: ["passkey_ip"],
});

const userParams = z.strictObject({ userId: Id });

export const listUserPasskeys = operation({
  operationId: "listUserPasskeys",
  method: "GET",
  path: "/users/{userId}/passkeys",
  tags: ["Users"],
  summary: "List an account's passkeys",
  description: "Its passkeys, oldest first.",
  security: admin,
  request: { params: userParams },
  responses: { 200: { description: "Its passkeys.", body: PasskeyList } },
  problems: ["not_found"],
  events: [],
});

export const removeUserPasskey = operation({
  operationId: "removeUserPasskey",
  method: "DELETE",
  path: "/users/{userId}/passkeys/{passkeyId}",
  tags: ["Users"],
  summary: "Remove an account's passkey",
  description:
    "For a device that was lost. Every session and token of the account ends, and its owner is told by mail. Also the last way to sign in: its owner can choose a new password by mail.",
  security: admin,
  recent: true,
  request: {
    params: z.strictObject({ ...userParams.shape, passkeyId: Id }),
    headers: csrfHeaders,
  },
  responses: { 204: { description: "The passkey is removed." } },
  problems: ["not_found"],
  events: ["passkey_removed", "session_revoked"],
});

/** W3C WebAuthn Level 3 §5.11.1. */
const RelatedOrigins = z.strictObject({ origins: z.array(z.string().max(300)).max(100) }).meta({
  id: "RelatedOrigins",
  description: "The origins on which this server's passkeys are good.",
  examples: [{ origins: ["https://auth.example.com", "https://shop.example"] }],
});

export const getRelatedOrigins = operation({
  operationId: "getRelatedOrigins",
  method: "GET",
  path: "/.well-known/webauthn",
  tags: [TAG],
  summary: "Read where passkeys are good",
  description:
    "Browsers ask for it where a page of another origin uses a passkey of this one. Only where the setting `WEBAUTHN_ORIGINS` names several origins; else 404.",
  security: open,
  request: {},
  responses: { 200: { description: "The origins.", body: RelatedOrigins } },
  problems: ["not_found"],
  events: [],
  selfContained: true,
});
