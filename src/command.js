#!/usr/bin/env node
// Runs one command: `node src/command.js admin list` is `npm run admin -- list`. As in start.js, the check comes first.
import "./supported-node.js";

const { runCommand } = await import("./commands/commands.ts");
const [name, ...argv] = process.argv.slice(2);
await runCommand(name, argv);
