// Places cards in layers from left to right where the server cannot: with boxes around them, or with some
// folded, or on a narrow screen, from top to bottom (route.ts). What has a place keeps it, for as long as the
// same boxes are open.
import { CARD, laid, ONWARD, type Flow, type Point } from "./route";
import type { Scene } from "./fold";

/** How much of a layer stands side by side, of `all` of it; what is more goes into another column beside it. */
const beside = (flow: Flow, all: number) => (flow.down ? Math.max(2, Math.sqrt(all) / 3) : Math.max(26, Math.sqrt(all) * 2));
const SWEEPS = 6;

type Arc = [from: string, to: string];

/** Something to place: a card is 1 by 1; sizes are in columns and rows. */
interface Block {
  id: string;
  width: number;
  height: number;
  hint: number; // where it was, from the top: blocks start out in this order
}

/** Layers by longest way; edges that would close a circle do not count. */
function ranksOf(ids: string[], arcs: Arc[]): Map<string, number> {
  const out = new Map<string, string[]>(ids.map((id) => [id, []]));
  const incoming = new Set<string>();
  for (const [from, to] of arcs) {
    if (from === to || !out.has(from) || !out.has(to)) continue;
    out.get(from)!.push(to);
    incoming.add(to);
  }
  const done: string[] = []; // the last to be left first
  const state = new Map<string, 1 | 2>();
  const onward = new Map<string, string[]>(ids.map((id) => [id, []]));
  const visit = (start: string) => {
    const stack: [string, number][] = [[start, 0]];
    state.set(start, 1);
    while (stack.length) {
      const top = stack[stack.length - 1]!;
      const next = out.get(top[0])![top[1]++];
      if (next === undefined) {
        state.set(top[0], 2);
        done.push(top[0]);
        stack.pop();
      } else if (state.get(next) !== 1) {
        onward.get(top[0])!.push(next);
        if (!state.has(next)) {
          state.set(next, 1);
          stack.push([next, 0]);
        }
      }
    }
  };
  for (const id of ids) if (!incoming.has(id)) visit(id);
  for (const id of ids) if (!state.has(id)) visit(id);
  const rank = new Map<string, number>(ids.map((id) => [id, 0]));
  for (const id of done.reverse()) for (const next of onward.get(id)!) rank.set(next, Math.max(rank.get(next)!, rank.get(id)! + 1));
  // Who only calls stands beside whom it calls.
  for (const id of ids)
    if (!incoming.has(id) && onward.get(id)!.length) rank.set(id, Math.min(...onward.get(id)!.map((next) => rank.get(next)!)) - 1);
  return rank;
}

function neighboursOf(arcs: Arc[]): Map<string, string[]> {
  const near = new Map<string, string[]>();
  const add = (a: string, b: string) => (near.get(a) ?? near.set(a, []).get(a)!).push(b);
  for (const [from, to] of arcs) {
    add(from, to);
    add(to, from);
  }
  return near;
}

/** Columns of blocks: their layers, with those split that are too high. */
function columnsFor(blocks: Block[], arcs: Arc[], flow: Flow): Block[][] {
  const rank = ranksOf(blocks.map((block) => block.id), arcs);
  const layers = new Map<number, Block[]>();
  for (const block of [...blocks].sort((a, b) => a.hint - b.hint)) {
    const layer = layers.get(rank.get(block.id)!);
    if (layer) layer.push(block);
    else layers.set(rank.get(block.id)!, [block]);
  }
  const columns = [...layers.entries()].sort((a, b) => a[0] - b[0]).map(([, layer]) => layer);
  untangle(columns, neighboursOf(arcs));
  return columns.flatMap((layer) => {
    const all = layer.reduce((sum, block) => sum + block.height, 0);
    const parts = Math.ceil(all / beside(flow, all));
    const split: Block[][] = [[]];
    let height = 0;
    for (const block of layer) {
      if (split[split.length - 1]!.length && height + block.height > Math.ceil(all / parts) + 0.01) {
        split.push([]);
        height = 0;
      }
      split[split.length - 1]!.push(block);
      height += block.height;
    }
    return split;
  });
}

/** Orders the blocks of each layer by the middle of their neighbours, to and fro. */
function untangle(layers: Block[][], near: Map<string, string[]>) {
  const place = new Map<string, number>();
  const number = (layer: Block[]) => layer.forEach((block, i) => place.set(block.id, (i + 0.5) / layer.length));
  layers.forEach(number);
  for (let sweep = 0; sweep < SWEEPS; sweep++)
    for (const layer of sweep % 2 ? [...layers].reverse() : layers) {
      const middle = new Map<string, number>();
      for (const block of layer) {
        const others = near.get(block.id) ?? [];
        const sum = others.reduce((total, id) => total + (place.get(id) ?? 0.5), 0);
        middle.set(block.id, others.length ? sum / others.length : place.get(block.id)!);
      }
      layer.sort((a, b) => middle.get(a.id)! - middle.get(b.id)! || place.get(a.id)! - place.get(b.id)!);
      number(layer);
    }
}

interface Placed {
  at: Map<string, Point>; // the upper left corner, in columns and rows
  width: number;
  height: number;
}

function arrange(blocks: Block[], arcs: Arc[], flow: Flow): Placed {
  const at = new Map<string, Point>();
  const columns = columnsFor(blocks, arcs, flow);
  const heights = columns.map((column) => column.reduce((sum, block) => sum + block.height, 0));
  const height = Math.max(0, ...heights);
  let x = 0;
  columns.forEach((column, i) => {
    let y = (height - heights[i]!) / 2;
    for (const block of column) {
      at.set(block.id, { x, y });
      y += block.height;
    }
    x += Math.max(...column.map((block) => block.width));
  });
  return { at, width: x, height };
}

/** Columns and rows that a box needs beside its cards, and of those how many before them. */
const frameOf = (flow: Flow) => (flow.down ? { width: 0.5, height: 0.25, left: 0.3, top: 0.12 } : { width: 0, height: 0.9, left: 0, top: 0.54 });

/** Where everything goes, anew; `old` gives the order to begin with. */
function layOut(scene: Scene, old: Map<string, Point>, flow: Flow): Map<string, Point> {
  const frame = frameOf(flow);
  const unitOf = new Map<string, string>();
  for (const card of scene.cards) unitOf.set("n" + card.id, card.box ? "b" + card.box : "n" + card.id);
  const inner = new Map<string, Arc[]>();
  const outer: Arc[] = [];
  for (const line of scene.lines) {
    const [from, to] = ["n" + line.client_id, "n" + line.server_id];
    const [a, b] = [unitOf.get(from)!, unitOf.get(to)!];
    if (a !== b) outer.push([a, b]);
    else if (a.startsWith("b")) (inner.get(a) ?? inner.set(a, []).get(a)!).push([from, to]);
  }
  const hint = (id: string, i: number) => old.get(id)?.y ?? i * flow.row;
  const members = new Map<string, Block[]>();
  scene.cards.forEach((card, i) => {
    const id = "n" + card.id;
    const unit = unitOf.get(id)!;
    (members.get(unit) ?? members.set(unit, []).get(unit)!).push({ id, width: 1, height: 1, hint: hint(id, i) });
  });
  const insides = new Map<string, Placed>();
  const units: Block[] = [];
  for (const [id, blocks] of members) {
    if (!id.startsWith("b")) {
      units.push(blocks[0]!);
      continue;
    }
    const inside = arrange(blocks, inner.get(id) ?? [], flow);
    insides.set(id, inside);
    units.push({ id, width: inside.width + frame.width, height: inside.height + frame.height, hint: blocks.reduce((sum, block) => sum + block.hint, 0) / blocks.length });
  }
  const whole = arrange(units, outer, flow);
  const places = new Map<string, Point>();
  const put = (id: string, x: number, y: number) => places.set(id, { x: x * flow.column, y: (y + 0.5) * flow.row });
  for (const unit of units) {
    const corner = whole.at.get(unit.id)!;
    const inside = insides.get(unit.id);
    if (inside) for (const [id, point] of inside.at) put(id, corner.x + frame.left + point.x, corner.y + frame.top + point.y);
    else put(unit.id, corner.x, corner.y);
  }
  return places;
}

/** Remembers places, so that nothing moves while figures change. */
export class Places {
  private known = new Map<string, Point>(); // as laid() has it
  private signature = "";
  private flow = ONWARD;

  of(scene: Scene, flow: Flow): Map<string, Point> {
    if (flow !== this.flow) this.known = new Map();
    this.flow = flow;
    const signature = [flow.down, scene.by, ...scene.boxes.map((box) => box.key).sort()].join("\n");
    const fresh = scene.cards.filter((card) => !this.known.has("n" + card.id));
    const boxed = fresh.some((card) => card.box);
    if (signature !== this.signature || boxed || fresh.length > scene.cards.length / 3) {
      this.known = layOut(scene, this.known, flow);
      this.signature = signature;
    } else for (const card of fresh) this.fitIn("n" + card.id, scene);
    return new Map([...this.known].map(([id, at]) => [id, laid(flow, at)]));
  }

  /** Beside its neighbours, where there is room. */
  private fitIn(id: string, scene: Scene) {
    let low = Infinity;
    let high = -Infinity;
    const ys: number[] = [];
    for (const line of scene.lines) {
      const [client, server] = ["n" + line.client_id, "n" + line.server_id];
      const caller = server === id ? this.known.get(client) : undefined;
      const callee = client === id ? this.known.get(server) : undefined;
      if (caller) high = Math.max(high, caller.x);
      if (callee) low = Math.min(low, callee.x);
      for (const other of [caller, callee]) if (other) ys.push(other.y);
    }
    const x = isFinite(high) ? high + this.flow.column : isFinite(low) ? low - this.flow.column : 0;
    const start = ys.length ? ys.reduce((a, b) => a + b, 0) / ys.length : 0;
    this.known.set(id, { x, y: this.freeNear(x, start) });
  }

  private freeNear(x: number, y: number): number {
    const taken = [...this.known.values()].filter((other) => Math.abs(other.x - x) < this.flow.length + 40).map((other) => other.y);
    for (let step = 0; ; step++)
      for (const at of [y + (step * this.flow.row) / 2, y - (step * this.flow.row) / 2]) if (!taken.some((other) => Math.abs(other - at) < this.flow.row * 0.95)) return at;
  }
}

/** Whether cards that the server placed lie on each other, as they may if some are of another time. */
export function overlap(points: Point[]): boolean {
  const cells = new Map<string, Point[]>();
  for (const point of points) {
    const key = String(Math.round(point.x / ONWARD.column));
    const column = cells.get(key);
    if (column?.some((other) => Math.abs(other.y - point.y) < CARD.height && Math.abs(other.x - point.x) < CARD.width)) return true;
    if (column) column.push(point);
    else cells.set(key, [point]);
  }
  return false;
}
