/** Says the words of an app's set-up, which the applications have that can show one. */
import type { codes } from "../../messages/en/codes.ts";
import { speaker } from "../kit/words.ts";

export const { say } = speaker<typeof codes>();
