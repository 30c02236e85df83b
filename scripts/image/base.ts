/** Files of the two bases, by their paths there: each a path on this machine, or a content. */
import { execFileSync } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

type Files = ReadonlyMap<string, string | Buffer>;

/** Node, and what it is linked with. */
export function runtimeFiles(): Files {
  const node = realpathSync(process.execPath);
  return new Map<string, string | Buffer>([
    ["/usr/local/bin/node", node],
    ...librariesOf(node),
    ["/etc/passwd", Buffer.from("root:x:0:0::/root:/\nnode:x:1000:1000::/home/node:/\n")],
    ["/etc/group", Buffer.from("root:x:0:\nnode:x:1000:\n")],
  ]);
}

/** A shell, the commands that the Containerfile calls, and npm with its way to the registry. */
export function toolFiles(): Files {
  const programs = ["env", "rm", "mkdir", "chmod"].map(find);
  const npm = join(realpathSync(find("npm")), "../..");
  const start = `#!/bin/sh\nexec node /usr/local/lib/npm/bin/npm-cli.js "$@"\n`;
  const own: [string, string][] = [
    ["/root/.npmrc", join(homedir(), ".npmrc")],
    ["/etc/ssl/certs/ca-certificates.crt", "/etc/ssl/certs/ca-certificates.crt"],
  ];
  return new Map<string, string | Buffer>([
    ["/bin/sh", realpathSync("/bin/sh")],
    ...librariesOf("/bin/sh"),
    ...programs.flatMap((path): [string, string][] => [[path, path], ...librariesOf(path)]),
    ["/usr/local/lib/npm", npm],
    ["/usr/local/bin/npm", Buffer.from(start)],
    ...own.filter(([, path]) => existsSync(path)),
  ]);
}

function find(program: string): string {
  return execFileSync("which", [program], { encoding: "utf8" }).trim();
}

function librariesOf(program: string): [string, string][] {
  const listed = execFileSync("ldd", [program], { encoding: "utf8" });
  return (listed.match(/(?<=\s)\/\S+/g) ?? []).map((path) => [path, path]);
}
