/** A route of the app's own, which knows who is signed in. */
import { portcullis } from "../../portcullis.ts";

export const dynamic = "force-dynamic";

export async function GET(request: Request): Promise<Response> {
  const session = await portcullis.sessionOf(request);
  return session
    ? Response.json({ hello: session.email })
    : Response.json({ signIn: "/auth/login" }, { status: 401 });
}
