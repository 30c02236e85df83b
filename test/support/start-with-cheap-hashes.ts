/**
 * The server as `src/start.js` starts it, but for the price of a password. A test that is about that
 * price, or about the start itself, starts the real one.
 */
import { runCommand } from "../../src/commands/commands.ts";
import { serve } from "../../src/commands/start.ts";
import { readSettings } from "../../src/process/settings.ts";
import { CHEAP_COST } from "./test-settings.ts";

const read = readSettings();
if ("faults" in read) await runCommand("start", []);
else await serve({ ...read.settings, BCRYPT_COST: CHEAP_COST });
