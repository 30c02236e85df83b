/** The first administrator of a server that was started without one in its settings, as a person finds them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The address and the password in the file of a data folder. Throws where there is none. */
export function passwordInFile(folder: string): { email: string; password: string } {
  const [email = "", password = ""] = readFileSync(join(folder, "first-admin"), "utf8").split("\n");
  return { email, password };
}
