// What cytoscape does not draw: the text of the cards, and the traffic that moves along the edges.
// All names end up in fillText(), which knows no markup.
import { protocolsOf, type Edge, type Health } from "./api";
import { CHANGES } from "./compare";
import type { Card } from "./fold";
import { failedText, percentileOf } from "./figures";
import { count, milliseconds, rate, shorten } from "./format";
import { drawIcon, kindOf } from "./icons";
import { CARD, pointAt, type Path, type Point } from "./route";
import type { Palette } from "./theme";

export const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif';
export const MONO = 'ui-monospace, "SF Mono", Menlo, "DejaVu Sans Mono", monospace';

export interface View {
  zoom: number;
  pan: Point;
}

/** Sizes the canvas to its box and clears it; the context is then in CSS pixels. */
export function prepare(canvas: HTMLCanvasElement): CanvasRenderingContext2D | null {
  const scale = devicePixelRatio || 1;
  const width = Math.round(canvas.clientWidth * scale);
  const height = Math.round(canvas.clientHeight * scale);
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  const context = canvas.getContext("2d");
  context?.setTransform(scale, 0, 0, scale, 0, 0);
  context?.clearRect(0, 0, width, height);
  return context;
}

/** A mark whose shape says the same as its colour: disc, triangle, square on its corner, ring. */
export function drawMark(c: CanvasRenderingContext2D, health: Health, at: Point, r: number, palette: Palette) {
  c.fillStyle = c.strokeStyle = palette.health[health];
  c.lineWidth = r * 0.4;
  c.beginPath();
  if (health === "warn") {
    c.moveTo(at.x, at.y - r * 1.15);
    c.lineTo(at.x + r * 1.15, at.y + r * 0.9);
    c.lineTo(at.x - r * 1.15, at.y + r * 0.9);
    c.closePath();
    c.fill();
  } else if (health === "bad") {
    c.moveTo(at.x, at.y - r * 1.3);
    c.lineTo(at.x + r * 1.3, at.y);
    c.lineTo(at.x, at.y + r * 1.3);
    c.lineTo(at.x - r * 1.3, at.y);
    c.closePath();
    c.fill();
  } else {
    c.arc(at.x, at.y, health === "idle" ? r * 0.8 : r, 0, 2 * Math.PI);
    if (health === "idle") c.stroke();
    else c.fill();
  }
}

/** The second line of a card: what it serves, or else what it calls; then the share of errors. */
export function summary(service: Card): [string, string] {
  const served = service.served.requests > 0;
  const figures = served ? service.served : service.called;
  if (service.change === "went") return [`${CHANGES.went[0]} no more there`, ""];
  if (!figures.requests) return ["no requests", ""];
  const parts = [(served ? "" : "calls ") + rate(figures.rate_per_s)];
  const p95 = percentileOf(figures.latency_ms, "p95");
  if (served && p95 !== null) parts.push((service.folded ? "p95 ≤ " : "p95 ") + milliseconds(p95) + (service.slower ? ` ▲ ${service.slower.toPrecision(2)}×` : ""));
  return [parts.join(" · "), figures.error_rate >= 0.0005 ? failedText(figures) : ""];
}

/** Cuts text in the middle until it is at most `width` wide in the context's font. */
function fitText(c: CanvasRenderingContext2D, text: string, width: number): string {
  const whole = c.measureText(text).width;
  if (whole <= width) return text;
  let letters = Math.max(4, Math.floor((text.length * width) / whole));
  while (letters > 4 && c.measureText(shorten(text, letters)).width > width) letters--;
  return shorten(text, letters);
}

/** What it serves other than plain HTTP, said on its card; or how many it stands for. */
const tagOf = (service: Card) =>
  service.folded ? `▸ ${count(service.folded.length)}` : protocolsOf(service).filter((name) => name !== "http").join(" ");

function drawSummary(c: CanvasRenderingContext2D, service: Card, at: Point, right: number, palette: Palette) {
  const [figures, errors] = summary(service);
  c.font = `600 14.5px ${FONT}`;
  c.fillStyle = palette.health[service.health === "good" ? "idle" : service.health];
  c.textAlign = "right";
  c.fillText(errors, right, at.y);
  c.textAlign = "left";
  const room = right - at.x - (errors ? c.measureText(errors).width + 8 : 0);
  c.font = `400 14.5px ${FONT}`;
  c.fillStyle = palette.muted;
  const fits = c.measureText(figures).width <= room; // else latency is told without the rate, which edges tell
  c.fillText(fitText(c, fits ? figures : figures.split(" · ").pop()!, room), at.x, at.y);
}

function drawCard(c: CanvasRenderingContext2D, service: Card, at: Point, palette: Palette, detail: boolean) {
  const left = at.x - CARD.width / 2;
  const text = left + 34;
  let room = CARD.width - 34 - 14;
  const line = detail ? at.y - 12 : at.y;
  drawMark(c, service.health, { x: left + 19, y: line }, 5.5, palette);
  c.textBaseline = "middle";
  const kind = service.folded ? "" : kindOf(service);
  if (kind) {
    drawIcon(c, kind, { x: left + CARD.width - 22, y: line }, palette.muted);
    room -= 24;
  }
  const tag = detail ? tagOf(service) : "";
  if (tag) {
    c.fillStyle = palette.muted;
    c.font = `400 12.5px ${FONT}`;
    c.textAlign = "right";
    const shown = fitText(c, tag, room * 0.45);
    c.fillText(shown, text + room, line);
    c.textAlign = "left";
    room -= c.measureText(shown).width + 10;
  }
  const mono = service.source === "address" && service.name !== "external";
  c.fillStyle = palette.text;
  c.font = mono ? `500 ${detail ? 15.5 : 19}px ${MONO}` : `600 ${detail ? 17 : 21}px ${FONT}`;
  const sign = service.change ? CHANGES[service.change][0] + " " : "";
  c.fillText(fitText(c, sign + service.name, room), text, line);
  if (!detail) return;
  drawSummary(c, service, { x: left + 14, y: at.y + 14 }, left + CARD.width - 14, palette);
}

export interface CardToDraw {
  service: Card;
  at: Point;
  opacity: number;
}

export interface LabelToDraw {
  text: string;
  at: Point;
  opacity: number;
}

/** The title of a box; `at` is where its text begins. */
export interface BoxToDraw {
  text: string;
  at: Point;
  width: number;
}

export const LABEL = { font: `500 15px ${FONT}`, height: 21, padding: 5 };

function drawLabel(c: CanvasRenderingContext2D, { text, at, opacity }: LabelToDraw, palette: Palette) {
  const width = c.measureText(text).width + 2 * LABEL.padding;
  c.globalAlpha = opacity * 0.92;
  c.fillStyle = palette.ground;
  c.beginPath();
  c.roundRect(at.x - width / 2, at.y - LABEL.height / 2, width, LABEL.height, 6);
  c.fill();
  c.globalAlpha = opacity;
  c.fillStyle = palette.text;
  c.fillText(text, at.x, at.y + 0.5);
}

function enter(canvas: HTMLCanvasElement, view: View, raw = false): CanvasRenderingContext2D | null {
  const c = raw ? canvas.getContext("2d") : prepare(canvas);
  c?.translate(view.pan.x, view.pan.y);
  c?.scale(view.zoom, view.zoom);
  return c;
}

/** Tells whether a place, with room for a card around it, can be seen. */
function sight(canvas: HTMLCanvasElement, view: View): (at: Point) => boolean {
  const left = -view.pan.x / view.zoom - CARD.width;
  const top = -view.pan.y / view.zoom - CARD.height;
  const right = left + canvas.clientWidth / view.zoom + 2 * CARD.width;
  const bottom = top + canvas.clientHeight / view.zoom + 2 * CARD.height;
  return (at) => at.x > left && at.x < right && at.y > top && at.y < bottom;
}

function drawTitles(c: CanvasRenderingContext2D, boxes: BoxToDraw[], palette: Palette) {
  c.globalAlpha = 1;
  c.textAlign = "left";
  c.textBaseline = "middle";
  c.fillStyle = palette.muted;
  c.font = `600 15px ${FONT}`;
  for (const box of boxes) c.fillText(fitText(c, box.text, box.width), box.at.x, box.at.y);
}

/** Names are readable from a zoom of about a fifth, figures from two fifths. `raw`: onto what is on the
 * canvas already, whose size is as it has to be; all of it, however small. */
export function drawTexts(canvas: HTMLCanvasElement, view: View, cards: CardToDraw[], labels: LabelToDraw[], boxes: BoxToDraw[], palette: Palette, raw = false) {
  const c = enter(canvas, view, raw);
  if (!c || (view.zoom < 0.18 && !raw)) return;
  const seen = raw ? () => true : sight(canvas, view);
  const detail = raw || view.zoom >= 0.42;
  drawTitles(c, boxes, palette);
  if (detail) {
    c.textBaseline = "middle";
    c.textAlign = "center";
    c.font = LABEL.font;
    for (const label of labels) if (seen(label.at)) drawLabel(c, label, palette);
    c.textAlign = "left";
  }
  for (const { service, at, opacity } of cards) {
    if (!seen(at)) continue;
    c.globalAlpha = opacity;
    drawCard(c, service, at, palette, detail);
  }
}

export interface EdgeToDraw {
  edge: Edge;
  path: Path;
  opacity: number;
  color: string;
}

/** How many dots are under way on an edge at once: grows with the logarithm of the rate. */
export function dotsOf(ratePerS: number): number {
  return ratePerS <= 0 ? 0 : Math.min(12, Math.max(1, Math.round(1.6 * Math.log2(1 + ratePerS))));
}

const SPEED = 0.07; // units of the drawing a millisecond

/** The same instant gives the same picture, so nothing needs remembering between frames. */
export function drawTraffic(canvas: HTMLCanvasElement, view: View, edges: EdgeToDraw[], now: number) {
  const c = enter(canvas, view);
  if (!c || view.zoom < 0.18) return;
  for (const { edge, path, opacity, color } of edges) {
    const dots = Math.min(dotsOf(edge.rate_per_s), Math.ceil(path.length / 28));
    if (!dots || opacity < 0.2) continue;
    const apart = path.length / dots;
    const start = (now * SPEED + Math.abs(edge.id) * 37) % apart;
    c.globalAlpha = opacity * 0.9;
    c.fillStyle = color;
    for (let i = 0; i < dots; i++) {
      const at = pointAt(path, start + i * apart);
      c.beginPath();
      c.arc(at.x, at.y, 3.2, 0, 2 * Math.PI);
      c.fill();
    }
  }
}
