// Why an edge is as slow as it is, in a sentence: how much of it is waiting for the first byte, how much
// the network, and who took the time of its slowest request.
import type { Edge, Graph, Hop, Kept, Trace } from "./api";
import type { Address } from "./address";
import { useAnswer } from "./data";
import { percentileOf } from "./figures";
import { milliseconds } from "./format";

const NEARLY_ALL = 0.9; // of the time

/** The hop that took most of the time itself, of the one request and what it led to. */
function culprit(trace: Trace | null, request: Kept): Hop | null {
  const hops = trace?.hops ?? [];
  const first = hops.findIndex((hop) => hop.id === request.id);
  if (first < 0) return null;
  let most: Hop | null = null;
  for (let i = first; i < hops.length && (i === first || hops[i]!.depth > hops[first]!.depth); i++)
    if ((hops[i]!.own_ms ?? 0) > (most?.own_ms ?? 0)) most = hops[i]!;
  return most;
}

/** What of the p95 goes where, as far as the wire tells it. */
function spent(edge: Edge, p95: number): string {
  const first = percentileOf(edge.ttfb_ms, "p95");
  const network = (edge.tcp.rtt_client_ms ?? 0) + (edge.tcp.rtt_server_ms ?? 0);
  const round = network ? `; a round trip of the network takes ${milliseconds(network)}` : "";
  if (first === null) return round;
  if (first >= p95 * NEARLY_ALL) return `: nearly all of it is the wait for the first byte${round}`;
  return `: first byte after ${milliseconds(first)}, the rest while the answer came${round}`;
}

/** The slowest of what its server calls, if that may explain it. */
function behind(edge: Edge, graph: Graph, p95: number): Edge | undefined {
  const p95Of = (one: Edge) => percentileOf(one.latency_ms, "p95") ?? 0;
  const slowest = graph.edges.filter((one) => one.client_id === edge.server_id && one.id !== edge.id).sort((a, b) => p95Of(b) - p95Of(a))[0];
  return slowest && p95Of(slowest) >= p95 * 0.4 ? slowest : undefined;
}

interface WhyProps {
  edge: Edge;
  graph: Graph;
  params: Record<string, string>; // of the edge and the range
  go: (change: Partial<Address>) => void;
  version: number;
}

export function Why({ edge, graph, params, go, version }: WhyProps) {
  const p95 = percentileOf(edge.latency_ms, "p95");
  const kept = useAnswer<{ requests: Kept[] }>(p95 ? "requests" : null, { ...params, order: "slowest", limit: "1" }, version);
  const slowest = kept.data?.requests[0];
  const trace = useAnswer<Trace>(slowest?.trace_id ? `traces/${encodeURIComponent(slowest.trace_id)}` : null, slowest ? { at: slowest.time } : {}, version);
  if (!p95) return null;
  const most = slowest && culprit(trace.data, slowest);
  const other = most ? undefined : behind(edge, graph, p95);
  return (
    <p class="why" role="note" aria-label="Why it takes so long">
      p95 <b>{milliseconds(p95)}</b>
      {spent(edge, p95)}.{" "}
      {slowest?.duration_ms != null && (
        <>
          The{" "}
          <button class="link" onClick={() => go({ request: slowest.id })}>
            slowest request
          </button>{" "}
          took {milliseconds(slowest.duration_ms)}
          {most && most.own_ms ? (
            <>
              : <b>{most.server_name}</b> {milliseconds(most.own_ms)} of it by itself
            </>
          ) : (
            !slowest.trace_id && ", without a trace id"
          )}
          .{" "}
        </>
      )}
      {other && (
        <>
          {edge.server} itself waits for{" "}
          <button class="link" onClick={() => go({ edge: other.id, node: "" })}>
            {other.server}
          </button>
          , p95 {milliseconds(percentileOf(other.latency_ms, "p95"))}.
        </>
      )}
    </p>
  );
}
