// The way of an edge from card to card: out of the right side, around the cards of the columns it
// passes, into the left side. Pure geometry, in the units of the drawing.

export interface Point {
  x: number;
  y: number;
}

export const CARD = { width: 208, height: 58 };
export const COLUMN = 340;
export const ROW = 96;

/** Start, control points, end. Drawn as quadratic curves that meet half-way between the controls. */
export interface Way {
  from: Point;
  controls: Point[];
  to: Point;
}

/** The cards of a column, for finding a gap between them. */
export type Columns = Map<number, number[]>;

export function columnsOf(places: Iterable<Point>): Columns {
  const columns: Columns = new Map();
  for (const place of places) {
    const key = Math.round(place.x / COLUMN);
    const ys = columns.get(key);
    if (ys) ys.push(place.y);
    else columns.set(key, [place.y]);
  }
  for (const ys of columns.values()) ys.sort((a, b) => a - b);
  return columns;
}

/** The height nearest to `y` at which no card of the column is in the way. */
export function gapNear(ys: number[] | undefined, y: number): number {
  const clear = CARD.height / 2 + 14;
  const free = (at: number) => !ys?.some((card) => Math.abs(card - at) < clear);
  if (free(y)) return y;
  let best = Infinity;
  for (const card of ys ?? [])
    for (const at of [card - clear, card + clear])
      if (free(at) && Math.abs(at - y) < Math.abs(best - y)) best = at;
  return isFinite(best) ? best : y;
}

/** `lane` keeps edges between the same two cards apart: 0, 1, -1, 2, ... */
export function wayBetween(a: Point, b: Point, lane: number, columns: Columns): Way {
  const shift = lane * 13;
  const forward = b.x - a.x > CARD.width;
  if (!forward) return wayBack(a, b, lane);
  const from = { x: a.x + CARD.width / 2, y: a.y + shift };
  const to = { x: b.x - CARD.width / 2, y: b.y + shift };
  const first = Math.round(a.x / COLUMN) + 1;
  const last = Math.round(b.x / COLUMN) - 1;
  const reach = (COLUMN - CARD.width) / 2;
  const controls: Point[] = [{ x: from.x + reach, y: from.y }];
  for (let column = first; column <= last; column++) {
    const part = (column * COLUMN - from.x) / (to.x - from.x);
    const y = gapNear(columns.get(column), from.y + (to.y - from.y) * part);
    controls.push({ x: column * COLUMN - CARD.width / 2 - 12, y });
    controls.push({ x: column * COLUMN + CARD.width / 2 + 12, y });
  }
  controls.push({ x: to.x - reach, y: to.y });
  return { from, controls, to };
}

/** To a card in the same column or to the left: an arc over the top of both. */
function wayBack(a: Point, b: Point, lane: number): Way {
  if (a.x === b.x && a.y === b.y) {
    const top = a.y - CARD.height / 2;
    return {
      from: { x: a.x + 40, y: top },
      controls: [
        { x: a.x + 62, y: top - 48 },
        { x: a.x - 62, y: top - 48 },
      ],
      to: { x: a.x - 40, y: top },
    };
  }
  const bulge = 46 + Math.abs(lane) * 16;
  if (Math.abs(a.x - b.x) < CARD.width) {
    const side = CARD.width / 2;
    const out = Math.max(a.x, b.x) + side + bulge;
    return {
      from: { x: a.x + side, y: a.y + lane * 9 },
      controls: [
        { x: out, y: a.y + lane * 9 },
        { x: out, y: b.y + lane * 9 },
      ],
      to: { x: b.x + side, y: b.y + lane * 9 },
    };
  }
  const down = CARD.height / 2;
  const low = Math.max(a.y, b.y) + down + bulge;
  return {
    from: { x: a.x, y: a.y + down },
    controls: [
      { x: a.x, y: low },
      { x: b.x, y: low },
    ],
    to: { x: b.x, y: b.y + down },
  };
}

export interface Path {
  points: Point[];
  at: number[]; // length of the way up to each point
  length: number;
}

const STEPS = 10;

/** The curve as short straight pieces, to walk along. */
export function flatten(way: Way): Path {
  const points: Point[] = [way.from];
  let start = way.from;
  way.controls.forEach((control, i) => {
    const next = way.controls[i + 1];
    const end = next ? { x: (control.x + next.x) / 2, y: (control.y + next.y) / 2 } : way.to;
    for (let step = 1; step <= STEPS; step++) {
      const t = step / STEPS;
      const u = 1 - t;
      points.push({
        x: u * u * start.x + 2 * u * t * control.x + t * t * end.x,
        y: u * u * start.y + 2 * u * t * control.y + t * t * end.y,
      });
    }
    start = end;
  });
  const at = [0];
  for (let i = 1; i < points.length; i++) {
    const a = points[i - 1]!;
    const b = points[i]!;
    at.push(at[i - 1]! + Math.hypot(b.x - a.x, b.y - a.y));
  }
  return { points, at, length: at[at.length - 1]! };
}

export function pointAt(path: Path, length: number): Point {
  let low = 0;
  let high = path.at.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (path.at[middle]! <= length) low = middle;
    else high = middle;
  }
  const a = path.points[low]!;
  const b = path.points[high]!;
  const piece = path.at[high]! - path.at[low]!;
  const part = piece ? (length - path.at[low]!) / piece : 0;
  return { x: a.x + (b.x - a.x) * part, y: a.y + (b.y - a.y) * part };
}

/** Controls as cytoscape wants them: along the line from end to end, and away from it. */
export function relative(way: Way): { weights: number[]; distances: number[] } {
  const dx = way.to.x - way.from.x;
  const dy = way.to.y - way.from.y;
  const length = Math.hypot(dx, dy) || 1;
  const weights: number[] = [];
  const distances: number[] = [];
  for (const c of way.controls) {
    const x = c.x - way.from.x;
    const y = c.y - way.from.y;
    weights.push((x * dx + y * dy) / (length * length));
    distances.push((y * dx - x * dy) / length);
  }
  return { weights, distances };
}
