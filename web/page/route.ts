// The way of an edge from card to card: out of the right side, around the cards of the columns it
// passes, into the left side. Pure geometry, in the units of the drawing.
//
// A narrow screen has the graph from top to bottom: all here is then as if from left to right, with
// cards that are turned on their side, and laid() turns the points.

export interface Point {
  x: number;
  y: number;
}

export const CARD = { width: 258, height: 66 };

/** Which way calls lead, and how long cards are that way, how broad, and how far apart. */
export interface Flow {
  down: boolean;
  length: number;
  breadth: number;
  column: number;
  row: number;
}
export const ONWARD: Flow = { down: false, length: CARD.width, breadth: CARD.height, column: 356, row: 106 };
export const DOWNWARD: Flow = { down: true, length: CARD.height, breadth: CARD.width, column: 170, row: 284 };

/** From the drawing to where calls lead to the right, and back. */
export const laid = (flow: Flow, at: Point): Point => (flow.down ? { x: at.y, y: at.x } : at);

/** How far from the middle of a card an edge has to stay. */
const clearOf = (flow: Flow) => flow.breadth / 2 + 14;

/** Start, control points, end. Drawn as quadratic curves that meet half-way between the controls. */
export interface Way {
  from: Point;
  controls: Point[];
  to: Point;
}

/** The cards of a column, for finding a gap between them. */
export type Columns = Map<number, number[]>;

export function columnsOf(places: Iterable<Point>, flow: Flow): Columns {
  const columns: Columns = new Map();
  for (const place of places) {
    const key = Math.round(place.x / flow.column);
    const ys = columns.get(key);
    if (ys) ys.push(place.y);
    else columns.set(key, [place.y]);
  }
  for (const ys of columns.values()) ys.sort((a, b) => a - b);
  return columns;
}

/** The height nearest to `y` at which no card of the column is in the way. */
export function gapNear(ys: number[] | undefined, y: number, flow: Flow): number {
  const clear = clearOf(flow);
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
export function wayBetween(a: Point, b: Point, ports: Ports, columns: Columns, nth: number, flow: Flow): Way {
  if (b.x - a.x > flow.length) return wayOn(a, b, ports, columns, flow);
  if (a.x === b.x && a.y === b.y) return wayToItself(a, flow);
  if (Math.abs(a.x - b.x) < flow.length) return wayBeside(a, b, ports, nth, flow);
  return wayBack(a, b, columns, nth, flow);
}

function wayOn(a: Point, b: Point, ports: Ports, columns: Columns, flow: Flow): Way {
  const from = { x: a.x + flow.length / 2, y: a.y + ports.from };
  const to = { x: b.x - flow.length / 2, y: b.y + ports.to };
  const first = Math.round(a.x / flow.column) + 1;
  const last = Math.round(b.x / flow.column) - 1;
  const reach = (flow.column - flow.length) * 0.4;
  const controls: Point[] = [{ x: from.x + reach, y: from.y }];
  for (let column = first; column <= last; column++) {
    const part = (column * flow.column - from.x) / (to.x - from.x);
    const y = gapNear(columns.get(column), from.y + (to.y - from.y) * part, flow);
    controls.push({ x: column * flow.column - flow.length / 2 - 12, y });
    controls.push({ x: column * flow.column + flow.length / 2 + 12, y });
  }
  controls.push({ x: to.x - reach, y: to.y });
  return { from, controls, to };
}

function wayToItself(a: Point, flow: Flow): Way {
  const top = a.y - flow.breadth / 2;
  const at = (part: number) => a.x + part * flow.length;
  return {
    from: { x: at(0.31), y: top },
    controls: [
      { x: at(0.37), y: top - 36 },
      { x: at(0.09), y: top - 36 },
    ],
    to: { x: at(0.15), y: top },
  };
}

/** Within a column: out of the right side and back into it. */
function wayBeside(a: Point, b: Point, ports: Ports, nth: number, flow: Flow): Way {
  const side = flow.length / 2;
  const out = Math.max(a.x, b.x) + side + 42 + (nth % 4) * 12;
  const from = { x: a.x + side, y: a.y + ports.from };
  const to = { x: b.x + side, y: b.y + ports.to };
  return { from, controls: [{ x: out, y: from.y }, { x: out, y: to.y }], to };
}

/** To the left: out of the right side, below every card between the two, into the left side. */
function wayBack(a: Point, b: Point, columns: Columns, nth: number, flow: Flow): Way {
  const track = nth % 5;
  let low = Math.max(a.y, b.y);
  for (let column = Math.round(b.x / flow.column); column <= Math.round(a.x / flow.column); column++) {
    const ys = columns.get(column);
    if (ys) low = Math.max(low, ys[ys.length - 1]!);
  }
  low += clearOf(flow) + 12 + track * 14;
  const from = { x: a.x + flow.length / 2, y: a.y + flow.breadth / 4 };
  const to = { x: b.x - flow.length / 2, y: b.y + flow.breadth / 4 };
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

/** As the drawing has it. */
export const laidWay = (flow: Flow, way: Way): Way => ({ from: laid(flow, way.from), controls: way.controls.map((at) => laid(flow, at)), to: laid(flow, way.to) });

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

const APART = 12;

/** Ties edges to the sides of their cards in the order of what they lead to, so that they cross little. */
export function portsOf(links: Link[], flow: Flow): Map<string, Ports> {
  const tied = flow.breadth - 24; // the part of a card's side that edges are tied to
  const most = flow.down ? 2 * APART : APART;
  const ports = new Map<string, Ports>(links.map((link) => [link.id, { from: 0, to: 0 }]));
  const onward = links.filter((link) => link.b.x - link.a.x > flow.length);
  const tie = (card: (l: Link) => string, other: (l: Link) => Point, end: keyof Ports) => {
    const sides = new Map<string, Link[]>();
    for (const link of onward) {
      const side = sides.get(card(link));
      if (side) side.push(link);
      else sides.set(card(link), [link]);
    }
    for (const side of sides.values()) {
      side.sort((p, q) => other(p).y - other(q).y || p.id.localeCompare(q.id));
      const apart = Math.min(most, tied / Math.max(1, side.length - 1));
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
