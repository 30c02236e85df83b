import { expect, test } from "vitest";
import { isCommonPassword } from "../../src/platform/common-passwords.ts";

test.each(["123456", "password", "qwerty", "iloveyou", "letmein", "1q2w3e4r"])(
  "PW-06 %s is a common password",
  (password) => {
    expect(isCommonPassword(password)).toBe(true);
  },
);

test.each(["", "a quiet harbour under snow", "__proto__", "constructor", "toString"])(
  "PW-06 %j is no common password",
  (password) => {
    expect(isCommonPassword(password)).toBe(false);
  },
);
