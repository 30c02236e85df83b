/** The report for a person: one screen of 80 columns, colours on a terminal alone. */
import { styleText } from "node:util";
import type { DoctorReport, Posture } from "../../contract/doctor.ts";
import { postures } from "../../contract/doctor.ts";

const WIDTH = 80;
/** As wide as the longest word of each column, and two. */
const STATUS_WIDTH = 11;
const CHECK_WIDTH = 19;

const styles = { ok: "green", attention: "yellow", wrong: "red" } as const satisfies Record<
  Posture,
  Parameters<typeof styleText>[0]
>;

/** `stream` decides on colours: one that is no terminal, or NO_COLOR, has none. */
export function screenOf(report: DoctorReport, stream: NodeJS.WriteStream): string {
  const { version, publicUrl, checkedAt, findings, status } = report;
  const paint = (posture: Posture | "dim", text: string) =>
    styleText(posture === "dim" ? "dim" : styles[posture], text, { stream });
  const lines = findings.flatMap((finding, index) => {
    const isSame = findings[index - 1]?.check === finding.check;
    // Leads to another line: said in a word.
    const leads = finding.next?.startsWith("See ") ?? false;
    const why = leads ? `${finding.why} (${lowerFirst(finding.next ?? "")})` : finding.why;
    const [first = "", ...more] = wrapped(printable(why));
    const label = finding.status.padEnd(STATUS_WIDTH);
    const name = (isSame ? "" : finding.check).padEnd(CHECK_WIDTH);
    return [
      `${paint(finding.status, label)}${name}${first}`,
      ...more.map(indented),
      ...(finding.next === null || leads
        ? []
        : wrapped(`→ ${printable(finding.next)}`).map((line) => paint("dim", indented(line)))),
    ];
  });
  const counts = [...postures]
    .reverse()
    .map((posture) => [posture, findings.filter((each) => each.status === posture).length] as const)
    .filter(([, count]) => count > 0)
    .map(([posture, count]) => paint(posture, `${count} ${posture}`));
  const what = status === "ok" ? "" : ". docs/doctor.md has every line";
  return [
    paint("dim", `Portcullis ${version} at ${publicUrl || "?"}, ${checkedAt.slice(0, 19)}Z`),
    "",
    ...lines,
    "",
    `${counts.join(", ")}${what}`,
    "",
  ].join("\n");
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function indented(line: string): string {
  return " ".repeat(STATUS_WIDTH + CHECK_WIDTH) + line;
}

/** Breaks at spaces. A word that is longer than a line, as a path may be, stands over its end. */
function wrapped(text: string): string[] {
  const room = WIDTH - STATUS_WIDTH - CHECK_WIDTH;
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= room)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** Replaces control characters, which a stranger may have chosen, by `?`: a terminal would obey them. */
function printable(text: string): string {
  return text.replaceAll(/\p{C}/gu, "?");
}
