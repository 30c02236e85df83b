import { recognizeCookie } from "../../domain/sessions.ts";
import { readSessionSecret } from "../cookies.ts";
import type { CredentialScheme } from "./scheme.ts";

/** The session cookie. */
export const session: CredentialScheme = { read: readSessionSecret, find: recognizeCookie };
