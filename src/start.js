// `npm start` runs this file. The check of Node's version comes first, so everything else is imported only after it.
import "./supported-node.js";

const { runCommand } = await import("./commands/commands.ts");
await runCommand("start", process.argv.slice(2));
