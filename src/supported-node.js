// Plain JavaScript, loaded before any TypeScript: an older Node cannot even read the rest.

const [major, minor] = process.versions.node.split(".").map(Number);

if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `Portcullis needs Node 22.18 or newer, and this is ${process.versions.node}: run it with \`npm start\`, which brings its own.`,
  );
  process.exit(1);
}
