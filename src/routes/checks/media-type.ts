import { check } from "./check.ts";

/** A form of another site can send other types without asking the server first (CS-05). Nothing is ever unpacked (IV-14). */
export const mediaType = check({
  name: "media-type",
  refuses: "A body that is not declared as `application/json`, or that is declared as compressed.",
  problems: ["unsupported_media_type", "unsupported_content_encoding"],
  concerns: ({ request }) => request.body !== undefined,
  judge({ request }) {
    if (!isJson(request)) return { problem: "unsupported_media_type" };
    return isPlain(request) ? undefined : { problem: "unsupported_content_encoding" };
  },
});

function isJson({ headers }: Request): boolean {
  const mediaType = headers.get("content-type")?.split(";")[0];
  return mediaType?.trim().toLowerCase() === "application/json";
}

/** `identity` is no coding, though some clients send it (RFC 9110 §8.4.1). */
function isPlain({ headers }: Request): boolean {
  const codings = headers.get("content-encoding")?.toLowerCase().split(",") ?? [];
  return codings.every((coding) => ["", "identity"].includes(coding.trim()));
}
