// The coverage picture: drawn by trailseal, by the day or by the hour.
import { useEffect, useRef, useState } from "preact/hooks";
import type { Panel, Picture, Verification, View } from "../js/browser.js";
import { Section } from "./parts.js";
import { fill, printable } from "./text.js";
import { words } from "./words.js";

const DAY_MS = 86_400_000;
/** Days that are drawn by the hour at once. */
const HOURLY_DAYS = 4;

const instant = (ms: number) => new Date(ms).toISOString().replace(".000Z", "Z");
const day = (ms: number) => instant(ms).slice(0, 10);

export function Coverage({ verification, first }: { verification: Verification; first: Picture | null }) {
  const { coverage } = words;
  const { proved_extent: extent } = verification.report;
  const [view, setView] = useState<Partial<View>>({});
  const [picture, setPicture] = useState(first);
  const [isDrawing, setDrawing] = useState(false);
  const wanted = useRef(view);
  const from = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (view === wanted.current) return;
    wanted.current = view;
    setDrawing(true);
    void verification.picture(view).then((drawn) => {
      // A later wish overtakes this one.
      if (wanted.current !== view) return;
      setPicture(drawn);
      setDrawing(false);
    });
  }, [view, verification]);
  if (first === null || picture === null) {
    return (
      <Section id="coverage" heading={coverage.heading}>
        <p>{coverage.none}</p>
      </Section>
    );
  }
  const isDaily = first.column_seconds * 1000 >= DAY_MS;
  const shownFrom = view.period ? Date.parse(view.period.from) : undefined;
  const hours = (from: number) => {
    if (Number.isFinite(from)) setView({ ...view, period: { from: instant(from), to: instant(from + HOURLY_DAYS * DAY_MS) } });
  };
  const { skip = 0 } = view;
  return (
    <section aria-labelledby="coverage" aria-busy={isDrawing}>
      <h2 id="coverage">{coverage.heading}</h2>
      {extent && <p>{fill(coverage.extent, { from: extent.from, to: extent.to })}</p>}
      <p>{fill(coverage.rows, { column: picture.column })}</p>
      <Patterns picture={picture} />
      <ul class="legend">
        {picture.legend.map(({ state, meaning }) => (
          <li key={state}>
            <svg width={picture.cell * 3} height={15} aria-hidden="true" focusable="false">
              <rect width={picture.cell * 3} height={15} fill={`url(#m-${state})`} />
            </svg>{" "}
            {meaning}
          </li>
        ))}
        <li>{coverage.blank}</li>
      </ul>
      {isDaily && (
        <div class="zoom" role="group" aria-label={coverage.controls}>
          <label class="field">
            <span>{coverage.day}</span>
            <input ref={from} type="date" value={shownFrom === undefined ? "" : day(shownFrom)} onChange={(event) => hours(Date.parse(`${event.currentTarget.value}T00:00:00Z`))} />
          </label>
          <button type="button" disabled={shownFrom === undefined} onClick={() => hours((shownFrom ?? 0) - HOURLY_DAYS * DAY_MS)}>
            {coverage.earlier}
          </button>
          <button type="button" disabled={shownFrom === undefined} onClick={() => hours((shownFrom ?? 0) + HOURLY_DAYS * DAY_MS)}>
            {coverage.later}
          </button>
          <button
            type="button"
            disabled={shownFrom === undefined}
            onClick={() => {
              setView({ skip });
              // This button goes dead, and whoever came by keyboard must not be put back to the beginning.
              from.current?.focus();
            }}
          >
            {coverage.whole}
          </button>
          <p class="hint" role="status">
            {isDrawing ? coverage.drawing : coverage.zoom}
          </p>
        </div>
      )}
      {picture.panels.map((panel, index) => (
        <Drawing
          key={index}
          id={index}
          panel={panel}
          picture={picture}
          {...(isDaily && picture.column_seconds * 1000 >= DAY_MS ? { select: hours } : {})}
        />
      ))}
      {(picture.hidden > 0 || skip > 0) && (
        <p class="actions">
          <span>{fill(coverage.hidden, { drawn: picture.drawn, hidden: picture.hidden })}</span>
          {picture.hidden > skip && (
            <button type="button" onClick={() => setView({ ...view, skip: skip + picture.drawn })}>
              {coverage.more}
            </button>
          )}
          {skip > 0 && (
            <button type="button" onClick={() => setView({ ...view, skip: 0 })}>
              {coverage.fewer}
            </button>
          )}
        </p>
      )}
    </section>
  );
}

function Drawing({ id, panel, picture, select }: { id: number; panel: Panel; picture: Picture; select?: (from: number) => void }) {
  const { label, cell, column_seconds } = picture;
  return (
    <div class="scroll panel" role="region" aria-label={panel.title} tabIndex={0}>
      <svg
        viewBox={`0 0 ${panel.width} ${panel.height}`}
        width={panel.width}
        height={panel.height}
        role="img"
        aria-labelledby={`p${id}t p${id}d`}
        class={select ? "selectable" : ""}
        onClick={(event) => {
          const { left, width } = event.currentTarget.getBoundingClientRect();
          const column = Math.floor((((event.clientX - left) / width) * panel.width - label) / cell);
          if (select && panel.from && column >= 0 && column < panel.columns) select(Date.parse(panel.from) + column * column_seconds * 1000);
        }}
      >
        <title id={`p${id}t`}>{panel.title}</title>
        <desc id={`p${id}d`}>{panel.description}</desc>
        {panel.ticks.map(({ x, is_major, text }) => (
          <g key={x}>
            <path class={is_major ? "major" : "minor"} d={`M${label + x} ${is_major ? 4 : 20}V${panel.height}`} />
            <text class="tick" x={label + x + 3} y={is_major ? 13 : 29}>
              {text}
            </text>
          </g>
        ))}
        {panel.rows.map((row) => (
          <g key={row.y} transform={`translate(${label} ${row.y})`}>
            <title>{printable(row.title)}</title>
            <text x={-6} y={11}>
              {printable(row.label)}
            </text>
            {row.runs.map(({ state, path }) => (
              <path key={state} fill={`url(#m-${state})`} d={path} />
            ))}
          </g>
        ))}
      </svg>
    </div>
  );
}

/** The marks, as the HTML report draws them: each told from the others by its form as well. */
function Patterns({ picture: { cell, mark } }: { picture: Picture }) {
  const pattern = { width: cell, height: 15, patternUnits: "userSpaceOnUse" };
  return (
    <svg class="marks" width={0} height={0} aria-hidden="true" focusable="false">
      <defs>
        <pattern id="m-proved" {...pattern}>
          <rect class="proved" x={0.5} y={1.5} width={cell - 1} height={mark} />
        </pattern>
        <pattern id="m-silent" {...pattern}>
          <rect class="silent" x={1} y={2} width={cell - 2} height={mark - 1} />
          <circle class="dot" cx={cell / 2} cy={7.5} r={1.4} />
        </pattern>
        <pattern id="m-unproved" {...pattern}>
          <rect class="unproved" x={0.5} y={1.5} width={cell - 1} height={mark} />
          <path class="stripe" d={`M1 4.5h${cell - 2}M1 7.5h${cell - 2}M1 10.5h${cell - 2}`} />
        </pattern>
        <pattern id="m-gap" {...pattern}>
          <rect class="gap" x={1.25} y={2.25} width={cell - 2.5} height={10.5} />
          <path class="slash" d={`M1.5 12.5L${cell - 1.5} 2.5`} />
        </pattern>
        <pattern id="m-failed" {...pattern}>
          <rect class="failed" x={0.5} y={1.5} width={cell - 1} height={mark} />
          <path class="cross" d={`M2 4L${cell - 2} 11M${cell - 2} 4L2 11`} />
        </pattern>
      </defs>
    </svg>
  );
}
