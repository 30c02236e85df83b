import { tokenLogin } from "../../src/domain/login.ts";
import { expect, test, beforeAll } from "vitest";
import { verifyAccessToken } from "../../src/domain/access-tokens.ts";
import { PASSWORD } from "../support/credentials.ts";
import { CLIENT, type Domain, openDomain, succeeded } from "../support/domain.ts";
import { retryOnBusyMachine } from "../support/retry-on-busy-machine.ts";
import { respell } from "../support/base64url.ts";

let domain: Domain;
let genuine: string;
beforeAll(async () => {
  domain = await openDomain();
  const { email } = await domain.newUser();
  const pair = succeeded(
    await tokenLogin(domain.deps, domain.at(), {
      email,
      password: PASSWORD,
      client: CLIENT,
      device: undefined,
    }),
  );
  genuine = pair.accessToken;
});
const verify = (token: string) => verifyAccessToken(domain.deps, domain.at(), token);

test("TK-07 another spelling of the same signature is another token, and refused", async () => {
  const respelled = respell(genuine);
  const signatureOf = (token: string) => Buffer.from(token.split(".")[2] ?? "", "base64url");
  expect(signatureOf(respelled)).toEqual(signatureOf(genuine));
  expect(await verify(genuine)).toBeDefined();
  expect(await verify(respelled)).toBeUndefined();
});

test("TK-07 the other signature that satisfies the curve's equation is refused", async () => {
  // S + L for S, little-endian (RFC 8032 §5.1.7: S must be below L).
  const [head, body, tail] = genuine.split(".");
  const signature = Buffer.from(tail ?? "", "base64url");
  const order = 2n ** 252n + 27742317777372353535851937790883648493n;
  const s = BigInt(`0x${Buffer.from(signature.subarray(32)).reverse().toString("hex")}`) + order;
  const twin = Buffer.concat([
    signature.subarray(0, 32),
    Buffer.from(s.toString(16).padStart(64, "0"), "hex").reverse(),
  ]);
  expect(twin).toHaveLength(64);
  expect(await verify(`${head}.${body}.${twin.toString("base64url")}`)).toBeUndefined();
});

test("TK-07 no changed character is overlooked", async () => {
  const accepted: number[] = [];
  for (let index = 0; index < genuine.length; index += 1) {
    const other = genuine[index] === "A" ? "B" : "A";
    const changed = genuine.slice(0, index) + other + genuine.slice(index + 1);
    if ((await verify(changed)) !== undefined) accepted.push(index);
  }
  expect(accepted).toEqual([]);
});

test.each<[string, (token: string) => string]>([
  ["padding", (token) => `${token}=`],
  ["padding within", (token) => token.replaceAll(".", "=.")],
  ["a space before", (token) => ` ${token}`],
  ["a line break after", (token) => `${token}\n`],
  ["a tab within", (token) => token.replace(".", "\t.")],
  ["a dot more", (token) => `${token}.`],
  ["a dot less", (token) => token.replace(".", "")],
  ["two dots together", (token) => token.replace(".", "..")],
  ["two tokens joined by a comma", (token) => `${token},${token}`],
  ["two tokens joined by a dot", (token) => `${token}.${token}`],
  ["no signature", (token) => token.slice(0, token.lastIndexOf(".") + 1)],
  ["plain base64", (token) => token.replaceAll("-", "+").replaceAll("_", "/")],
  ["quotes", (token) => `"${token}"`],
  ["percent-encoding", (token) => token.replace(".", "%2E")],
  ["a look-alike of the dot", (token) => token.replace(".", "．")],
])("TK-21 a genuine token with %s is refused", async (_, change) => {
  const changed = change(genuine);
  if (changed === genuine) return; // a token without "-" and "_" has but one spelling
  expect(await verify(changed)).toBeUndefined();
});

test.each([
  "",
  ".",
  "..",
  "...",
  "a.b.c",
  "bnVsbA.bnVsbA.bnVsbA",
  "W10.W10.W10",
  "e30.e30.",
  "\0",
  "🌊.🌊.🌊",
])("TK-21 %j is no token, and no error", async (token) => {
  expect(await verify(token)).toBeUndefined();
});

test(
  "TK-21 what is longer than any token of ours is not even parsed",
  retryOnBusyMachine,
  async () => {
    const [head, body, tail] = genuine.split(".");
    expect(await verify(`${head}.${body}${"A".repeat(3072)}.${tail}`)).toBeUndefined();
    const started = performance.now();
    expect(await verify(".".repeat(10_000_000))).toBeUndefined();
    expect(performance.now() - started).toBeLessThan(50);
  },
);
