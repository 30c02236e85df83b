#!/usr/bin/env node
// Runs one command: `node src/command.js admin list` is `npm run admin -- list`. In the package it is `portcullis`, and
// without a command starts the server. As in start.js, the check comes first.
import "./supported-node.js";

const { runCommandLine } = await import("./commands/commands.ts");
await runCommandLine(process.argv.slice(2));
