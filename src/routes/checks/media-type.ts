import { check } from "./check.ts";

/** A form of another site can send other types without asking the server first (CS-05). */
export const mediaType = check({
  name: "media-type",
  refuses: "A body that is not declared as `application/json`.",
  problems: ["unsupported_media_type"],
  concerns: ({ request }) => request.body !== undefined,
  judge: ({ request }) => (isJson(request) ? undefined : { problem: "unsupported_media_type" }),
});

function isJson({ headers }: Request): boolean {
  const mediaType = headers.get("content-type")?.split(";")[0];
  return mediaType?.trim().toLowerCase() === "application/json";
}
