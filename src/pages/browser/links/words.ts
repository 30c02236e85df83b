import type { links } from "../../messages/en/links.ts";
import { speaker } from "../kit/words.ts";

export const { say } = speaker<typeof links>();
