/** The ways to prove who one is, as events, tokens and sessions name them (RFC 8176 where it has a name). */
import { z } from "zod";

export const authMethods = ["pwd", "mail", "otp", "recovery", "passkey", "provider"] as const;
export const AuthMethod = z.enum(authMethods);
export type AuthMethod = z.output<typeof AuthMethod>;

/** The ways to take the second step of a sign-in. */
export const secondFactors = ["totp", "recovery_code", "passkey"] as const;
export const SecondFactor = z.enum(secondFactors);
export type SecondFactor = z.output<typeof SecondFactor>;

/** The ways in which somebody who is signed in can prove it again. */
export const reauthenticationMethods = [
  "password",
  "totp",
  "recovery_code",
  "passkey",
  "mail",
] as const;
export const ReauthenticationMethod = z.enum(reauthenticationMethods);
export type ReauthenticationMethod = z.output<typeof ReauthenticationMethod>;
