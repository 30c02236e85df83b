/** Settings that let a test be about something else than the price of passwords, limits and locks. */

/** 16 rounds of bcrypt instead of 1,024: the fewest that bcrypt has, and fewer than a setting may ask for (PW-08). */
export const CHEAP_COST = 4;

/** Node keeps what it compiled of our sources between processes: each start is a third shorter. */
export const compiledOnce = {
  NODE_COMPILE_CACHE: new URL("../../node_modules/.cache/portcullis-tests", import.meta.url)
    .pathname,
} as const;

/** All clients of a test come from one address, and none of them meets a limit. */
export const generousLimits = {
  LIMIT_LOGIN_IP: "100000/60",
  LIMIT_LOGIN_EMAIL: "100000/60",
  LIMIT_SIGNUP_IP: "100000/60",
  LIMIT_FORGOT_IP: "100000/60",
  LIMIT_FORGOT_EMAIL: "100000/60",
  LIMIT_REFRESH_IP: "100000/60",
  LIMIT_SIGNUP_EMAIL: "100000/60",
  LIMIT_CHALLENGE_IP: "100000/60",
  LIMIT_EMAIL_CHANGE: "100000/60",
  LIMIT_MAIL_LOGIN_IP: "100000/60",
  LIMIT_MAIL_LOGIN_EMAIL: "100000/60",
  LIMIT_PASSKEY_IP: "100000/60",
  LIMIT_PROVIDER_IP: "100000/60",
  LIMIT_REAUTHENTICATION: "100000/60",
  LOCKOUT_THRESHOLD: "100",
} as const;
