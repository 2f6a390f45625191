// One request: all that was kept of it, and the trace that it belongs to.
import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import type { Kept, Trace } from "./api";
import type { Address } from "./address";
import { useAnswer, type Fetched } from "./data";
import { bytes, certainty, count, fraction, milliseconds, moment } from "./format";
import { asked, Ended, FAILED } from "./kept";
import { Figure, Mark, Section } from "./parts";
import { Waterfall } from "./trace";
import { KINDS, NOTES, OUTCOMES } from "./words";

const KEPT_WORDS: Record<string, string> = { error: "it failed", slow: "it was one of the slowest", fair: "it was drawn by lot" };

const text = (of: Kept, name: string): string | undefined => (of[name] === undefined || of[name] === null || of[name] === "" ? undefined : String(of[name]));
const number = (of: Kept, name: string): number | undefined => (typeof of[name] === "number" ? (of[name] as number) : undefined);

function factsOf(of: Kept): [string, ComponentChildren][] {
  const [known, late] = [number(of, "fields_known"), number(of, "fields_known_late")];
  const facts: [string, ComponentChildren][] = [
    ["Outcome", OUTCOMES.find(([name]) => name === of.outcome)?.[1] ?? of.outcome],
    ["Began", moment(of.time) + fraction(of.time)],
    ["Method", text(of, "method")],
    ["Host", text(of, "host")],
    ["Path or statement", text(of, "path")],
    ["Counted as", text(of, "operation")],
    ["Status of gRPC", text(of, "grpc_status")],
    ["Said beside it", text(of, "grpc_message")],
    ["Error code", text(of, "error_code")],
    ["Deadline of the client", number(of, "deadline_ms") && milliseconds(number(of, "deadline_ms"))],
    ["Kind of call", KINDS[text(of, "call") ?? ""] ?? text(of, "call")],
    ["First message after", number(of, "first_message_ms") && milliseconds(number(of, "first_message_ms"))],
    ["Messages, asked and answered", number(of, "request_messages") !== undefined && `${count(number(of, "request_messages"))}, ${count(number(of, "response_messages"))}`],
    ["Client", `${of.client_address ?? "not known"}:${of.client_port}`],
    ["Server", `${of.server_address}:${of.server_port}`],
    ["Forwarded for", text(of, "forwarded_for")],
    ["Stream", text(of, "stream_id")],
    ["Trace id", text(of, "trace_id")],
    ["Span id", text(of, "span_id")],
    ["Request id", text(of, "request_id")],
    ["Statement", text(of, "fingerprint")],
    ["Header fields known", known !== undefined && certainty(known) + (late !== undefined && late !== known ? `, now ${certainty(late)}` : "")],
    ["Kept because", of.kept.map((why) => KEPT_WORDS[why] ?? why).join(", and ")],
  ];
  return facts.filter(([, value]) => value !== undefined && value !== false && value !== "");
}

function Facts({ of }: { of: Kept }) {
  const notes = of.notes.map((note) => NOTES[note] ?? note);
  return (
    <Section title="All that was kept">
      {notes.length > 0 && (
        <ul class="notes">
          {notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      )}
      <table class="plain facts">
        <tbody>
          {factsOf(of).map(([name, value]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{value}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="hint">Bodies, query strings, cookies and values are never kept.</p>
    </Section>
  );
}

interface RequestProps {
  address: Address;
  go: (change: Partial<Address>) => void;
}

function Ends({ of, go }: { of: Kept; go: RequestProps["go"] }) {
  const client = of.client_name ?? of.client_address ?? "unknown";
  const to = (node: string) => () => go({ node, edge: 0, group: "service" });
  return (
    <h2>
      <button class="link" onClick={to(client)}>
        {client}
      </button>
      <button class="link arrow" aria-label="their edge" onClick={() => go({ edge: of.edge_id, node: "", group: "service" })}>
        →
      </button>
      <button class="link" onClick={to(of.server_name)}>
        {of.server_name}
      </button>
    </h2>
  );
}

const NEAR_MS = 60000;

/** Its trace; a proxy that knows none may have passed on a request id, by which another knows it. */
function useTrace(of: Kept): Fetched<Trace> {
  const id = of.trace_id ? "" : (text(of, "request_id") ?? "");
  const asks = id.length >= 8 && !id.includes('"');
  const at = (ms: number) => new Date(Date.parse(of.time) + ms).toISOString();
  const params = asks ? { from: at(-NEAR_MS), to: at(NEAR_MS), find: `request_id = "${id}" and has trace_id`, limit: "1" } : {};
  const others = useAnswer<{ requests: Kept[] }>(asks ? "requests" : null, params as Record<string, string>, 0);
  const trace = of.trace_id ?? others.data?.requests[0]?.trace_id;
  return useAnswer<Trace>(trace ? `traces/${encodeURIComponent(trace)}` : null, { at: of.time }, 0);
}

function Told({ of, address, go }: RequestProps & { of: Kept }) {
  const trace = useTrace(of);
  const failed = FAILED.includes(of.outcome);
  return (
    <>
      <header>
        <p class="kind">
          <Mark health={failed ? "bad" : "good"} /> {of.protocol} request, {moment(of.time) + fraction(of.time)}
        </p>
        <Ends of={of} go={go} />
        <p class="asked">{asked(of)}</p>
      </header>
      <dl class="figures">
        <Figure name="Took" value={milliseconds(of.duration_ms)} title="From the first byte of the request to the last of the answer" />
        <Figure name="To first byte" value={milliseconds(of.ttfb_ms)} title="From the last byte of the request to the first of the answer" />
        <div class={failed ? "figure alarm" : "figure"}>
          <dt>End</dt>
          <dd>
            <Ended of={of} />
          </dd>
        </div>
        <Figure name="Asked with" value={bytes(of.request_bytes)} />
        <Figure name="Answered with" value={bytes(of.response_bytes)} />
        <Figure name="Hops of its trace" value={trace.data ? count(trace.data.hops.length) : trace.busy ? "…" : "no trace"} />
      </dl>
      {trace.data && (
        <Section title="Trace">
          <Waterfall trace={trace.data} chosen={of.id} onChoose={(request) => go({ request })} />
        </Section>
      )}
      {trace.error && <p class="hint">The trace: {trace.error.message}</p>}
      <Facts of={of} />
      {address.view !== "requests" && trace.data && (
        <p class="ways">
          <button class="way" onClick={() => go({ view: "requests", wanted: `trace_id = ${trace.data!.trace_id}`, sort: "time", node: "", edge: 0 })}>
            Requests of this trace
          </button>
        </p>
      )}
    </>
  );
}

export function RequestPanel({ address, go }: RequestProps) {
  const answer = useAnswer<{ requests: Kept[] }>(`requests/${address.request}`, {}, 0);
  const shown = useRef<Kept | undefined>(undefined); // stays until the next one is there
  if (answer.data) shown.current = answer.data.requests[0];
  const last = answer.error ? undefined : shown.current;
  return (
    <>
      {last && <Told of={last} address={address} go={go} />}
      {answer.error && <p class="hint">This request is kept no more: the newest are, up to a number and an age (--keep-requests). ({answer.error.message})</p>}
      {!last && !answer.error && <p class="loading">Loading…</p>}
    </>
  );
}
