// Below the graph: requests and errors of all the history, the range that is shown, and the one it is
// compared with; marks for what happened. Drag to choose, play to replay.
import { useEffect, useRef, useState } from "preact/hooks";
import { AGAINST, type Address } from "./address";
import type { Incident, Point, Range } from "./api";
import { useAnswer } from "./data";
import { clock, count, moment, share } from "./format";
import { prepare } from "./paint";
import { Select } from "./parts";
import { SPEEDS, type History } from "./replay";

interface Props {
  address: Address;
  go: (change: Partial<Address>) => void;
  version: number;
  history: History;
  shown: Range | undefined;
  against: Range | null;
  turn: number; // changes with the colours
  speed: number;
  onPlay: (speed: number) => void;
}

const iso = (ms: number) => new Date(ms).toISOString();
const ms = (text: string | undefined) => Date.parse(text ?? "");
const WINDOW_MS = 5000;
const REFRESHED = 6; // every so many changes the whole history is asked for again

type Span = [number, number];

function draw(canvas: HTMLCanvasElement, history: History, points: Point[], events: Incident[], spans: [Span | null, string][]) {
  const c = prepare(canvas);
  if (!c) return;
  const style = getComputedStyle(document.documentElement);
  const color = (name: string) => style.getPropertyValue("--" + name).trim();
  const { clientWidth: width, clientHeight: height } = canvas;
  const x = (time: number) => ((time - history.from) / (history.to - history.from)) * width;
  const top = Math.max(1, ...points.map((point) => point.requests));
  const bar = Math.max(1, width / points.length - 0.5);
  for (const [span, tone] of spans) {
    if (!span) continue;
    c.fillStyle = color(tone);
    c.globalAlpha = 0.2;
    c.fillRect(x(span[0]), 0, Math.max(2, x(span[1]) - x(span[0])), height);
    c.globalAlpha = 1;
    c.fillRect(x(span[0]), 0, 1.5, height);
    c.fillRect(x(span[1]) - 1.5, 0, 1.5, height);
  }
  for (const point of points) {
    const left = x(ms(point.time));
    const tall = (point.requests / top) * (height - 12);
    c.fillStyle = color("idle");
    c.fillRect(left, height - tall, bar, tall);
    if (!point.errors) continue;
    const failed = Math.max(2, (point.errors / top) * (height - 12));
    c.fillStyle = color("bad");
    c.fillRect(left, height - failed, bar, failed);
  }
  for (const event of events) {
    c.fillStyle = color(event.severity === "warn" || event.severity === "bad" ? event.severity : "accent");
    const at = x(ms(event.time));
    c.beginPath();
    c.moveTo(at - 4, 0);
    c.lineTo(at + 4, 0);
    c.lineTo(at, 7);
    c.fill();
  }
}

/** "2026-01-31T08:00:00" as one's own clock has it, for an input; and back. */
const local = (time: number) => (isFinite(time) ? new Date(time - new Date(time).getTimezoneOffset() * 60e3).toISOString().slice(0, 19) : "");

function RangeForm({ address, go, shown, history }: Pick<Props, "address" | "go" | "shown" | "history">) {
  const [from, setFrom] = useState("");
  const [to, setTo] = useState("");
  const start = from || local(ms(shown?.from));
  const end = to || local(ms(shown?.to));
  const wrong = !(Date.parse(start) < Date.parse(end));
  return (
    <details class="menu up">
      <summary>Range…</summary>
      <form
        onSubmit={(e) => {
          e.preventDefault();
          if (wrong) return;
          go({ from: iso(Date.parse(start)), to: iso(Date.parse(end)) });
          e.currentTarget.closest("details")!.open = false;
        }}
      >
        <label>
          From <input type="datetime-local" step="1" value={start} onInput={(e) => setFrom(e.currentTarget.value)} />
        </label>
        <label>
          To <input type="datetime-local" step="1" value={end} onInput={(e) => setTo(e.currentTarget.value)} />
        </label>
        <p class="hint">
          There is {moment(iso(history.from))} to {moment(iso(history.to))}.
        </p>
        {wrong && <p class="alarm">From has to be before To.</p>}
        <button class="primary" disabled={wrong}>
          Show
        </button>
        <button type="button" class="link" onClick={() => go({ against: `${iso(Date.parse(start))}/${iso(Date.parse(end))}` })} disabled={wrong}>
          Compare with this range
        </button>
        {address.against && (
          <button type="button" class="link" onClick={() => go({ against: "" })}>
            Compare no more
          </button>
        )}
      </form>
    </details>
  );
}

const AGAINST_TEXTS: Record<string, string> = { before: "the time before", "1h": "an hour before", "24h": "a day before", "7d": "a week before" };

export function Compare({ address, go }: Pick<Props, "address" | "go">) {
  const chosen = address.against.includes("/") ? [{ value: address.against, text: "a chosen range" }] : [];
  const choices = [{ value: "", text: "nothing" }, ...Object.keys(AGAINST).map((value) => ({ value, text: AGAINST_TEXTS[value]! })), ...chosen];
  return <Select name="Compare with" value={address.against} choices={choices} onChoose={(against) => go({ against })} />;
}

function Player({ speed, onPlay }: Pick<Props, "speed" | "onPlay">) {
  return (
    <div class="choices" role="group" aria-label="Replay">
      {speed > 0 && (
        <button onClick={() => onPlay(0)} title="Stop the replay" aria-label="Stop the replay">
          ■
        </button>
      )}
      {SPEEDS.map((one) => (
        <button key={one} aria-pressed={speed === one} onClick={() => onPlay(one)} title={`Replay ${one} times as fast as it was`} aria-label={`Replay at ${one}x`}>
          ▸ {one}×
        </button>
      ))}
    </div>
  );
}

function useChart(props: Props) {
  const { version, history } = props;
  const turn = Math.floor(version / REFRESHED);
  const series = useAnswer<{ points: Point[] }>(history.to ? "series" : null, { since: "all", points: "240" }, version < REFRESHED ? version : turn + REFRESHED);
  const events = useAnswer<{ events: Incident[] }>(history.to ? "events" : null, { since: "all" }, version < REFRESHED ? version : turn + REFRESHED);
  return { points: series.data?.points ?? [], events: events.data?.events ?? [] };
}

export function Scrubber(props: Props) {
  const { address, go, history, shown, against } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const [drag, setDrag] = useState<Span | null>(null);
  const [hint, setHint] = useState("");
  const [size, setSize] = useState(0);
  const { points, events } = useChart(props);
  const whole: Span | null = shown?.from ? [ms(shown.from), ms(shown.to)] : null;
  const other: Span | null = against ? [ms(against.from), ms(against.to)] : null;
  useEffect(() => {
    const drawn = canvas.current!;
    const watcher = new ResizeObserver(() => setSize(drawn.clientWidth));
    watcher.observe(drawn);
    return () => watcher.disconnect();
  }, []);
  useEffect(() => void (canvas.current && draw(canvas.current, history, points, events, [[other, "warn"], [drag ?? whole, "accent"]])), [history.from, history.to, points, events, drag, shown?.from, shown?.to, against?.from, props.turn, size]);
  const timeAt = (event: PointerEvent) => {
    const box = canvas.current!.getBoundingClientRect();
    const part = Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
    return history.from + part * (history.to - history.from);
  };
  const choose = ([a, b]: Span, compare: boolean) => {
    const from = Math.floor(Math.min(a, b) / WINDOW_MS) * WINDOW_MS;
    const to = Math.max(Math.ceil(Math.max(a, b) / WINDOW_MS) * WINDOW_MS, from + WINDOW_MS);
    go(compare ? { against: `${iso(from)}/${iso(to)}` } : { from: iso(from), to: iso(to) });
  };
  const onKey = (event: KeyboardEvent) => {
    const step = event.key === "ArrowLeft" ? -1 : event.key === "ArrowRight" ? 1 : 0;
    if (!step || !whole) return;
    event.preventDefault();
    event.stopPropagation();
    const by = step * Math.max(WINDOW_MS, Math.round((whole[1] - whole[0]) / 4 / WINDOW_MS) * WINDOW_MS);
    const room = Math.max(history.from - whole[0], Math.min(history.to - whole[1], by));
    choose([whole[0] + room, whole[1] + room], false);
  };
  const tell = (time: number) => {
    const step = points.length ? (history.to - history.from) / points.length : 1;
    const point = points[Math.min(points.length - 1, Math.floor((time - history.from) / step))];
    const near = events.filter((event) => Math.abs(ms(event.time) - time) < step).map((event) => `${event.kind}: ${event.text}`);
    setHint([moment(iso(time)), point ? `${count(point.requests)} requests, ${share(point.requests ? point.errors / point.requests : 0)} errors` : "", ...near.slice(0, 3)].filter(Boolean).join(" · "));
  };
  return (
    <div class="scrubber">
      <Player speed={props.speed} onPlay={props.onPlay} />
      <div class="timeline">
        <canvas
          ref={canvas}
          tabIndex={0}
          role="slider"
          aria-label="Time range: drag to choose, left and right move it; with Shift the range to compare with"
          aria-valuemin={history.from}
          aria-valuemax={history.to}
          aria-valuenow={whole?.[1] ?? history.to}
          aria-valuetext={shown?.from ? `${moment(shown.from)} to ${moment(shown.to)}` : "no range"}
          title={hint}
          onKeyDown={onKey}
          onPointerDown={(e) => {
            e.currentTarget.setPointerCapture(e.pointerId);
            setDrag([timeAt(e), timeAt(e)]);
          }}
          onPointerMove={(e) => {
            tell(timeAt(e));
            if (drag) setDrag([drag[0], timeAt(e)]);
          }}
          onPointerUp={(e) => {
            if (drag) choose([drag[0], timeAt(e)], e.shiftKey);
            setDrag(null);
          }}
          onPointerCancel={() => setDrag(null)}
        />
        <span class="ends" aria-hidden="true">
          <span>{history.to ? clock(new Date(history.from), false) : ""}</span>
          <span>{history.to ? clock(new Date(history.to), false) : ""}</span>
        </span>
      </div>
      <Compare address={address} go={go} />
      <RangeForm address={address} go={go} shown={shown} history={history} />
    </div>
  );
}
