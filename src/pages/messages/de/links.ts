import type { links as schema } from "../en/links.ts";
import { translationOf } from "../scheme.ts";

export const links = translationOf<typeof schema>()({});
