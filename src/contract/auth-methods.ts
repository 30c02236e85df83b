/** The ways to prove who one is, as events, tokens and sessions name them (RFC 8176 where it has a name). */
import { z } from "zod";

export const authMethods = ["pwd", "mail", "otp", "recovery", "passkey", "provider"] as const;
export const AuthMethod = z.enum(authMethods);
export type AuthMethod = z.output<typeof AuthMethod>;

/** The ways in which somebody who is signed in can prove it again. */
export const reauthenticationMethods = [
  "password",
  "totp",
  "recovery_code",
  "passkey",
  "mail",
] as const;
export type ReauthenticationMethod = (typeof reauthenticationMethods)[number];
