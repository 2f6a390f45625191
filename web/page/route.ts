// The way of an edge from card to card: out of the right side, around the cards of the columns it
// passes, into the left side. Pure geometry, in the units of the drawing.

export interface Point {
  x: number;
  y: number;
}

export const CARD = { width: 258, height: 66 };
export const COLUMN = 356;
export const ROW = 106;

/** How far from the middle of a card an edge has to stay. */
const clear = CARD.height / 2 + 14;

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
  const free = (at: number) => !ys?.some((card) => Math.abs(card - at) < clear);
  if (free(y)) return y;
  let best = Infinity;
  for (const card of ys ?? [])
    for (const at of [card - clear, card + clear])
      if (free(at) && Math.abs(at - y) < Math.abs(best - y)) best = at;
  return isFinite(best) ? best : y;
}

/** Where on the sides of the two cards the edge is tied, up and down from their middle. */
export interface Ports {
  from: number;
  to: number;
}

/** `nth` counts the edges that go back, so that each gets a track of its own. */
export function wayBetween(a: Point, b: Point, ports: Ports, columns: Columns, nth: number): Way {
  if (b.x - a.x > CARD.width) return wayOn(a, b, ports, columns);
  if (a.x === b.x && a.y === b.y) return wayToItself(a);
  if (Math.abs(a.x - b.x) < CARD.width) return wayBeside(a, b, ports, nth);
  return wayBack(a, b, columns, nth);
}

function wayOn(a: Point, b: Point, ports: Ports, columns: Columns): Way {
  const from = { x: a.x + CARD.width / 2, y: a.y + ports.from };
  const to = { x: b.x - CARD.width / 2, y: b.y + ports.to };
  const first = Math.round(a.x / COLUMN) + 1;
  const last = Math.round(b.x / COLUMN) - 1;
  const reach = (COLUMN - CARD.width) * 0.4;
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

function wayToItself(a: Point): Way {
  const top = a.y - CARD.height / 2;
  return {
    from: { x: a.x + 74, y: top },
    controls: [
      { x: a.x + 88, y: top - 36 },
      { x: a.x + 22, y: top - 36 },
    ],
    to: { x: a.x + 36, y: top },
  };
}

/** Within a column: out of the right side and back into it. */
function wayBeside(a: Point, b: Point, ports: Ports, nth: number): Way {
  const side = CARD.width / 2;
  const out = Math.max(a.x, b.x) + side + 42 + (nth % 4) * 12;
  const from = { x: a.x + side, y: a.y + ports.from };
  const to = { x: b.x + side, y: b.y + ports.to };
  return { from, controls: [{ x: out, y: from.y }, { x: out, y: to.y }], to };
}

/** To the left: out of the right side, below every card between the two, into the left side. */
function wayBack(a: Point, b: Point, columns: Columns, nth: number): Way {
  const track = nth % 5;
  let low = Math.max(a.y, b.y);
  for (let column = Math.round(b.x / COLUMN); column <= Math.round(a.x / COLUMN); column++) {
    const ys = columns.get(column);
    if (ys) low = Math.max(low, ys[ys.length - 1]!);
  }
  low += clear + 12 + track * 14;
  const from = { x: a.x + CARD.width / 2, y: a.y + 16 };
  const to = { x: b.x - CARD.width / 2, y: b.y + 16 };
  const out = from.x + 26 + track * 9;
  const back = to.x - 26 - track * 9;
  const corners = [
    { x: out, y: from.y },
    { x: out, y: low },
    { x: back, y: low },
    { x: back, y: to.y },
  ];
  return { from, controls: rounded(corners), to };
}

const CORNER = 22;

/** Controls for a way of straight pieces: each corner once, and a point near it on either side. */
function rounded(corners: Point[]): Point[] {
  const controls: Point[] = [];
  const towards = (a: Point, b: Point) => {
    const length = Math.hypot(b.x - a.x, b.y - a.y) || 1;
    const part = Math.min(0.45, CORNER / length);
    return { x: a.x + (b.x - a.x) * part, y: a.y + (b.y - a.y) * part };
  };
  corners.forEach((corner, i) => {
    if (i > 0) controls.push(towards(corner, corners[i - 1]!));
    controls.push(corner);
    if (i < corners.length - 1) controls.push(towards(corner, corners[i + 1]!));
  });
  return controls;
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

export interface Link {
  id: string;
  a: Point;
  b: Point;
  client: string;
  server: string;
}

const SIDE = CARD.height - 24; // the part of a card's side that edges are tied to
const APART = 12;

/** Ties edges to the sides of their cards in the order of what they lead to, so that they cross little. */
export function portsOf(links: Link[]): Map<string, Ports> {
  const ports = new Map<string, Ports>(links.map((link) => [link.id, { from: 0, to: 0 }]));
  const onward = links.filter((link) => link.b.x - link.a.x > CARD.width);
  const tie = (card: (l: Link) => string, other: (l: Link) => Point, end: keyof Ports) => {
    const sides = new Map<string, Link[]>();
    for (const link of onward) {
      const side = sides.get(card(link));
      if (side) side.push(link);
      else sides.set(card(link), [link]);
    }
    for (const side of sides.values()) {
      side.sort((p, q) => other(p).y - other(q).y || p.id.localeCompare(q.id));
      const apart = Math.min(APART, SIDE / Math.max(1, side.length - 1));
      side.forEach((link, i) => (ports.get(link.id)![end] = (i - (side.length - 1) / 2) * apart));
    }
  };
  tie((l) => l.client, (l) => l.b, "from");
  tie((l) => l.server, (l) => l.a, "to");
  return ports;
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
