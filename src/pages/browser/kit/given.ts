import type { Given } from "../../given.ts";

let read: Given | undefined;

/** Values that the server wrote into the page. Throws where it wrote none. */
export function given(): Given {
  return (read ??= parse());
}

/** Names a provider as people know it, or by its id where the service does not offer it any more. */
export function providerName(id: string): string {
  return given().waysIn.providers.find((provider) => provider.id === id)?.name ?? id;
}

/** True where this service asks accounts of the role for a second factor (MF-15). */
export function needsSecondFactor(role: string): boolean {
  const { secondFactor } = given();
  return secondFactor === "required" || (secondFactor === "admins" && role === "admin");
}

function parse(): Given {
  const text = document.body.dataset["given"];
  if (text === undefined) throw new Error("The page was given nothing");
  return JSON.parse(text) as Given; // the same type was written, by the server
}
