import type { account } from "../../messages/en/account.ts";
import { speaker } from "../kit/words.ts";

export const { say, sayParts } = speaker<typeof account>();
