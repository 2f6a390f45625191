// How long requests took over time: cells of a grid, the darker, the more requests. A cell, or a box of
// them, is marked with pointer or keys; what is marked can be asked for.
import { useEffect, useRef, useState } from "preact/hooks";
import type { HeatMap } from "./api";
import { clock, count, milliseconds } from "./format";

/** A box: [from, to) in time, (over, upTo] in ms. */
export interface Brush {
  from: string;
  to: string;
  over: number;
  upTo: number;
}

export const printBrush = (b: Brush): string => [b.from, b.to, b.over, b.upTo].join("~");

export function parseBrush(text: string): Brush | null {
  const [from = "", to = "", over, upTo] = text.split("~");
  const brush = { from, to, over: Number(over), upTo: Number(upTo) };
  const whole = Date.parse(from) < Date.parse(to) && brush.over >= 0 && brush.over < brush.upTo && isFinite(brush.upTo);
  return whole ? brush : null;
}

/** What is in it, in the filter language. */
export const brushFilter = (b: Brush): string => `duration > ${b.over}ms and duration <= ${b.upTo}ms`;

export function brushWords(b: Brush): string {
  return `${clock(new Date(b.from))} to ${clock(new Date(b.to))}, ${milliseconds(b.over)} to ${milliseconds(b.upTo)}`;
}

interface Cell {
  column: number;
  row: number;
}

const HEIGHT = 168;
/** As the charts above have it, so that one moment stands above the other. */
const PAD = { left: 54, right: 18, top: 6, bottom: 22 };

const startOf = (map: HeatMap, column: number) => Date.parse(map.columns[0]!.time) + column * map.step_ms;

function boxOf(map: HeatMap, a: Cell, b: Cell): Brush {
  const [first, last] = [Math.min(a.column, b.column), Math.max(a.column, b.column)];
  return {
    from: new Date(startOf(map, first)).toISOString(),
    to: new Date(startOf(map, last + 1)).toISOString(),
    over: map.rows[Math.min(a.row, b.row)]!.over_ms,
    upTo: map.rows[Math.max(a.row, b.row)]!.to_ms,
  };
}

function countIn(map: HeatMap, a: Cell, b: Cell): number {
  const within = (n: number, p: number, q: number) => n >= Math.min(p, q) && n <= Math.max(p, q);
  let sum = 0;
  map.columns.forEach((column, i) => {
    if (within(i, a.column, b.column)) for (const [row, n] of column.cells) if (within(row, a.row, b.row)) sum += n;
  });
  return sum;
}

/** Where things are on the canvas. */
class Frame {
  readonly width: number;
  readonly height = HEIGHT - PAD.top - PAD.bottom;
  readonly low: number;
  readonly high: number;

  constructor(
    readonly map: HeatMap,
    whole: number,
  ) {
    this.width = whole - PAD.left - PAD.right;
    this.low = Math.log(map.rows[0]!.over_ms);
    this.high = Math.log(map.rows[map.rows.length - 1]!.to_ms);
  }

  x(ms: number): number {
    const first = startOf(this.map, 0);
    return PAD.left + ((ms - first) / (this.map.columns.length * this.map.step_ms)) * this.width;
  }

  y(ms: number): number {
    return PAD.top + this.height * (1 - (Math.log(ms) - this.low) / (this.high - this.low));
  }

  cellAt(x: number, y: number): Cell {
    const clamp = (n: number, most: number) => Math.min(most - 1, Math.max(0, Math.floor(n)));
    const { columns, rows } = this.map;
    return {
      column: clamp(((x - PAD.left) / this.width) * columns.length, columns.length),
      row: rows.length - 1 - clamp(((y - PAD.top) / this.height) * rows.length, rows.length),
    };
  }
}

/** Latencies to write beside the rows: decades, and what lies between if there is room. */
function ticks(frame: Frame): number[] {
  let found: number[] = [];
  for (const steps of [[1, 3], [1, 2, 3, 5, 7], [1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9]]) {
    found = [];
    for (let decade = 1e-3; decade < 1e8; decade *= 10)
      for (const step of steps) {
        const y = frame.y(decade * step);
        const roomy = found.every((other) => Math.abs(frame.y(other) - y) >= 22);
        if (roomy && y >= PAD.top + 4 && y <= PAD.top + frame.height - 2) found.push(decade * step);
      }
    if (found.length >= 3) break; // one alone says nothing of the scale
  }
  return found;
}

function drawAxes(context: CanvasRenderingContext2D, frame: Frame, color: (name: string) => string) {
  context.font = "11px system-ui, sans-serif";
  context.fillStyle = color("muted");
  context.strokeStyle = color("line");
  context.textBaseline = "middle";
  context.textAlign = "right";
  for (const tick of ticks(frame)) {
    const y = Math.round(frame.y(tick)) + 0.5;
    context.beginPath();
    context.moveTo(PAD.left, y);
    context.lineTo(PAD.left + frame.width, y);
    context.stroke();
    context.fillText(milliseconds(tick), PAD.left - 6, y);
  }
  context.textAlign = "center";
  const { columns, step_ms } = frame.map;
  const length = columns.length * step_ms;
  const every = [1, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400].find((s) => length / s / 1000 <= frame.width / 70) ?? 604800;
  const zone = new Date(startOf(frame.map, 0)).getTimezoneOffset() * 60e3;
  const first = Math.ceil((startOf(frame.map, 0) - zone) / (every * 1000)) * every * 1000 + zone;
  for (let at = first; at <= startOf(frame.map, columns.length); at += every * 1000) {
    const date = new Date(at);
    const text = every >= 86400 ? `${date.getMonth() + 1}-${date.getDate()}` : clock(date, every < 60);
    const x = frame.x(at);
    if (x > PAD.left + 12 && x < PAD.left + frame.width - 12) context.fillText(text, x, HEIGHT - PAD.bottom / 2);
  }
}

function drawCells(context: CanvasRenderingContext2D, frame: Frame, color: (name: string) => string) {
  const { columns, rows } = frame.map;
  const most = Math.max(1, ...columns.flatMap((column) => column.cells.map((cell) => cell[1])));
  const width = frame.width / columns.length;
  const gap = width > 4 ? 1 : 0;
  context.fillStyle = color("accent");
  columns.forEach((column, i) => {
    for (const [row, n] of column.cells) {
      const top = PAD.top + (frame.height * (rows.length - 1 - row)) / rows.length;
      context.globalAlpha = 0.14 + 0.86 * (most > 1 ? Math.log(n) / Math.log(most) : 1);
      context.fillRect(PAD.left + i * width, top, Math.max(1, width - gap), Math.max(1, frame.height / rows.length - gap));
    }
  });
  context.globalAlpha = 1;
}

function drawBox(context: CanvasRenderingContext2D, frame: Frame, box: Brush, stroke: string, fill: boolean) {
  const clampX = (x: number) => Math.min(PAD.left + frame.width, Math.max(PAD.left, x));
  const clampY = (y: number) => Math.min(PAD.top + frame.height, Math.max(PAD.top, y));
  const [left, right] = [clampX(frame.x(Date.parse(box.from))), clampX(frame.x(Date.parse(box.to)))];
  const [top, bottom] = [clampY(frame.y(box.upTo)), clampY(box.over > 0 ? frame.y(box.over) : Infinity)];
  if (fill) {
    context.globalAlpha = 0.16;
    context.fillStyle = stroke;
    context.fillRect(left, top, right - left, bottom - top);
    context.globalAlpha = 1;
  }
  context.strokeStyle = stroke;
  context.lineWidth = fill ? 2 : 1;
  context.strokeRect(left - 0.5, top - 0.5, right - left, bottom - top);
  context.lineWidth = 1;
}

function paint(canvas: HTMLCanvasElement, frame: Frame, brush: Brush | null, under: Brush | null) {
  const context = canvas.getContext("2d")!;
  const style = getComputedStyle(canvas);
  const color = (name: string) => style.getPropertyValue("--" + name).trim();
  const whole = frame.width + PAD.left + PAD.right;
  const scale = devicePixelRatio || 1;
  canvas.width = Math.round(whole * scale);
  canvas.height = Math.round(HEIGHT * scale);
  context.scale(scale, scale);
  drawAxes(context, frame, color);
  drawCells(context, frame, color);
  if (brush) drawBox(context, frame, brush, color("warn"), true);
  if (under) drawBox(context, frame, under, color("text"), false);
}

const STEPS: Record<string, [number, number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

interface HeatProps {
  map: HeatMap;
  brush: string;
  onBrush: (brush: string) => void;
  turn: number; // changes with the colours
}

/** The cell with most in it, to begin with. */
function fullest(map: HeatMap): Cell {
  let best: Cell = { column: 0, row: 0 };
  let most = 0;
  map.columns.forEach((column, i) => {
    for (const [row, n] of column.cells) if (n > most) [most, best] = [n, { column: i, row }];
  });
  return best;
}

function useWidth(place: { current: HTMLElement | null }): number {
  const [width, setWidth] = useState(380);
  useEffect(() => {
    const element = place.current!;
    const observer = new ResizeObserver(() => setWidth(Math.max(160, element.clientWidth)));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return width;
}

export function Heat({ map, brush, onBrush, turn }: HeatProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const place = useRef<HTMLDivElement>(null);
  const width = useWidth(place);
  // `anchor` stays while a box is drawn from it.
  const [at, setAt] = useState<{ anchor: Cell; here: Cell } | null>(null);
  const frame = new Frame(map, width);
  const inside = (cell: Cell) => cell.column < map.columns.length && cell.row < map.rows.length;
  const shown = at && inside(at.anchor) && inside(at.here) ? at : null;
  const marked = parseBrush(brush);
  useEffect(() => paint(canvas.current!, frame, marked, shown && boxOf(map, shown.anchor, shown.here)), [map, width, brush, at, turn]);

  const cellOf = (event: PointerEvent) => {
    const box = canvas.current!.getBoundingClientRect();
    return frame.cellAt(event.clientX - box.left, event.clientY - box.top);
  };
  const mark = (cells: { anchor: Cell; here: Cell }) => {
    if (countIn(map, cells.anchor, cells.here)) onBrush(printBrush(boxOf(map, cells.anchor, cells.here)));
    else onBrush("");
  };
  const onKey = (event: KeyboardEvent) => {
    const step = STEPS[event.key];
    const from = shown ?? { anchor: fullest(map), here: fullest(map) };
    if (step) {
      const clamp = (n: number, most: number) => Math.min(most - 1, Math.max(0, n));
      const here = { column: clamp(from.here.column + step[0], map.columns.length), row: clamp(from.here.row + step[1], map.rows.length) };
      setAt({ anchor: event.shiftKey ? from.anchor : here, here });
    } else if (event.key === "Enter") mark(from);
    else if (event.key === "Escape" && brush) onBrush("");
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const words = shown ? `${brushWords(boxOf(map, shown.anchor, shown.here))}: ${count(countIn(map, shown.anchor, shown.here))} requests` : "";
  return (
    <figure class="chart heat">
      <figcaption>How long requests took</figcaption>
      <div ref={place}>
        <canvas
          ref={canvas}
          height={HEIGHT}
          tabIndex={0}
          role="application"
          aria-label="Heat map of latency over time. Arrow keys go from cell to cell, with Shift they mark several, Enter lists their requests."
          onFocus={() => canvas.current!.matches(":focus-visible") && !shown && setAt({ anchor: fullest(map), here: fullest(map) })}
          onBlur={() => setAt(null)}
          onKeyDown={onKey}
          onPointerDown={(e) => (e.currentTarget.setPointerCapture(e.pointerId), setAt({ anchor: cellOf(e), here: cellOf(e) }))}
          onPointerMove={(e) => setAt((old) => ({ anchor: e.buttons && old ? old.anchor : cellOf(e), here: cellOf(e) }))}
          onPointerUp={(e) => shown && mark({ anchor: shown.anchor, here: cellOf(e) })}
          onPointerLeave={(e) => !e.buttons && setAt(null)}
        />
      </div>
      <p class="under-heat" aria-live="polite">
        {words || "Click a cell, or drag over several, to see requests of it."}
      </p>
    </figure>
  );
}
