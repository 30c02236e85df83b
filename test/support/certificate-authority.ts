/** An authority of one's own, by openssl, and certificates of it that are good, expired, or for somebody else. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const noOpenssl = spawnSync("openssl", ["version"]).error !== undefined;

export interface Certificate {
  readonly cert: Buffer;
  readonly key: Buffer;
}

export interface CertificateAuthority {
  /** For NODE_EXTRA_CA_CERTS. */
  readonly file: string;
  /** For `localhost` unless `name` says otherwise; from and until so many days from now. */
  issue(more?: { name?: string; fromDays?: number; toDays?: number }): Certificate;
  /** One that nobody vouches for. */
  selfSigned(): Certificate;
  remove(): void;
}

const CURVE = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
/** The least that `openssl ca` asks for. */
const CONFIGURATION = `
[ca]
default_ca = own
[own]
new_certs_dir = .
database = index.txt
rand_serial = yes
default_md = sha256
policy = names
unique_subject = no
[names]
commonName = supplied
`;

export function createCertificateAuthority(): CertificateAuthority {
  const folder = mkdtempSync(join(tmpdir(), "portcullis-authority-"));
  const openssl = (...words: readonly string[]) =>
    execFileSync("openssl", words, { cwd: folder, stdio: "ignore" });
  const read = (name: string) => readFileSync(join(folder, name));
  writeFileSync(join(folder, "index.txt"), "");
  writeFileSync(join(folder, "ca.conf"), CONFIGURATION);
  const subject = ["-subj", "/CN=Authority of a test", "-days", "3000"];
  openssl("req", "-x509", ...CURVE, ...subject, "-out", "ca.pem", "-keyout", "ca.key");
  return {
    file: join(folder, "ca.pem"),
    issue({ name = "localhost", fromDays = -1, toDays = 90 } = {}) {
      openssl("req", ...CURVE, "-subj", `/CN=${name}`, "-out", "csr.pem", "-keyout", "key.pem");
      writeFileSync(join(folder, "names"), `subjectAltName=DNS:${name}\n`);
      const dates = ["-startdate", dateIn(fromDays), "-enddate", dateIn(toDays)];
      const by = ["-config", "ca.conf", "-cert", "ca.pem", "-keyfile", "ca.key"];
      const files = ["-in", "csr.pem", "-out", "cert.pem", "-extfile", "names"];
      openssl("ca", "-batch", "-notext", ...by, ...dates, ...files);
      return { cert: read("cert.pem"), key: read("key.pem") };
    },
    selfSigned() {
      const names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
      openssl("req", "-x509", ...CURVE, ...names, "-out", "self.pem", "-keyout", "self.key");
      return { cert: read("self.pem"), key: read("self.key") };
    },
    remove: () => rmSync(folder, { recursive: true }),
  };
}

/** As OpenSSL writes instants. */
function dateIn(days: number): string {
  const iso = new Date(Date.now() + days * 86_400_000).toISOString();
  return iso.replaceAll(/[-:T]|\.\d+/g, "");
}
