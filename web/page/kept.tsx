// Requests that were kept, as short rows: where they came from, what they asked, how it ended.
import type { ComponentChildren } from "preact";
import type { Kept } from "./api";
import type { Address } from "./address";
import { useAnswer } from "./data";
import { brushFilter, brushWords, parseBrush } from "./heatmap";
import { clock, milliseconds } from "./format";
import { Choices, Section } from "./parts";
import { OUTCOMES } from "./words";

export const FAILED = ["client_error", "server_error", "timeout", "reset"];

const OUTCOME_WORDS = Object.fromEntries(OUTCOMES);

/** Status, and the outcome by colour and words. */
export function Ended({ of }: { of: Kept }) {
  const words = OUTCOME_WORDS[of.outcome] ?? of.outcome;
  return (
    <span class={FAILED.includes(of.outcome) ? "ended alarm" : "ended"} title={words}>
      <i class={`swatch ${of.outcome}`} aria-hidden="true" /> {of.status || words}
      <span class="hidden"> {words}</span>
    </span>
  );
}

export const asked = (of: Kept): string => of.operation || [of.method, of.path].filter(Boolean).join(" ") || of.host || "not known";

/** As a path where there is one; of gRPC the path says the operation again. */
export function saying(of: Kept, method = true): string {
  if (!of.path || asked(of).includes(of.path) || of.path === "/" + of.operation) return asked(of);
  return method && of.method ? `${of.method} ${of.path}` : of.path;
}

const SHOWN = 8;

interface RowsProps {
  requests: Kept[];
  ends: boolean; // who asked whom is told
  chosen: number;
  onChoose: (id: number) => void;
}

function underOf(one: Kept, ends: boolean): string {
  if (ends) return `${one.client_name ?? one.client_address ?? "unknown"} → ${one.server_name}`;
  return saying(one, false) !== asked(one) ? asked(one) : "";
}

function Rows({ requests, ends, chosen, onChoose }: RowsProps) {
  return (
    <table class="data tight kept">
      <thead>
        <tr>
          <th class="at">Time</th>
          <th>Request</th>
          <th>End</th>
          <th class="n">Took</th>
        </tr>
      </thead>
      <tbody>
        {requests.map((one) => (
          <tr key={one.id} class={one.id === chosen ? "goes chosen" : "goes"} onClick={() => onChoose(one.id)}>
            <td class="at">{clock(new Date(one.time))}</td>
            <td class="name" title={`${asked(one)}\n${one.path ?? ""}`}>
              <button class="link">{saying(one, false)}</button>
              <small class="under">{underOf(one, ends)}</small>
            </td>
            <td class="end">
              <Ended of={one} />
            </td>
            <td class="n">{milliseconds(one.duration_ms)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

type Go = (change: Partial<Address>) => void;

interface SamplesProps {
  subject: Record<string, string>; // as the API takes it, with the range
  failing: boolean;
  address: Address;
  go: Go;
  version: number;
}

const SAMPLE_CHOICES = [
  { value: "failed", text: "Failed" },
  { value: "slow", text: "Slowest" },
  { value: "new", text: "Newest" },
];

const NOTHING: Record<string, string> = {
  failed: "None of those that were kept failed.",
  slow: "None that was kept was timed.",
  new: "None was kept in this range.",
};

function paramsOf(sample: string): Record<string, string> {
  if (sample === "failed") return { outcome: "error" };
  return sample === "slow" ? { order: "slowest" } : {};
}

/** Recent requests of an edge, a service or an operation, and the way to all of them. */
export function Samples({ subject, failing, address, go, version }: SamplesProps) {
  const sample = address.sample || (failing ? "failed" : "slow");
  const answer = useAnswer<{ requests: Kept[] }>("requests", { ...subject, ...paramsOf(sample), limit: String(SHOWN) }, version);
  const requests = answer.data?.requests;
  return (
    <Section title="Requests">
      <div class="between">
        <Choices name="Which requests" choices={SAMPLE_CHOICES} value={sample} onChoose={(value) => go({ sample: value })} />
        <button class="way" onClick={() => go({ view: "requests", sort: sample === "slow" ? "-took" : "", wanted: sample === "failed" ? "failure = yes" : "" })}>
          All of them
        </button>
      </div>
      {requests && requests.length > 0 && <Rows requests={requests} ends={!subject.edge} chosen={address.request} onChoose={(request) => go({ request })} />}
      {requests && !requests.length && <p class="hint">{NOTHING[sample]}</p>}
      {answer.error && <p class="hint">{answer.error.message}</p>}
    </Section>
  );
}

/** Those in the box that is marked on the heat map. */
export function Marked({ subject, address, go, version }: Omit<SamplesProps, "failing">): ComponentChildren {
  const brush = parseBrush(address.brush);
  const { since: _, ...whose } = subject;
  const params = brush ? { ...whose, from: brush.from, to: brush.to, find: brushFilter(brush), order: "slowest", limit: "30" } : {};
  const answer = useAnswer<{ requests: Kept[] }>(brush ? "requests" : null, params as Record<string, string>, version);
  if (!brush) return null;
  const requests = answer.data?.requests ?? [];
  return (
    <div class="marked" role="region" aria-label="Requests of what is marked">
      <div class="between">
        <b>{brushWords(brush)}</b>
        <span class="ways">
          <button class="way" onClick={() => go({ view: "requests", from: brush.from, to: brush.to, wanted: brushFilter(brush), sort: "-took" })}>
            All of them
          </button>
          <button class="way" aria-label="Mark nothing" onClick={() => go({ brush: "" })}>
            ×
          </button>
        </span>
      </div>
      {requests.length > 0 && <Rows requests={requests} ends={!subject.edge} chosen={address.request} onChoose={(request) => go({ request })} />}
      {answer.data && !requests.length && <p class="hint">All were counted, but none of these was kept: of each edge some requests are, those that failed and the slowest first.</p>}
      {answer.error && <p class="hint">{answer.error.message}</p>}
    </div>
  );
}
