import type { account as schema } from "../en/account.ts";
import { translationOf } from "../scheme.ts";

export const account = translationOf<typeof schema>()({});
