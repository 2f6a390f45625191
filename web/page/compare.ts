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
  slower?: number; // p95 is so many times that of before
  was?: string; // in words, for the label
}

const ENOUGH = 20; // requests, on both sides
const SLOWER = 1.5;
const SLOWER_MS = 1;
const FAILING = 0.01;
const FAILED = 3;

/** How many times p95 is that of before; undefined if not so much, or if there is too little to tell. */
export function slowdown(now: Figures, before: Figures | undefined): number | undefined {
  const [a, b] = [before?.latency_ms?.p95, now.latency_ms?.p95];
  if (!before || a == null || b == null || before.requests < ENOUGH || now.requests < ENOUGH) return undefined;
  return a > 0 && b >= a * SLOWER && b - a >= SLOWER_MS ? b / a : undefined;
}

export function failsMore(now: Figures, before: Figures | undefined): boolean {
  if (!before?.requests || now.errors < FAILED) return false;
  return now.error_rate >= before.error_rate + FAILING && now.error_rate >= before.error_rate * SLOWER;
}

const atLeastWarn = (health: Health): Health => (health === "bad" ? "bad" : "warn");

function judge(now: Figures, before: Figures | undefined): Changed {
  const slower = slowdown(now, before);
  if (failsMore(now, before)) return { change: "failing", was: `errors ${share(before!.error_rate)} → ${share(now.error_rate)}`, ...(slower ? { slower } : {}) };
  if (!slower) return {};
  return { change: "slower", slower, was: `p95 ${milliseconds(before!.latency_ms?.p95)} → ${milliseconds(now.latency_ms?.p95)}` };
}

/** Health by the own past besides that by errors: what got slower is worth a look. */
export function withPast(graph: Graph, past: Graph | null): Graph {
  if (!past) return graph;
  const edges = new Map(past.edges.map((edge) => [edge.id, edge]));
  const nodes = new Map(past.nodes.map((node) => [node.id, node]));
  const slow = <T extends Service | Edge>(one: T, slower: number | undefined): T => (slower ? { ...one, slower, health: atLeastWarn(one.health) } : one);
  return {
    ...graph,
    nodes: graph.nodes.map((node) => slow(node, slowdown(node.served, nodes.get(node.id)?.served))),
    edges: graph.edges.map((edge) => slow(edge, slowdown(edge, edges.get(edge.id)))),
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
