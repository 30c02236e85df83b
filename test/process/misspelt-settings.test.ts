import { expect, test } from "vitest";
import { misspeltSettings } from "../../src/process/misspelt-settings.ts";
import { readSettings } from "../../src/process/settings.ts";

const names = ["PUBLIC_URL", "LIMIT_LOGIN_IP", "DATABASE_URL", "PORT", "HOST", "SMTP_URL"];
const meantBy = (name: string, environment: Record<string, string> = {}) =>
  misspeltSettings({ [name]: "x", ...environment }, names).map(({ meant }) => meant);

test.each([
  ["PUBLC_URL", "PUBLIC_URL"],
  ["PUBLIC_ULR", "PUBLIC_URL"],
  ["public_url", "PUBLIC_URL"],
  ["LIMIT_LOGN_IP", "LIMIT_LOGIN_IP"],
  ["LIMIT_LOGIN_IPS", "LIMIT_LOGIN_IP"],
  ["DATABASE_URI", "DATABASE_URL"],
  ["DATBASE_ULR", "DATABASE_URL"],
  ["SMTP_URI", "SMTP_URL"],
])("%s was meant to be %s", (name, meant) => {
  expect(meantBy(name)).toEqual([meant]);
});

test.each([
  "PATH",
  "POST",
  "HOSTNAME",
  "PORTS",
  "COST",
  "DATABASE_HOST",
  "PUBLIC_KEY",
  "SMTP_USER",
])("%s is somebody else's", (name) => {
  expect(meantBy(name)).toEqual([]);
});

test("a setting that is set was not meant by another name", () => {
  expect(meantBy("DATABASE_URI", { DATABASE_URL: "sqlite:a.db" })).toEqual([]);
});

test("CF-10 a start is told of it, by both names; where a required one is missing, in that one line", () => {
  const read = readSettings({ LIMIT_LOGN_IP: "5/60", TRUST_PROXI: "loopback" });
  expect(read).toMatchObject({
    remarks: [
      "LIMIT_LOGN_IP is not known, and has no effect: LIMIT_LOGIN_IP was probably meant",
      "TRUST_PROXI is not known, and has no effect: TRUST_PROXY was probably meant",
    ],
  });
  const refused = readSettings({
    NODE_ENV: "production",
    PUBLC_URL: "https://auth.example.com",
    AUTH_SECRET: "Zq3v9Lr0pXw7Yt5Bn2Kd8Hs4Gf6Jc1Ma",
    SMTP_URL: "smtps://mail.example.com",
    MAIL_FROM: "auth@example.com",
    LIMIT_LOGN_IP: "5/60",
  });
  expect(refused).toEqual({
    faults: [
      "PUBLIC_URL is required in production; PUBLC_URL, which is set, is not known",
      "LIMIT_LOGN_IP is not known, and has no effect: LIMIT_LOGIN_IP was probably meant",
    ],
  });
});

test("the usual environment of a shell, of npm, of CI and of a container raises nothing", () => {
  const foreign = [
    ..."HOME PATH PWD USER SHELL LANG TERM EDITOR SHLVL HOSTNAME LOGNAME MAIL TMPDIR CI DEBUG".split(
      " ",
    ),
    ..."NODE NODE_PATH NODE_OPTIONS NODE_VERSION npm_config_loglevel npm_package_name INIT_CWD".split(
      " ",
    ),
    ..."GITHUB_TOKEN GITHUB_ACTIONS RUNNER_OS KUBERNETES_PORT KUBERNETES_SERVICE_HOST".split(" "),
    ..."POSTGRES_PASSWORD POSTGRES_USER PGUSER PGPASSWORD PGDATABASE MYSQL_HOST REDIS_URL".split(
      " ",
    ),
    ..."SMTP_HOST SMTP_PORT SMTP_USER MAIL_HOST LOG_FILE LOG_FORMAT SESSION_SECRET BASE_URL API_URL".split(
      " ",
    ),
    ..."AWS_SECRET_ACCESS_KEY DOCKER_HOST SSH_AUTH_SOCK XDG_SESSION_TYPE XDG_SESSION_ID".split(" "),
  ];
  const read = readSettings(Object.fromEntries(foreign.map((name) => [name, "x"])));
  expect(read).toMatchObject({ remarks: [] });
});
