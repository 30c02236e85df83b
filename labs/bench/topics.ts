/** Topics of the functions in a profile. A function without an entry belongs to the topic of its caller. */
const topics: readonly (readonly [topic: string, functions: RegExp])[] = [
  ["collecting garbage", /^\(garbage collector\)/],
  ["writing to the socket (kernel)", /^(?:writev|writeBuffer|writeLatin1String|writeUtf8String) /],
  ["logging: redaction", /^\S+ +@pinojs\/redact/],
  ["logging: writing", /^\S+ +sonic-boom/],
  ["logging: the event", /^(?:logRequest|compose|print) +src\//],
  // A native call counts for the function that makes it.
  ["database: SQLite itself", /^\S+ +src\/storage\/engine\/sqlite-/],
  ["database: Kysely", /^\S+(?: \S+)* +kysely\//],
  ["database: our stores", /^\S+(?: \S+)* +src\/storage\//],
  ["token: jose and WebCrypto", /^\S+(?: \S+)* +jose\/|^verifyAccessToken /],
  ["secrets: hashing", /^(?:hashSecret|macOf|createHmac) +(?:src|node:crypto)/],
  ["request id", /^newId +src\//],
  ["answer: ours", /^(?:json|page|problem) +src\/routes\/responder/],
  ["answer: srvx and node:http", /^_?sendNodeResponse\w* +srvx/],
  ["validation: Zod", /^\S+(?: \S+)* +zod\//],
  ["rules of the domain", /^\S+(?: \S+)* +src\/domain\//],
  ["routing and pipeline", /^\S+(?: \S+)* +(?:src\/routes|src\/app|packages\/http|rou3)/],
  ["request: srvx", /^\S+(?: \S+)* +srvx\//],
  ["request: node:http", /^(?:parserOn\w+|onParserExecute\w*|resOnFinish) +node:_http/],
  ["promises and ticks", /^(?:runMicrotasks|processTicksAndRejections) /],
];

export function topicOf(functionAndFile: string): string | undefined {
  return topics.find(([, functions]) => functions.test(functionAndFile))?.[0];
}
