// Walks on the graph: what is around a service, and the shortest ways between two.

export interface Arc {
  id: number;
  client_id: number;
  server_id: number;
}

export interface Part {
  nodes: Set<number>;
  edges: Set<number>;
}

const push = (map: Map<number, Arc[]>, key: number, arc: Arc) => {
  const list = map.get(key);
  if (list) list.push(arc);
  else map.set(key, [arc]);
};

function arcsOf(arcs: Arc[]): { out: Map<number, Arc[]>; into: Map<number, Arc[]> } {
  const out = new Map<number, Arc[]>();
  const into = new Map<number, Arc[]>();
  for (const arc of arcs) {
    push(out, arc.client_id, arc);
    push(into, arc.server_id, arc);
  }
  return { out, into };
}

/** All within `depth` steps, callers and callees alike, and the edges by which it is reached. */
export function neighbourhood(arcs: Arc[], start: number, depth: number): Part {
  const { out, into } = arcsOf(arcs);
  const part: Part = { nodes: new Set([start]), edges: new Set() };
  let rim = [start];
  for (let step = 0; step < depth && rim.length; step++) {
    const next: number[] = [];
    for (const node of rim)
      for (const arc of [...(out.get(node) ?? []), ...(into.get(node) ?? [])]) {
        const other = arc.client_id === node ? arc.server_id : arc.client_id;
        part.edges.add(arc.id);
        if (!part.nodes.has(other)) next.push(other);
        part.nodes.add(other);
      }
    rim = next;
  }
  return part;
}

function distances(from: number, next: (node: number) => number[]): Map<number, number> {
  const far = new Map([[from, 0]]);
  const queue = [from];
  for (let i = 0; i < queue.length; i++)
    for (const node of next(queue[i]!))
      if (!far.has(node)) {
        far.set(node, far.get(queue[i]!)! + 1);
        queue.push(node);
      }
  return far;
}

export interface Ways extends Part {
  hops: number;
  along: "calls" | "back" | "any"; // calls lead from `a` to `b`, from `b` to `a`, or neither
}

function waysAlong(arcs: Arc[], a: number, b: number, both: boolean): Part & { hops: number } | null {
  const { out, into } = arcsOf(arcs);
  const ahead = (node: number) => [...(out.get(node) ?? []).map((arc) => arc.server_id), ...(both ? (into.get(node) ?? []).map((arc) => arc.client_id) : [])];
  const behind = (node: number) => [...(into.get(node) ?? []).map((arc) => arc.client_id), ...(both ? (out.get(node) ?? []).map((arc) => arc.server_id) : [])];
  const fromA = distances(a, ahead);
  const hops = fromA.get(b);
  if (hops === undefined) return null;
  const toB = distances(b, behind);
  const onWay = (from: number, to: number) => (fromA.get(from) ?? Infinity) + 1 + (toB.get(to) ?? Infinity) === hops;
  const part = { nodes: new Set([a, b]), edges: new Set<number>(), hops };
  for (const arc of arcs) {
    if (!onWay(arc.client_id, arc.server_id) && !(both && onWay(arc.server_id, arc.client_id))) continue;
    part.edges.add(arc.id);
    part.nodes.add(arc.client_id).add(arc.server_id);
  }
  return part;
}

/** All nodes and edges on shortest ways between two: as calls lead, else against them, else by any edge. */
export function shortestWays(arcs: Arc[], a: number, b: number): Ways | null {
  const there = waysAlong(arcs, a, b, false);
  if (there) return { ...there, along: "calls" };
  const back = waysAlong(arcs, b, a, false);
  if (back) return { ...back, along: "back" };
  const any = waysAlong(arcs, a, b, true);
  return any && { ...any, along: "any" };
}
