/** The answer to a first factor where there is no session yet (D3 of the sign-in design). */
import { z } from "zod";
import { SecondFactor, secondFactors } from "./auth-methods.ts";
import { LOGIN_CHALLENGE_SECONDS } from "./challenges.ts";
import { opaqueSecret, seconds } from "./values.ts";

export const exampleLoginToken = "kQ7xV4cT1mR8wL5pJ3dF6hS0aG2eU9iO4yK7sYz9nB2";
export const loginToken = opaqueSecret("The `loginToken` of a `LoginPending`.", exampleLoginToken);

export const LoginPending = z
  .strictObject({
    loginToken: opaqueSecret(
      "Proves the first step. Send it to `finishLogin` or `finishTokenLogin`. Good once.",
      exampleLoginToken,
    ),
    expiresInSeconds: seconds("How long it is good.", LOGIN_CHALLENGE_SECONDS),
    secondFactors: z
      .array(SecondFactor)
      .max(secondFactors.length)
      .meta({ description: "The ways to take the second step; empty where nothing is missing." }),
  })
  .meta({
    id: "LoginPending",
    description: "The first step of a sign-in is taken. There is no session yet.",
    examples: [
      {
        loginToken: exampleLoginToken,
        expiresInSeconds: LOGIN_CHALLENGE_SECONDS,
        secondFactors: ["totp", "recovery_code"],
      },
    ],
  });

/** The answer of a login by password to an account that has a second factor. */
export const pendingAnswer = {
  description:
    "The password is right, and the account has a second factor. There is no session yet: `secondFactors` says what `finishLogin` or `finishTokenLogin` needs.",
  body: LoginPending,
} as const;
