/** Sign-ins of a day by the hour: a drawing, and the same as a table. */
import type { Schemas } from "@portcullis/client";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { timeOf } from "../kit/dates.ts";
import {
  areaOf,
  type Frame,
  frameOf,
  lineOf,
  namedHours,
  ticksOf,
  xOf,
  yOf,
} from "./chart-shape.ts";
import { say } from "./words.ts";

type Hour = Schemas["HourCounts"];

export function Chart({ hours }: { readonly hours: readonly Hour[] }) {
  const id = useId();
  const [width, place] = useWidth();
  return (
    <figure class="card chart" aria-labelledby={`${id}-name`}>
      <figcaption>
        <span id={`${id}-name`}>{say("chartTitle")}</span>
        <ul class="legend">
          <li>
            <Line of="one" />
            {say("chartThrough")}
          </li>
          <li>
            <Line of="two" />
            {say("chartRefused")}
          </li>
        </ul>
      </figcaption>
      <div ref={place} class="drawing">
        {width > 0 && <Drawing hours={hours} width={width} id={id} />}
      </div>
      <details class="small">
        <summary>{say("chartTable")}</summary>
        <Table hours={hours} name={`${id}-name`} />
      </details>
    </figure>
  );
}

function Drawing({
  hours,
  width,
  id,
}: {
  readonly hours: readonly Hour[];
  readonly width: number;
  readonly id: string;
}) {
  const largest = Math.max(...hours.flatMap(({ signedIn, refused }) => [signedIn, refused]), 0);
  const frame = frameOf(width, largest);
  const ticks = ticksOf(largest);
  const most = ticks.at(-1) ?? 1;
  const signedIn = hours.map((hour) => hour.signedIn);
  const refused = hours.map((hour) => hour.refused);
  return (
    <svg
      viewBox={`0 0 ${frame.width} ${frame.height}`}
      width={frame.width}
      height={frame.height}
      role="img"
      aria-labelledby={`${id}-title ${id}-about`}
    >
      <title id={`${id}-title`}>{say("chartTitle")}</title>
      <desc id={`${id}-about`}>{describe(hours)}</desc>
      {ticks.map((tick) => (
        <g key={tick}>
          <path
            class="grid"
            d={`M${frame.left} ${yOf(frame, tick, most)}H${frame.width - frame.right}`}
          />
          <text class="axis" x={frame.left - 8} y={yOf(frame, tick, most) + 4} text-anchor="end">
            {tick}
          </text>
        </g>
      ))}
      <HourNames frame={frame} hours={hours} />
      <path class="area" d={areaOf(frame, signedIn, most)} />
      <path class="one" d={lineOf(frame, signedIn, most)} />
      <path class="two" d={lineOf(frame, refused, most)} />
      <HourHints frame={frame} hours={hours} />
    </svg>
  );
}

function HourNames({ frame, hours }: { readonly frame: Frame; readonly hours: readonly Hour[] }) {
  const clock = hours.map(({ startsAt }) => new Date(startsAt).getHours());
  return (
    <>
      {namedHours(clock).map((at) => {
        const x = xOf(frame, at, hours.length);
        const anchor =
          x < frame.left + 16 ? "start" : x > frame.width - frame.right - 16 ? "end" : "middle";
        return (
          <text key={at} class="axis" x={x} y={frame.height - 6} text-anchor={anchor}>
            {timeOf(hours[at]?.startsAt ?? "")}
          </text>
        );
      })}
    </>
  );
}

/** The figures of an hour, for a mouse. */
function HourHints({ frame, hours }: { readonly frame: Frame; readonly hours: readonly Hour[] }) {
  const step = (frame.width - frame.left - frame.right) / Math.max(1, hours.length - 1);
  return (
    <g aria-hidden="true">
      {hours.map((hour, at) => (
        <rect
          key={hour.startsAt}
          class="hit"
          x={xOf(frame, at, hours.length) - step / 2}
          y={frame.top}
          width={step}
          height={frame.height - frame.top - frame.bottom}
        >
          <title>
            {say("chartHour", {
              time: timeOf(hour.startsAt),
              signedIn: hour.signedIn,
              refused: hour.refused,
            })}
          </title>
        </rect>
      ))}
    </g>
  );
}

function Table({ hours, name }: { readonly hours: readonly Hour[]; readonly name: string }) {
  return (
    <div class="table-frame" tabIndex={0} role="group" aria-labelledby={name}>
      <table aria-labelledby={name}>
        <thead>
          <tr>
            <th scope="col">{say("hour")}</th>
            <th scope="col">{say("signedIn")}</th>
            <th scope="col">{say("refused")}</th>
            <th scope="col">{say("signedUp")}</th>
            <th scope="col">{say("lockedCount")}</th>
          </tr>
        </thead>
        <tbody>
          {hours.map((hour) => (
            <tr key={hour.startsAt}>
              <th scope="row">{timeOf(hour.startsAt)}</th>
              <td>{hour.signedIn}</td>
              <td>{hour.refused}</td>
              <td>{hour.signedUp}</td>
              <td>{hour.locked}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function describe(hours: readonly Hour[]): string {
  const busiest = largestBy(hours, ({ signedIn }) => signedIn);
  const refused = largestBy(hours, (hour) => hour.refused);
  if (busiest === undefined || refused === undefined) return "";
  return say("chartAbout", {
    time: timeOf(busiest.startsAt),
    most: busiest.signedIn,
    refusedTime: timeOf(refused.startsAt),
    refused: refused.refused,
  });
}

function largestBy(hours: readonly Hour[], valueOf: (hour: Hour) => number): Hour | undefined {
  return hours.reduce<Hour | undefined>(
    (largest, hour) => (largest && valueOf(largest) >= valueOf(hour) ? largest : hour),
    undefined,
  );
}

function Line({ of }: { readonly of: "one" | "two" }) {
  return (
    <svg viewBox="0 0 20 8" aria-hidden="true">
      <path class={of} d="M0 4h20" />
    </svg>
  );
}

/** The width that the drawing has, in whole pixels. */
function useWidth() {
  const place = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const observer = new ResizeObserver(([entry]) => {
      if (entry) setWidth(Math.floor(entry.contentRect.width));
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [width, place] as const;
}
