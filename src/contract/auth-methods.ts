/** The ways to prove who one is, as events, tokens and sessions name them (RFC 8176 where it has a name). */
import type { z } from "zod";
import { openEnum } from "./open-enum.ts";

export const authMethods = ["pwd", "mail", "otp", "recovery", "passkey", "provider"] as const;
export const AuthMethod = openEnum(authMethods);
export type AuthMethod = z.output<typeof AuthMethod>;

/** The ways to take the second step of a sign-in. */
export const secondFactors = ["totp", "recovery_code", "passkey"] as const;
export const SecondFactor = openEnum(secondFactors);
export type SecondFactor = z.output<typeof SecondFactor>;

/** The ways in which somebody who is signed in can prove it again. */
export const reauthenticationMethods = [
  "password",
  "totp",
  "recovery_code",
  "passkey",
  "mail",
] as const;
export const ReauthenticationMethod = openEnum(reauthenticationMethods);
export type ReauthenticationMethod = z.output<typeof ReauthenticationMethod>;
