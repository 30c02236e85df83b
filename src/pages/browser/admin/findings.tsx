/** The doctor's findings: those that are wrong first, each with what to do. */
import type { Schemas } from "@portcullis/client";
import { Badge } from "../kit/lists.tsx";
import { say } from "./words.ts";

type Finding = Schemas["DoctorFinding"];

const tones = { ok: "good", attention: "warn", wrong: "bad" } as const;
const order = { wrong: 0, attention: 1, ok: 2 } as const;

export function Findings({ findings }: { readonly findings: readonly Finding[] }) {
  const sorted = [...findings].sort((one, other) => order[one.status] - order[other.status]);
  const open = sorted.filter(({ status }) => status !== "ok");
  const good = sorted.filter(({ status }) => status === "ok");
  return (
    <div class="card rows">
      {open.length === 0 && <p class="row">{say("doctorAllGood")}</p>}
      {open.length > 0 && <FindingList findings={open} />}
      {good.length > 0 && (
        <details class="good-findings">
          <summary>{say("doctorGood", { count: good.length })}</summary>
          <FindingList findings={good} />
        </details>
      )}
    </div>
  );
}

/** The sentences are the server's, and English. */
function FindingList({ findings }: { readonly findings: readonly Finding[] }) {
  return (
    <ul>
      {findings.map(({ check, status, subject, why, next }) => (
        <li key={`${check} ${subject} ${why}`} class="finding">
          <Badge tone={tones[status]}>{say(`posture_${status}`)}</Badge>
          <div lang="en">
            <p>
              <code>{subject ?? check}</code>: {why}
            </p>
            {next !== null && <p class="small quiet">{next}</p>}
          </div>
        </li>
      ))}
    </ul>
  );
}
