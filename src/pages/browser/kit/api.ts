/** The client that every request of the pages goes through: each is an operation of the contract (PG-06). */
import { createClient, type Client } from "@portcullis/client";
import { readCookie } from "../cookie.ts";
import { given } from "./given.ts";

/** Long enough for a slow line, and short enough to be told of. */
const TIMEOUT_MS = 20_000;

export type Api = Client;

let made: Api | undefined;

export function api(): Api {
  return (made ??= createClient({
    baseUrl: given().mountPath,
    credentials: "same-origin",
    timeoutMs: TIMEOUT_MS,
  }));
}

/** True where the readable cookie of a session is there. Without it nobody is signed in, and nothing has to be asked. */
export function maybeSignedIn(): boolean {
  return readCookie(given().csrf.cookie) !== undefined;
}
