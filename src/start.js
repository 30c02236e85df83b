// What `npm start` runs. The check comes first, so the server is imported only after it.
import "./supported-node.js";

const { main } = await import("./commands/start.ts");
await main();
