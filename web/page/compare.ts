// The graph beside an earlier one of its own: what came and went, what got slower, what fails more.
import { AGAINST, type Address } from "./address";
import type { Edge, Figures, Graph, Health, Range, Service } from "./api";
import { milliseconds, share } from "./format";

export type Change = "came" | "went" | "slower" | "failing";

export const CHANGES: Record<Change, [string, string]> = {
  came: ["+", "came"],
  went: ["−", "went"],
  slower: ["▲", "slower"],
  failing: ["✕", "fails more"],
};

export interface Changed {
  change?: Change;
  slower?: number; // p50 or p95 is so many times that of before
  was?: string; // in words, for the label
}

/** As `tapgraph diff` has it (docs/diff.md): so many exchanges in both for p50, and for p95. */
const ENOUGH: ["p50" | "p95", number][] = [
  ["p95", 100],
  ["p50", 30],
];
const SLOWER = 1.25;
const SLOWER_MS = 1;
const FAILS_MORE = 0.005;
const Z = 2.5758; // of an interval of 99 %

/** How many times slower than before, the worse of p50 and p95; null if not so much, or too little to tell. */
export function slowdown(now: Figures, before: Figures | undefined, times: number): { times: number; words: string } | null {
  let worst: { times: number; words: string } | null = null;
  for (const [name, least] of ENOUGH) {
    const [a, b] = [before?.latency_ms?.[name], now.latency_ms?.[name]];
    if (!before || a == null || b == null || before.requests < least || now.requests < least) continue;
    const slower = a > 0 && b >= a * times && b - a >= SLOWER_MS;
    if (slower && (!worst || b / a > worst.times)) worst = { times: b / a, words: `${name} ${milliseconds(a)} → ${milliseconds(b)}` };
  }
  return worst;
}

/** Wilson's interval of a share. */
function interval({ errors, requests }: Figures): [number, number] {
  const p = errors / requests;
  const middle = (p + (Z * Z) / (2 * requests)) / (1 + (Z * Z) / requests);
  const half = (Z / (1 + (Z * Z) / requests)) * Math.sqrt((p * (1 - p)) / requests + (Z * Z) / (4 * requests * requests));
  return [middle - half, middle + half];
}

export function failsMore(now: Figures, before: Figures | undefined): boolean {
  if (!before?.requests || !now.requests) return false;
  return now.error_rate - before.error_rate >= FAILS_MORE && interval(now)[0] > interval(before)[1];
}

const atLeastWarn = (health: Health): Health => (health === "bad" ? "bad" : "warn");

function judge(now: Figures, before: Figures | undefined): Changed {
  const slow = slowdown(now, before, SLOWER);
  const slower = slow ? { slower: slow.times } : {};
  if (failsMore(now, before)) return { change: "failing", was: `errors ${share(before!.error_rate)} → ${share(now.error_rate)}`, ...slower };
  return slow ? { change: "slower", was: slow.words, ...slower } : {};
}

const MARKED = 1.5; // times slower than its own past, for a mark that nobody asked for

/** Health by the own past besides that by errors: what got slower is worth a look. */
export function withPast(graph: Graph, past: Graph | null): Graph {
  if (!past) return graph;
  const edges = new Map(past.edges.map((edge) => [edge.id, edge]));
  const nodes = new Map(past.nodes.map((node) => [node.id, node]));
  const marked = <T extends Service | Edge>(one: T, now: Figures, before: Figures | undefined): T => {
    const slow = slowdown(now, before, MARKED);
    return slow ? { ...one, slower: slow.times, health: atLeastWarn(one.health) } : one;
  };
  return {
    ...graph,
    nodes: graph.nodes.map((node) => marked(node, node.served, nodes.get(node.id)?.served)),
    edges: graph.edges.map((edge) => marked(edge, edge, edges.get(edge.id))),
  };
}

const NONE = { requests: 0, errors: 0, error_rate: 0, rate_per_s: 0, health: "idle" as const };

/** Both together; what went is in it, without figures. */
export function compared(now: Graph, before: Graph): Graph {
  const edgesBefore = new Map(before.edges.map((edge) => [edge.id, edge]));
  const nodesBefore = new Map(before.nodes.map((node) => [node.id, node]));
  const edgesNow = new Set(now.edges.map((edge) => edge.id));
  const nodesNow = new Set(now.nodes.map((node) => node.id));
  const judged = <T extends Edge | Service>(one: T, figures: Figures, old: T | undefined, oldFigures: Figures | undefined): T =>
    Object.assign({ ...one }, old ? judge(figures, oldFigures) : { change: "came" as const });
  const goneEdge = (edge: Edge): Edge => Object.assign({ ...edge, ...NONE }, { change: "went" as const });
  const goneNode = (node: Service): Service =>
    Object.assign({ ...node, health: "idle" as const, served: { ...node.served, ...NONE }, called: { ...node.called, ...NONE } }, { change: "went" as const });
  return {
    range: now.range,
    nodes: [
      ...now.nodes.map((node) => judged(node, node.served, nodesBefore.get(node.id), nodesBefore.get(node.id)?.served)),
      ...before.nodes.filter((node) => !nodesNow.has(node.id)).map(goneNode),
    ],
    edges: [
      ...now.edges.map((edge) => judged(edge, edge, edgesBefore.get(edge.id), edgesBefore.get(edge.id))),
      ...before.edges.filter((edge) => !edgesNow.has(edge.id)).map(goneEdge),
    ],
  };
}

const iso = (ms: number) => new Date(ms).toISOString();

/** The range to compare with; null if none is asked for, or none can be told. */
export function againstRange(address: Address, shown: Range | undefined): Range | null {
  if (!address.against || !shown?.from) return null;
  const [from, to] = address.against.split("/");
  if (from && to) return { from, to };
  const back = AGAINST[address.against];
  if (back === undefined) return null;
  const [start, end] = [Date.parse(shown.from), Date.parse(shown.to)];
  const shift = back || end - start;
  return { from: iso(start - shift), to: iso(end - shift) };
}

/** The time just before, as long as what is shown: moves by a tenth of its length only. */
export function ownPast(shown: Range | undefined, historyFrom: number): Range | null {
  if (!shown?.from || !historyFrom) return null;
  const [start, end] = [Date.parse(shown.from), Date.parse(shown.to)];
  const step = Math.max(5000, Math.floor((end - start) / 10 / 5000) * 5000);
  const to = Math.floor(start / step) * step;
  const from = Math.max(historyFrom, to - (end - start));
  return to - from >= step ? { from: iso(from), to: iso(to) } : null;
}

export function countChanges(graph: Graph): Record<Change, number> {
  const counts = { came: 0, went: 0, slower: 0, failing: 0 };
  for (const edge of graph.edges) if ((edge as Changed).change) counts[(edge as Changed).change!]++;
  return counts;
}
