// The graph beside an earlier one: what changed, as the server compares the two ranges; and what got slower
// than in its own past, which nobody asked for.
import { AGAINST, type Address } from "./address";
import type { Diff, DiffRow, DiffSide, Edge, Figures, Graph, Health, Range, Service } from "./api";
import { milliseconds, share } from "./format";

export type Change = "came" | "went" | "failing" | "slower" | "encryption" | "protocol" | "recovered" | "faster";

/** Sign and words, the worst first. */
export const CHANGES: Record<Change, [string, string]> = {
  came: ["+", "came"],
  went: ["−", "went"],
  failing: ["✕", "fails more"],
  slower: ["▲", "slower"],
  encryption: ["◆", "other encryption"],
  protocol: ["◇", "other protocol"],
  recovered: ["▽", "fails less"],
  faster: ["▼", "faster"],
};

const NAMED: Record<string, Change> = { "fails-more": "failing", "fails-less": "recovered" };

/** As the page calls them, the worst first. */
export function changesOf(row: DiffRow): Change[] {
  const order = Object.keys(CHANGES);
  return row.changes.map((name) => NAMED[name] ?? (name as Change)).sort((a, b) => order.indexOf(a) - order.indexOf(b));
}

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
const SLOWER_MS = 1;

/** How many times slower than before, the worse of p50 and p95; 0 if not so much, or too little to tell. */
function slowdown(now: Figures, before: Figures | undefined, times: number): number {
  let worst = 0;
  for (const [name, least] of ENOUGH) {
    const [a, b] = [before?.latency_ms?.[name], now.latency_ms?.[name]];
    if (!before || a == null || b == null || before.requests < least || now.requests < least) continue;
    const slower = a > 0 && b >= a * times && b - a >= SLOWER_MS;
    if (slower) worst = Math.max(worst, b / a);
  }
  return worst;
}

const atLeastWarn = (health: Health): Health => (health === "bad" ? "bad" : "warn");

const MARKED = 1.5; // times slower than its own past, for a mark that nobody asked for

/** Health by the own past besides that by errors: what got slower is worth a look. */
export function withPast(graph: Graph, past: Graph | null): Graph {
  if (!past) return graph;
  const edges = new Map(past.edges.map((edge) => [edge.id, edge]));
  const nodes = new Map(past.nodes.map((node) => [node.id, node]));
  const marked = <T extends Service | Edge>(one: T, now: Figures, before: Figures | undefined): T => {
    const slow = slowdown(now, before, MARKED);
    return slow ? { ...one, slower: slow, health: atLeastWarn(one.health) } : one;
  };
  return {
    ...graph,
    nodes: graph.nodes.map((node) => marked(node, node.served, nodes.get(node.id)?.served)),
    edges: graph.edges.map((edge) => marked(edge, edge, edges.get(edge.id))),
  };
}

const NONE = { requests: 0, errors: 0, error_rate: 0, rate_per_s: 0, health: "idle" as const };

const keyOf = (one: { client: string; server: string; port: number; protocol: string }) => [one.client, one.server, one.port, one.protocol].join("\n");

const words = (a: string, b: string, of: string) => `${of} ${a} → ${b}`;

/** Of p50 and p95 the one that changed more: how many times, and in words. */
function latencies(before: DiffSide, after: DiffSide): { times: number; was: string } {
  const told = (["p50", "p95"] as const).map((name) => {
    const [a, b] = [before[`${name}_ms`], after[`${name}_ms`]];
    return { times: a && b ? b / a : 1, was: words(milliseconds(a), milliseconds(b), name) };
  });
  return told.reduce((most, one) => (Math.abs(Math.log(one.times)) > Math.abs(Math.log(most.times)) ? one : most));
}

/** What the server found out about an edge. */
function judged(row: DiffRow | undefined): Changed {
  const change = row && changesOf(row)[0];
  if (!change || !row) return {};
  const [before, after] = [row.before, row.after];
  if (!before || !after) return { change };
  const latency = latencies(before, after);
  const slower = changesOf(row).includes("slower") ? { slower: latency.times } : {};
  if (change === "failing" || change === "recovered") return { change, was: words(share(before.error_rate), share(after.error_rate), "errors"), ...slower };
  if (change === "slower" || change === "faster") return { change, was: latency.was, ...slower };
  if (change === "protocol") return { change, was: words(before.protocol, after.protocol, "was") };
  return { change, was: words(before.tls ?? "plaintext", after.tls ?? "plaintext", "was"), ...slower };
}

const WORST: Change[] = ["failing", "slower"];

/** Of a service: whether it is new, else the worst of the edges that lead to it. */
function judgedNode(node: Service, there: boolean, edges: (Edge & Changed)[]): Changed {
  if (!there) return { change: "came" };
  const change = WORST.find((one) => edges.some((edge) => edge.server_id === node.id && edge.change === one));
  return change ? { change } : {};
}

/** The graph, and what the server says that changed; what went is in it, as it was before, without figures. */
export function compared(now: Graph, before: Graph, diff: Diff): Graph {
  const rows = new Map(diff.changes.filter((row) => row.what === "edge").map((row) => [keyOf(row), row]));
  const nodesBefore = new Set(before.nodes.map((node) => node.id));
  const nodesNow = new Set(now.nodes.map((node) => node.id));
  const edges = now.edges.map((edge): Edge & Changed => ({ ...edge, ...judged(rows.get(keyOf(edge))) }));
  const gone = before.edges.filter((edge) => rows.get(keyOf(edge))?.after === null);
  const goneEdge = (edge: Edge): Edge => Object.assign({ ...edge, ...NONE }, { change: "went" as const });
  const goneNode = (node: Service): Service =>
    Object.assign({ ...node, health: "idle" as const, served: { ...node.served, ...NONE }, called: { ...node.called, ...NONE } }, { change: "went" as const });
  return {
    range: now.range,
    nodes: [
      ...now.nodes.map((node) => ({ ...node, ...judgedNode(node, nodesBefore.has(node.id), edges) })),
      ...before.nodes.filter((node) => !nodesNow.has(node.id)).map(goneNode),
    ],
    edges: [...edges, ...gone.map(goneEdge)],
  };
}

/** The two ranges, as the API takes them. */
export const diffParams = (before: Range, after: Range, group: string) => ({ before: `${before.from}..${before.to}`, after: `${after.from}..${after.to}`, group });

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
  const counts = Object.fromEntries(Object.keys(CHANGES).map((change) => [change, 0])) as Record<Change, number>;
  for (const edge of graph.edges) if ((edge as Changed).change) counts[(edge as Changed).change!]++;
  return counts;
}
