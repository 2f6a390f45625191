// One trace: its requests as a waterfall, each a way to all that was kept of it.
import { traceAsked, type Address } from "./address";
import type { Trace } from "./api";
import { useAnswer } from "./data";
import { count, fraction, milliseconds, moment } from "./format";
import { asked } from "./kept";
import { Figure, Mark } from "./parts";
import { Waterfall } from "./trace";

interface TraceProps {
  address: Address;
  go: (change: Partial<Address>) => void;
}

export function TracePanel({ address, go }: TraceProps) {
  const answer = useAnswer<Trace>(...traceAsked(address.trace), 0);
  const trace = answer.data;
  const first = trace?.hops[0];
  if (answer.error) return <p class="hint">This trace is kept no more: the newest requests are, up to a number and an age (--keep-requests). ({answer.error.message})</p>;
  if (!trace || !first) return <p class="loading">Loading…</p>;
  return (
    <>
      <header>
        <p class="kind">
          <Mark health={trace.errors ? "bad" : "good"} /> trace, {moment(first.time) + fraction(first.time)}
        </p>
        <h2>{asked(first)}</h2>
        <p class="hint">
          {first.client_name ?? first.client_address ?? "unknown"} → {first.server_name} · {count(trace.services)} services · <code>{trace.trace_id}</code>
        </p>
      </header>
      <dl class="figures">
        <Figure name="Took" value={milliseconds(trace.duration_ms)} title="From the first byte of its first request to the last byte of an answer" />
        <Figure name="Requests" value={count(trace.hops.length)} title="Those of it that were kept" />
        <div class={trace.errors ? "figure alarm" : "figure"}>
          <dt>Failed</dt>
          <dd>{count(trace.errors)}</dd>
        </div>
      </dl>
      <Waterfall trace={trace} chosen={0} onChoose={(request) => go({ request })} />
    </>
  );
}
