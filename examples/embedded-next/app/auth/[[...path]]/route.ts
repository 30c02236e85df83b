/** Everything beneath `/auth`. */
import { portcullis } from "../../../portcullis.ts";

export const runtime = "nodejs";
export const dynamic = "force-dynamic";

/** Next tells no handler who has connected. The proxy in front does, in a header that it sets itself: see the README. */
function answer(request: Request): Promise<Response> {
  return portcullis.fetch(request, { clientAddress: request.headers.get("x-real-ip") ?? "" });
}

export {
  answer as DELETE,
  answer as GET,
  answer as HEAD,
  answer as OPTIONS,
  answer as PATCH,
  answer as POST,
  answer as PUT,
};
