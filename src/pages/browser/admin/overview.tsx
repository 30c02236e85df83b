/** How it goes: four figures, a day by the hour, and what happens now. */
import { consoleSections } from "../../entries.ts";
import type { Schemas } from "@portcullis/client";
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { api } from "../kit/api.ts";
import { agoOf } from "../kit/dates.ts";
import { PageTitle } from "../kit/frame.tsx";
import { Section } from "../kit/lists.tsx";
import { Show, useLoaded } from "../kit/loading.tsx";
import { Link } from "../kit/router.tsx";
import { readersLocale } from "../kit/words.ts";
import { Chart } from "./chart.tsx";
import { useFeed } from "./feed.ts";
import { pathOf } from "./filters.ts";
import { LiveEvents, LiveState } from "./live-events.tsx";
import { say } from "./words.ts";

type Data = Schemas["Overview"];
type Counts = Data["dayBefore"];

const REFRESH_MS = 30_000;
const LATEST = 8;

export function Overview() {
  const overview = useLoaded(() => api().getOverview());
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") void overview.reload();
    }, REFRESH_MS);
    return () => clearInterval(timer);
  }, []);
  return (
    <>
      <PageTitle title={say("overview")} about={say("overviewAbout")} />
      <Show of={overview} rows={3}>
        {(data) => (
          <>
            <Figures data={data} />
            <Chart hours={data.hours} />
          </>
        )}
      </Show>
      <Latest />
    </>
  );
}

function Figures({ data }: { readonly data: Data }) {
  const { dayBefore, busiestAddress, waitingMails } = data;
  const today = sumOf(data.hours);
  return (
    <dl class="figures">
      <Figure label={say("signedIn")} value={today.signedIn}>
        {changeOf(today.signedIn, dayBefore.signedIn)}
      </Figure>
      <Figure label={say("refused")} value={today.refused}>
        {busiestAddress === null ? (
          changeOf(today.refused, dayBefore.refused)
        ) : (
          <Link to={pathOf({ ip: busiestAddress.ip, period: "24h" })}>
            {say("fromOneAddress", { count: busiestAddress.refused })}
          </Link>
        )}
      </Figure>
      <Figure label={say("signedUp")} value={today.signedUp}>
        {changeOf(today.signedUp, dayBefore.signedUp)}
      </Figure>
      <Figure label={say("mailWaiting")} value={waitingMails.count}>
        {waitingMails.oldestAt === null
          ? say("mailNone")
          : say("mailOldest", { ago: agoOf(waitingMails.oldestAt) })}
      </Figure>
    </dl>
  );
}

function Figure({
  label,
  value,
  children,
}: {
  readonly label: string;
  readonly value: number;
  readonly children: ComponentChildren;
}) {
  return (
    <div class="card figure">
      <dt>{label}</dt>
      <dd>{new Intl.NumberFormat(readersLocale()).format(value)}</dd>
      <dd>{children}</dd>
    </div>
  );
}

function Latest() {
  const feed = useFeed({}, { size: LATEST });
  const events = feed.events?.slice(0, LATEST);
  return (
    <Section title={say("latestEvents")}>
      <LiveEvents
        feed={{ ...feed, events }}
        isShort
        empty={say("noEvents")}
        foot={
          <>
            <LiveState feed={feed} />
            <Link class="small" to={consoleSections.events}>
              {say("allEvents")}
            </Link>
          </>
        }
      />
    </Section>
  );
}

function sumOf(hours: readonly Counts[]): Counts {
  const sum = { signedIn: 0, refused: 0, signedUp: 0, locked: 0 };
  for (const hour of hours) {
    sum.signedIn += hour.signedIn;
    sum.refused += hour.refused;
    sum.signedUp += hour.signedUp;
    sum.locked += hour.locked;
  }
  return sum;
}

/** Below ten a percentage says more than is known. */
function changeOf(now: number, before: number): string {
  if (now === before && now > 0) return say("asYesterday");
  if (before < 10) return say("yesterdayCount", { before });
  const percent = Math.round((Math.abs(now - before) / before) * 100);
  return now > before ? say("upOnYesterday", { percent }) : say("downOnYesterday", { percent });
}
