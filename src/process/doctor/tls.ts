/** TLS: whether there is any, for how long the certificate is good, and which old versions are still spoken. */
import { connect } from "node:tls";
import { isLoopback } from "../../platform/loopback.ts";
import { type Answer, ASK_TIMEOUT_MS, type Certificate, isAnswer, type NoAnswer } from "./ask.ts";
import { attention, type Finding, ok, wrong } from "./finding.ts";
import { notKnown } from "./public-url.ts";

const DAY_MS = 86_400_000;
/**
 * The part of its life that a certificate has left when its renewal should long have been: clients of ACME renew with a
 * third left (letsencrypt.org/docs/integration-guide). A part, since there are certificates of 90 days, and of 6.
 */
const LATE_PART = 1 / 5;

/** `speaksOld`: TLS 1.0 or 1.1 was taken. */
export function judgeTls(
  publicUrl: string,
  answer: Answer | NoAnswer,
  speaksOld: boolean,
  isProduction: boolean,
  now: number,
): readonly Finding[] {
  const url = new URL(publicUrl);
  if (url.protocol === "http:") return [judgePlain(url, isProduction)];
  if (!isAnswer(answer))
    return [
      /SSL|TLS|EPROTO/.test(answer.fault)
        ? wrong(`no TLS is spoken there (${answer.fault})`, "Put a proxy with a certificate there")
        : notKnown(),
    ];
  if (answer.certificate === null) return [notKnown()];
  return [
    judgeCertificate(answer.certificate, url.hostname, now),
    ...(speaksOld ? [oldVersions] : []),
  ];
}

const oldVersions = attention(
  "versions of TLS before 1.2 are spoken, which are broken (RFC 8996)",
  "ssl_protocols TLSv1.2 TLSv1.3; in nginx",
);

function judgePlain(url: URL, isProduction: boolean): Finding {
  if (!isLoopback(url.hostname))
    return wrong(
      `${url.origin} is plain http: passwords can be read on the way, and browsers keep no cookies`,
      "Put TLS in front, and begin PUBLIC_URL with https",
    );
  return isProduction
    ? attention(
        "PUBLIC_URL is a name of this very machine: nobody else can use its links",
        "Set the name by which people come, with https",
      )
    : ok("not needed on this very machine");
}

function judgeCertificate({ fault, from, to }: Certificate, host: string, now: number): Finding {
  const day = new Date(to).toISOString().slice(0, 10);
  const days = Math.floor((to - now) / DAY_MS);
  if (fault === "CERT_HAS_EXPIRED" || now >= to)
    return wrong(`the certificate has expired on ${day}`, "Renew it; then look why that failed");
  if (fault === "CERT_NOT_YET_VALID" || now < from)
    return wrong(
      `the certificate is good only from ${new Date(from).toISOString()} on`,
      "Set this machine's clock, or wait",
    );
  if (fault !== null)
    return wrong(
      `the certificate is not to be believed: ${reasons.get(fault) ?? fault}`,
      "Get one for that name from somebody browsers trust, with its chain",
    );
  if (to - now < (to - from) * LATE_PART)
    return attention(
      `the certificate ends in ${days} days, on ${day}`,
      "Look why it was not renewed yet",
    );
  return ok(`certificate for ${host}, ${days} days left`);
}

/** Node's codes (nodejs.org/api/tls.html, "X509 certificate error codes"). */
const reasons: ReadonlyMap<string, string> = new Map([
  ["DEPTH_ZERO_SELF_SIGNED_CERT", "it is signed by itself"],
  ["SELF_SIGNED_CERT_IN_CHAIN", "its chain ends in one that nobody trusts"],
  ["UNABLE_TO_GET_ISSUER_CERT", "its issuer is not known"],
  ["UNABLE_TO_GET_ISSUER_CERT_LOCALLY", "its issuer is not known"],
  ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "its chain is not sent with it"],
  ["ERR_TLS_CERT_ALTNAME_INVALID", "it is for another name"],
]);

/** True where a connection with a version that is broken is taken. Never rejects. */
export function speaksOldTls(publicUrl: string): Promise<boolean> {
  const { hostname, port } = new URL(publicUrl);
  const host = hostname.replace(/^\[|\]$/g, "");
  return new Promise((resolve) => {
    const socket = connect({
      host,
      port: Number(port || 443),
      servername: isNaN(Number(host.replaceAll(".", ""))) && !host.includes(":") ? host : "",
      rejectUnauthorized: false,
      minVersion: "TLSv1",
      maxVersion: "TLSv1.1",
      ciphers: "DEFAULT@SECLEVEL=0", // OpenSSL itself would not ask otherwise
      timeout: ASK_TIMEOUT_MS,
    });
    const end = (speaks: boolean) => {
      socket.destroy();
      resolve(speaks);
    };
    socket.on("secureConnect", () => end(true));
    socket.on("error", () => end(false));
    socket.on("timeout", () => end(false));
  });
}
