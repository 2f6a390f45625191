// All of the graph in a corner, and the part of it that is in sight.
import type { CardToDraw } from "./paint";
import { prepare } from "./paint";
import { CARD, type Point } from "./route";
import type { Palette } from "./theme";

interface Bounds {
  x1: number;
  y1: number;
  w: number;
  h: number;
}

function scaling(canvas: HTMLCanvasElement, all: Bounds) {
  const scale = Math.min(canvas.clientWidth / (all.w + 40), canvas.clientHeight / (all.h + 40));
  return { scale, x: (canvas.clientWidth - all.w * scale) / 2 - all.x1 * scale, y: (canvas.clientHeight - all.h * scale) / 2 - all.y1 * scale };
}

export function drawMap(canvas: HTMLCanvasElement, all: Bounds, seen: { x1: number; y1: number; x2: number; y2: number }, cards: CardToDraw[], palette: Palette) {
  const c = prepare(canvas);
  const whole = all.x1 >= seen.x1 && all.y1 >= seen.y1 && all.x1 + all.w <= seen.x2 && all.y1 + all.h <= seen.y2;
  canvas.classList.toggle("whole", whole);
  if (!c || !all.w || whole) return;
  const { scale, x, y } = scaling(canvas, all);
  for (const { service, at, opacity } of cards) {
    c.globalAlpha = opacity;
    c.fillStyle = palette.health[service.health];
    const width = Math.max(2, CARD.width * scale);
    const height = Math.max(2, CARD.height * scale);
    c.fillRect(at.x * scale + x - width / 2, at.y * scale + y - height / 2, width, height);
  }
  c.globalAlpha = 1;
  c.strokeStyle = palette.accent;
  c.lineWidth = 1.5;
  c.strokeRect(seen.x1 * scale + x, seen.y1 * scale + y, (seen.x2 - seen.x1) * scale, (seen.y2 - seen.y1) * scale);
}

/** The place of the drawing that is at a place of the map. */
export function mapPoint(canvas: HTMLCanvasElement, all: Bounds, x: number, y: number): Point {
  const to = scaling(canvas, all);
  return { x: (x - to.x) / to.scale, y: (y - to.y) / to.scale };
}
