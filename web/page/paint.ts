// What cytoscape does not draw: the text of the cards, and the traffic that moves along the edges.
// All names end up in fillText(), which knows no markup.
import type { Edge, Health, Service } from "./api";
import { milliseconds, rate, share, shorten } from "./format";
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

/** The second line of a card: what it serves, or else what it calls. */
export function summary(service: Service): string {
  const served = service.served.requests > 0;
  const figures = served ? service.served : service.called;
  if (!figures.requests) return "no requests";
  const parts = [(served ? "" : "calls ") + rate(figures.rate_per_s)];
  if (served && figures.latency_ms?.p95 != null) parts.push("p95 " + milliseconds(figures.latency_ms.p95));
  if (figures.error_rate > 0) parts.push(share(figures.error_rate));
  return parts.join("  ·  ");
}

const isAddress = (service: Service) => service.source === "address";

function drawCard(c: CanvasRenderingContext2D, service: Service, at: Point, palette: Palette, detail: boolean) {
  const left = at.x - CARD.width / 2;
  drawMark(c, service.health, { x: left + 19, y: at.y - (detail ? 10 : 0) }, 5.5, palette);
  c.textBaseline = "middle";
  c.fillStyle = palette.text;
  const external = service.name === "external";
  const mono = isAddress(service) && !external;
  const size = detail ? 14 : 19;
  c.font = mono ? `500 ${size - 1.5}px ${MONO}` : `600 ${size}px ${FONT}`;
  c.fillText(shorten(service.name, detail ? (mono ? 20 : 22) : 16), left + 33, at.y - (detail ? 10 : 0));
  if (!detail) return;
  c.fillStyle = palette.muted;
  c.font = `400 12.5px ${FONT}`;
  c.fillText(summary(service), left + 33, at.y + 12);
}

export interface CardToDraw {
  service: Service;
  at: Point;
  opacity: number;
}

export function drawCards(canvas: HTMLCanvasElement, view: View, cards: CardToDraw[], palette: Palette) {
  const c = prepare(canvas);
  if (!c || view.zoom < 0.18) return;
  c.translate(view.pan.x, view.pan.y);
  c.scale(view.zoom, view.zoom);
  const left = -view.pan.x / view.zoom - CARD.width;
  const top = -view.pan.y / view.zoom - CARD.height;
  const right = left + canvas.clientWidth / view.zoom + 2 * CARD.width;
  const bottom = top + canvas.clientHeight / view.zoom + 2 * CARD.height;
  for (const { service, at, opacity } of cards) {
    if (at.x < left || at.x > right || at.y < top || at.y > bottom) continue;
    c.globalAlpha = opacity;
    drawCard(c, service, at, palette, view.zoom >= 0.42);
  }
}

export interface EdgeToDraw {
  edge: Edge;
  path: Path;
  opacity: number;
}

/** How many dots are under way on an edge at once: grows with the logarithm of the rate. */
export function dotsOf(ratePerS: number): number {
  return ratePerS <= 0 ? 0 : Math.min(12, Math.max(1, Math.round(1.6 * Math.log2(1 + ratePerS))));
}

const SPEED = 0.07; // units of the drawing a millisecond

/** The same instant gives the same picture, so nothing needs remembering between frames. */
export function drawTraffic(canvas: HTMLCanvasElement, view: View, edges: EdgeToDraw[], palette: Palette, now: number) {
  const c = prepare(canvas);
  if (!c || view.zoom < 0.18) return;
  c.translate(view.pan.x, view.pan.y);
  c.scale(view.zoom, view.zoom);
  for (const { edge, path, opacity } of edges) {
    const dots = Math.min(dotsOf(edge.rate_per_s), Math.ceil(path.length / 28));
    if (!dots || opacity < 0.2) continue;
    const apart = path.length / dots;
    const start = (now * SPEED + edge.id * 37) % apart;
    c.globalAlpha = opacity * 0.9;
    c.fillStyle = edge.health === "idle" ? palette.health.idle : palette.health[edge.health];
    for (let i = 0; i < dots; i++) {
      const at = pointAt(path, start + i * apart);
      c.beginPath();
      c.arc(at.x, at.y, 3.2, 0, 2 * Math.PI);
      c.fill();
    }
  }
}
