/** Words of an app's set-up, for the applications that can show one. */
import type { codes } from "../../messages/en/codes.ts";
import type { WordFiles } from "../kit/start.tsx";
import { speaker } from "../kit/words.ts";

export const codeWords: WordFiles = {
  en: () => import("../../messages/en/codes.ts").then(({ codes }) => codes),
  de: () => import("../../messages/de/codes.ts").then(({ codes }) => codes),
};

export const { say } = speaker<typeof codes>();
