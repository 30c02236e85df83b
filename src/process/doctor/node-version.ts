/** Node: supported by us from 22.18 on, and by its makers for a time. */
import { attention, type Finding, ok } from "./finding.ts";

/** The newest release line that the tests run on. */
const NEWEST_TRIED = 26;
/** When its makers stop mending a release line (github.com/nodejs/Release, schedule.json). Odd ones have half a year. */
const ENDS: Readonly<Record<number, string>> = {
  22: "2027-04-30",
  23: "2025-06-01",
  24: "2028-04-30",
  25: "2026-06-01",
  26: "2029-04-30",
};

/** `version` without the `v`. Below 22.18 nothing of this runs. */
export function judgeNode(version: string, now: number): readonly Finding[] {
  const major = Number(version.split(".")[0]);
  const end = ENDS[major];
  if (major > NEWEST_TRIED || end === undefined)
    return [
      attention(`Node ${version} was not tried with this version`, "Use an even release: 24"),
    ];
  if (now >= Date.parse(end))
    return [
      attention(
        `Node ${version} has had no security fixes since ${end}`,
        "Use a release that has: nodejs.org/about/previous-releases",
      ),
    ];
  return [ok(`Node ${version}, which is mended until ${end}`)];
}
