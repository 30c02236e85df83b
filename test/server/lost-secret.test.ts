/** The steps of docs/operating.md for an AUTH_SECRET that has leaked, on a database with all that is derived from it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Secret, TOTP } from "otpauth";
import { describe, expect, onTestFinished, test } from "vitest";
import { adminClient, cookieClient, dataOf, signedInClient } from "../support/clients.ts";
import { NEW_PASSWORD, PASSWORD } from "../support/credentials.ts";
import { databases } from "../support/databases.ts";
import { nthMailTo, tokenIn } from "../support/mailbox.ts";
import { startServerProcess } from "../support/server-process.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const page = readFileSync(new URL("../../docs/operating.md", import.meta.url), "utf8");
const statements = (/```sql\n(begin;\ndelete from signing_keys;[^]*?)```/.exec(page)?.[1] ?? "")
  .split(";")
  .map((statement) => statement.trim())
  .filter((statement) => statement.startsWith("delete "));

describe.each(databases)(
  "on $name, after new-secret.sql and with another AUTH_SECRET",
  ({ create }) => {
    test("everybody comes back by mail and adds the authenticator app again; links of before are good for nothing", async () => {
      const database = await create();
      const folder = temporaryFolder();
      const start = async (AUTH_SECRET: string) => {
        const environment = { AUTH_SECRET, DATABASE_URL: database.url, MAIL_LOGIN: "on" };
        const server = await startServerProcess({ folder, environment });
        onTestFinished(async () => void (await server.stop()));
        return server;
      };
      onTestFinished(() => database.remove());
      const outbox =
        database.target.kind === "sqlite"
          ? join(database.target.path, "../outbox")
          : join(folder, "data/outbox");

      const before = await start("fathom-wicket-0123456789-lantern-orchard");
      const admin = await adminClient(before.baseUrl);
      const { api, user } = await signedInClient(before.baseUrl);
      dataOf(await admin.updateUser({ userId: user.id, emailVerified: true }));
      await addApp(api);
      expect(
        await cookieClient(before.baseUrl).login({ email: user.email, password: PASSWORD }),
      ).toMatchObject({ status: 202 });
      dataOf(await cookieClient(before.baseUrl).forgotPassword({ email: user.email }));
      const stale = tokenIn(await nthMailTo(outbox, user.email, 2)); // after the mail about the app
      await before.stop();

      expect(statements.length).toBeGreaterThan(3);
      for (const statement of statements) await database.query(statement);
      const after = await start("meadow-copper-9876543210-harbour-thistle");
      const anew = cookieClient(after.baseUrl);
      expect(await anew.login({ email: user.email, password: PASSWORD })).toMatchObject({
        status: 401,
      });
      expect(await anew.resetPassword({ token: stale, newPassword: NEW_PASSWORD })).toMatchObject({
        status: 400,
      });
      dataOf(await anew.forgotPassword({ email: user.email }));
      const token = tokenIn(await nthMailTo(outbox, user.email, 3));
      dataOf(await anew.resetPassword({ token, newPassword: NEW_PASSWORD }));
      expect(await anew.login({ email: user.email, password: NEW_PASSWORD })).toMatchObject({
        status: 200,
      });
      expect(await addApp(anew)).toHaveLength(10);
    });
  },
);

/** Adds an app; answers the recovery codes. */
async function addApp(api: ReturnType<typeof cookieClient>) {
  const { setupToken, secret } = dataOf(await api.startTotp());
  const code = new TOTP({ secret: Secret.fromBase32(secret) }).generate();
  return dataOf(await api.confirmTotp({ setupToken, code })).codes;
}
