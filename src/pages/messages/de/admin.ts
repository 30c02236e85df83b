import type { admin as schema } from "../en/admin.ts";
import { translationOf } from "../scheme.ts";

export const admin = translationOf<typeof schema>()({});
