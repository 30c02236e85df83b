import type { admin } from "../../messages/en/admin.ts";
import { speaker } from "../kit/words.ts";

export const { say, sayParts } = speaker<typeof admin>();
