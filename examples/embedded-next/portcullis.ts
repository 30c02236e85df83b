/** The one Portcullis of the app. Next loads modules anew while you edit them, and one SQLite file has one server. */
import { createPortcullis, type Portcullis } from "portcullis";

const { env } = process;
const kept = globalThis as { portcullis?: Portcullis }; // where a reload of this module finds it again

/** Nothing is opened before its first request: not by `next build` either, which imports every route. */
export const portcullis = (kept.portcullis ??= createPortcullis({
  NODE_ENV: env["NODE_ENV"],
  PUBLIC_URL: env["PUBLIC_URL"] ?? "http://localhost:3000/auth",
  DATABASE_URL: env["DATABASE_URL"],
  AUTH_SECRET: env["AUTH_SECRET"],
  SMTP_URL: env["SMTP_URL"],
  MAIL_FROM: env["MAIL_FROM"],
}));
