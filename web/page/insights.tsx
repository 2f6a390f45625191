// What a person would act on: sentence, advice, and what it rests on.
import type { Evidence, Graph, Insight } from "./api";
import type { Address } from "./address";
import type { Fetched } from "./data";
import { count } from "./format";
import { Links, type Answer } from "./lists";
import { narrows } from "./listing";
import { Bar, Mark } from "./parts";

interface InsightsProps {
  graph: Graph | null; // not there yet
  address: Address;
  go: (change: Partial<Address>) => void;
  list: Fetched<Answer>;
  params: Record<string, string>;
}

function EvidenceTable({ evidence, of }: { evidence: Evidence[]; of: number }) {
  const more = of - evidence.length;
  return (
    <table class="evidence">
      <tbody>
        {evidence.map((one, i) => (
          <tr key={one.what + i}>
            <th scope="row">{one.what}</th>
            <td class="bars">{one.share !== null && <Bar share={one.share} tone="warn" />}</td>
            <td>{one.figure}</td>
          </tr>
        ))}
        {more > 0 && (
          <tr>
            <th scope="row" class="hint" colSpan={3}>
              and {count(more)} more
            </th>
          </tr>
        )}
      </tbody>
    </table>
  );
}

/** What the address has to be to show what the finding is about; null if it is about nothing there. */
function subjectOf(insight: Insight, graph: Graph | null): Partial<Address> | null {
  if (insight.edge_id) return { edge: insight.edge_id, node: "", group: "service" };
  const service = graph?.nodes.find((one) => one.id === insight.service_id);
  return service ? { node: service.name, edge: 0, group: "service" } : null;
}

function Finding({ insight, graph, go }: { insight: Insight; graph: Graph | null; go: InsightsProps["go"] }) {
  const subject = subjectOf(insight, graph);
  return (
    <li class="card finding">
      <h3>
        <Mark health="warn" /> {insight.title}
      </h3>
      <p class="hint">{insight.advice}</p>
      <EvidenceTable evidence={insight.evidence} of={insight.evidence_count} />
      {subject && (
        <p class="ways">
          <button class="way" onClick={() => go(subject)}>
            Details
          </button>
          <button class="way" onClick={() => go({ ...subject, view: "graph" })}>
            Show on the graph
          </button>
        </p>
      )}
    </li>
  );
}

function Nothing() {
  return (
    <div class="quiet">
      <h3>Nothing to act on in this range.</h3>
      <p>What is looked for, and where calls are compared, if there are at least 100:</p>
      <ul>
        <li>a capture so bad that its figures are not to be trusted;</li>
        <li>one of several backends of a service, or of several servers that are probably replicas, that gets nearly all calls;</li>
        <li>
          one of several connections that carries nearly all calls: a balancer that spreads connections cannot spread the calls on them, as happens with
          HTTP/2 and gRPC.
        </li>
      </ul>
      <p class="hint">A longer range shows more.</p>
    </div>
  );
}

export function InsightsView({ graph, address, go, list, params }: InsightsProps) {
  const found = (list.data?.insights ?? []) as Insight[];
  return (
    <div class="sheet">
      <div class="sheet-head">
        <h2>Insights</h2>
        <span class="hint">{count(found.length)}</span>
        <nav aria-label="Save what is shown">
          <Links question="insights" params={params} />
        </nav>
      </div>
      <div class="scroll bare" tabIndex={0} role="region" aria-label="Insights">
        {!list.data && !list.error && <p class="hint center">Loading…</p>}
        {list.data && !found.length && !narrows(address) && <Nothing />}
        {list.data && !found.length && narrows(address) && (
          <div class="none">
            <p>Nothing matches what is searched, found and hidden.</p>
            <button class="way" onClick={() => go({ find: "", filter: "", hide: "" })}>
              Show all
            </button>
          </div>
        )}
        <ol class="findings">
          {found.map((one, i) => (
            <Finding key={one.kind + one.subject + i} insight={one} graph={graph} go={go} />
          ))}
        </ol>
      </div>
    </div>
  );
}
