/**
 * The server as `src/start.js` starts it, but for the price of a password. A test that is about that
 * price, or about the start itself, starts the real one.
 */
import { readSettings } from "../../src/process/settings.ts";
import { main } from "../../src/commands/start.ts";
import { serveUntilSignal } from "../../src/process/serve.ts";
import { CHEAP_COST } from "./test-settings.ts";

const read = readSettings();
if ("faults" in read) await main();
else await serveUntilSignal({ ...read.settings, BCRYPT_COST: CHEAP_COST });
