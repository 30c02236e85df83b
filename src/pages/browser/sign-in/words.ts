/** Says the words of these pages. */
import type { signIn } from "../../messages/en/sign-in.ts";
import { speaker } from "../kit/words.ts";

export const { say, sayParts } = speaker<typeof signIn>();
