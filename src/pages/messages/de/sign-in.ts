import type { signIn as schema } from "../en/sign-in.ts";
import { translationOf } from "../scheme.ts";

export const signIn = translationOf<typeof schema>()({});
