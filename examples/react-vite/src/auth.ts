/** The client and its session: one each for the page. */
import { createClient } from "@portcullis/client";
import { createSession } from "@portcullis/client/session";

export const api = createClient({ baseUrl: "/auth" });
export const session = createSession(api);
