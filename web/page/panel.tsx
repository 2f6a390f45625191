// The side panel: all that is known of the edge, service, operation or request that was chosen.
import type { Backend, Connection, Edge, Figures, Graph, Insight, OpenCall, Operation, Range, Service, TlsRow } from "./api";
import { protocolsOf } from "./api";
import type { Address } from "./address";
import { rangeParams } from "./address";
import { Balance } from "./balance";
import { useAnswer } from "./data";
import { failed, healthWords, percentile, percentileHint, percentileOf, RULE_WORDS, timed, whose } from "./figures";
import { count, milliseconds, moment, rate, share } from "./format";
import { Samples } from "./kept";
import { Operations } from "./operations";
import { OverTime } from "./overtime";
import { Figure, Mark, Section, Spoiled, Turned } from "./parts";
import { RequestPanel } from "./request";
import { Connections, OpenStreams, StreamFigures, StreamingOperations } from "./streams";
import { Protection } from "./tls";
import { TracePanel } from "./traced";
import { Why } from "./why";
import { Wire } from "./wire";
import { MARKS, NOTES, OUTCOMES, SEVERITIES, SOURCES } from "./words";

interface PanelProps {
  graph: Graph;
  address: Address;
  go: (change: Partial<Address>) => void;
  version: number;
  turn: number;
  insights: Insight[];
}

const TAILS = ["p50", "p95", "p99"] as const;

/** "of 1": how many requests a percentile rests on, where that is too few to rely on. */
const restsOn = (figures: Figures, name: (typeof TAILS)[number]) => (percentileHint(figures, name).startsWith("Of") ? `of ${count(timed(figures))} timed` : undefined);

function Headline({ figures }: { figures: Figures }) {
  const latency = figures.latency_ms;
  const streams = figures.streams ?? 0;
  return (
    <dl class="figures">
      <Figure name="Rate" value={rate(figures.rate_per_s)} />
      <Figure name="Errors" value={share(figures.requests ? figures.error_rate : undefined)} alarm={figures.health === "bad"} note={whose(figures)} title={RULE_WORDS} />
      <Figure name="Requests" value={count(figures.requests)} note={streams ? `${count(streams)} streams` : undefined} />
      {(streams < figures.requests || !streams) && (
        <>
          {TAILS.map((name) => (
            <Figure key={name} name={name} value={milliseconds(percentileOf(latency, name))} note={restsOn(figures, name)} title={percentileHint(figures, name)} />
          ))}
        </>
      )}
      {streams > 0 && <StreamFigures figures={figures} />}
    </dl>
  );
}

function Outcomes({ figures }: { figures: Figures }) {
  const shown = OUTCOMES.filter(([name]) => figures.outcomes[name]);
  if (!shown.length) return null;
  return (
    <Section title="How requests ended" gist={figures.errors > 0 && `${share(figures.error_rate)} failed`}>
      <div class="split" aria-hidden="true">
        {shown.map(([name]) => (
          <i key={name} class={name} style={{ flexGrow: figures.outcomes[name] }} />
        ))}
      </div>
      <table class="plain">
        <tbody>
          {shown.map(([name, words]) => (
            <tr key={name}>
              <th scope="row">
                <i class={`swatch ${name}`} /> {words}
              </th>
              <td>{count(figures.outcomes[name])}</td>
              <td>{share(figures.outcomes[name]! / figures.requests)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}

/** Notes that a mark tells already, with how much of it there is. */
const TOLD = ["midstream", "gap", "one-way"];

const worthALook = (health: string) => health === "warn" || health === "bad";
const worth = (severity: string) => severity === "warn" || severity === "bad";

function Quality({ edge }: { edge: Edge }) {
  const { reasons } = edge.quality;
  const notes = edge.notes.filter((note) => !TOLD.includes(note)).map((note) => NOTES[note] ?? note);
  return (
    <Section title="How sure this is" gist={reasons.length === 0 ? "seen whole" : reasons.some((one) => worth(one.severity)) ? "not all was seen" : ""}>
      {reasons.length > 0 && (
        <ul class="reasons">
          {reasons.map((one) => (
            <li key={one.mark}>
              <b class={`spoiled ${one.severity}`} title={SEVERITIES[one.severity]?.[1]}>
                {SEVERITIES[one.severity]?.[0]}
                {MARKS[one.mark]?.[0] ?? "?"}
              </b>{" "}
              {one.text}.
            </li>
          ))}
        </ul>
      )}
      {notes.length > 0 && (
        <ul class="notes">
          {notes.map((text) => (
            <li key={text}>{text}</li>
          ))}
        </ul>
      )}
      {!reasons.length && <p class="hint">Everything on this edge was seen whole.</p>}
      <p class="hint">
        First seen {moment(edge.first_seen)}, last {moment(edge.last_seen)}.
      </p>
    </Section>
  );
}

/** What to act on, of all that is found about this one. */
function Wrong({ insights, go }: { insights: Insight[]; go: PanelProps["go"] }) {
  if (!insights.length) return null;
  return (
    <ul class="ailing" aria-label="What is wrong">
      {insights.map((one, i) => (
        <li key={one.kind + i}>
          <button class="link" title={one.advice} onClick={() => go({ view: "insights" })}>
            {one.title}
          </button>
        </li>
      ))}
    </ul>
  );
}

function EdgeHead({ edge, address, go }: Pick<PanelProps, "address" | "go"> & { edge: Edge }) {
  return (
    <header>
      <p class="kind">
        <Mark health={edge.health} /> {edge.protocol} on port {edge.port}, {healthWords(edge, edge.health)} <Spoiled quality={edge.quality} />
      </p>
      <h2>
        <button class="link" onClick={() => go({ node: edge.client, edge: 0 })}>
          {edge.client}
        </button>
        <span class="arrow" aria-label="calls">
          {" → "}
        </span>
        <button class="link" onClick={() => go({ node: edge.server, edge: 0 })}>
          {edge.server}
        </button>
      </h2>
      <Chosen address={address} go={go} />
    </header>
  );
}

/** The operation that was chosen, and the way back to all of them. */
function Chosen({ address, go }: Pick<PanelProps, "address" | "go">) {
  if (!address.operation) return null;
  return (
    <p class="asked">
      {address.operation}
      <button class="way" onClick={() => go({ operation: "" })}>
        All operations
      </button>
    </p>
  );
}

/** The figures of an operation; null while none was chosen. */
function OperationPart({ own, address }: { own: Operation[]; address: Address }) {
  const found = own.filter((one) => one.operation === address.operation);
  if (!found.length) return <p class="hint">This operation was not asked for in this range.</p>;
  return (
    <>
      {found.map((one) => (
        <div key={one.edge_id} class="stack">
          {found.length > 1 && <p class="kind">asked by {one.client}</p>}
          <Headline figures={one} />
          <Outcomes figures={one} />
        </div>
      ))}
    </>
  );
}

function EdgePanel({ edge, graph, address, go, version, turn, insights }: PanelProps & { edge: Edge }) {
  const params = { ...rangeParams(address), edge: String(edge.id) };
  const single = address.group === "service"; // else the edge stands for many
  const operations = useAnswer<{ operations: Operation[] }>(single ? "operations" : null, params, version);
  const connections = useAnswer<{ connections: Connection[]; range: Range }>(single ? "connections" : null, params, version);
  const tls = useAnswer<{ tls: TlsRow[] }>(single ? "tls" : null, params, version);
  const calls = useAnswer<{ open_calls: OpenCall[] }>(single ? "open-calls" : null, params, version);
  const own = operations.data?.operations ?? [];
  const chosen = single && address.operation !== "";
  const subject: Record<string, string> = chosen ? { ...params, operation_is: address.operation } : params;
  const failing = chosen ? own.some((one) => one.operation === address.operation && one.errors > 0) : edge.errors > 0;
  const shared = { subject, address, go, version };
  return (
    <>
      <EdgeHead edge={edge} address={address} go={go} />
      {chosen ? operations.data && <OperationPart own={own} address={address} /> : <Headline figures={edge} />}
      {single && !chosen && <Why edge={edge} graph={graph} params={params} go={go} version={version} />}
      <Wrong insights={single ? insights.filter((one) => one.edge_id === edge.id) : []} go={go} />
      {edge.quality.reasons.some((one) => worth(one.severity)) && <Quality edge={edge} />}
      {single && <OverTime {...shared} figures={subject} turn={turn} />}
      {!chosen && <Outcomes figures={edge} />}
      {single && edge.requests > 0 && <Samples {...shared} failing={failing} />}
      {own.length > 0 && <Operations operations={own} server={false} address={address} go={go} />}
      {!chosen && (
        <>
          <StreamingOperations operations={own} />
          {calls.data && <OpenStreams calls={calls.data.open_calls} />}
          {connections.data && <Connections connections={connections.data.connections} range={connections.data.range} />}
          {tls.data && <Protection rows={tls.data.tls} />}
          <Wire edge={edge} />
          {!edge.quality.reasons.some((one) => worth(one.severity)) && <Quality edge={edge} />}
        </>
      )}
    </>
  );
}

function Neighbours(props: { title: string; edges: Edge[]; side: "client" | "server"; go: PanelProps["go"] }) {
  if (!props.edges.length) return null;
  const rows = [...props.edges].sort((a, b) => b.requests - a.requests);
  return (
    <Section title={props.title}>
      <table class="data">
        <thead>
          <tr>
            <th>Service</th>
            <th class="n">Rate</th>
            <th class="n">Errors</th>
            <th class="n">p95</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((edge) => (
            <tr key={edge.id} class="goes" onClick={() => props.go({ edge: edge.id, node: "" })}>
              <td class="name">
                <Mark health={edge.health} />{" "}
                <button class="link" title={`${edge.protocol} on port ${edge.port}`}>
                  {edge[props.side]}
                </button>{" "}
                <Spoiled quality={edge.quality} />
              </td>
              <td class="n">{rate(edge.rate_per_s)}</td>
              <td class={worthALook(edge.health) ? "n alarm" : "n"}>{failed(edge)}</td>
              <td class="n">{percentile(edge, "p95")}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}

function addressWords(service: Service): string {
  if (!service.address) return "any address outside the internal networks";
  return service.addresses > 1 ? `${service.address} and ${service.addresses - 1} more` : service.address;
}

function ServiceHead({ service, address, go }: Pick<PanelProps, "address" | "go"> & { service: Service }) {
  const protocols = protocolsOf(service).join(", ");
  return (
    <header>
      <p class="kind">
        <Mark health={service.health} /> {service.served.requests ? `serves ${protocols}` : "only calls others"}, {healthWords(service.served.requests ? service.served : service.called, service.health)} <Spoiled quality={service.quality} />
      </p>
      <h2>{service.name}</h2>
      <p class="hint">
        {addressWords(service)}
        {service.address && service.name !== service.address && ` · ${SOURCES[service.source] ?? service.source}`}
        {[service.group, ...service.tags].filter(Boolean).map((label) => ` · ${label}`)}
      </p>
      <Chosen address={address} go={go} />
    </header>
  );
}

function ServicePanel({ service, graph, address, go, version, turn, insights }: PanelProps & { service: Service }) {
  const incoming = graph.edges.filter((edge) => edge.server_id === service.id);
  const outgoing = graph.edges.filter((edge) => edge.client_id === service.id);
  const params = rangeParams(address);
  const single = address.group === "service";
  const operations = useAnswer<{ operations: Operation[] }>(incoming.length && single ? "operations" : null, params, version);
  const backends = useAnswer<{ backends: Backend[] }>(incoming.length && single ? "backends" : null, { ...params, service: String(service.id) }, version);
  const ids = new Set(incoming.map((edge) => edge.id));
  const own = operations.data?.operations.filter((one) => ids.has(one.edge_id)) ?? [];
  const serves = service.served.requests > 0;
  const figures = serves ? service.served : service.called;
  const chosen = single && address.operation !== "";
  const of: Record<string, string> = chosen ? { operation_is: address.operation } : {};
  const subject = { ...params, ...of, [serves ? "server" : "client"]: service.name };
  const over = { ...params, ...of, service: String(service.id), side: serves ? "server" : "client" };
  const shared = { subject, address, go, version };
  return (
    <>
      <ServiceHead service={service} address={address} go={go} />
      {chosen ? operations.data && <OperationPart own={own} address={address} /> : <Headline figures={figures} />}
      <Wrong insights={single ? insights.filter((one) => one.service_id === service.id) : []} go={go} />
      {single && <OverTime {...shared} figures={over} turn={turn} />}
      {!chosen && <Outcomes figures={figures} />}
      {single && figures.requests > 0 && <Samples {...shared} failing={figures.errors > 0} />}
      {own.length > 0 && <Operations operations={own} server address={address} go={go} />}
      {!chosen && (
        <>
          {backends.data && <Balance backends={backends.data.backends} />}
          <Neighbours title="Called by" edges={incoming} side="client" go={go} />
          <Neighbours title="Calls" edges={outgoing} side="server" go={go} />
          <StreamingOperations operations={own} />
        </>
      )}
      <p class="hint">
        First seen {moment(service.first_seen)}, last {moment(service.last_seen)}.
      </p>
    </>
  );
}

function Subject(props: PanelProps) {
  const { graph, address } = props;
  const edge = address.edge > 0 ? graph.edges.find((one) => one.id === address.edge) : undefined;
  const service = address.node ? graph.nodes.find((one) => one.name === address.node) : undefined;
  if (edge) return <EdgePanel key={edge.id} {...props} edge={edge} />;
  if (service) return <ServicePanel key={service.id} {...props} service={service} />;
  return <p class="hint">What was chosen has no traffic in this range. Choose a longer one, or close this.</p>;
}

export function Panel(props: PanelProps) {
  const { address, go } = props;
  const subject = address.node !== "" || address.edge > 0;
  const traced = address.request > 0 || address.trace !== "";
  if (!subject && !traced) return null;
  const turn = (title: string) => {
    const without = address.turned.filter((one) => one !== title);
    go({ turned: without.length < address.turned.length ? without : [...without, title] });
  };
  return (
    <Turned.Provider value={{ turned: address.turned, turn }}>
      <aside class={traced ? "panel broad" : "panel"} aria-label="Details">
        {(address.request > 0 ? subject || address.trace : traced && subject) && (
          <button class="way back" onClick={() => go(address.request ? { request: 0 } : { trace: "" })}>
            ← back
          </button>
        )}
        <button class="close" aria-label="Close the details" onClick={() => go({ node: "", edge: 0, request: 0, trace: "" })}>
          ×
        </button>
        {address.request > 0 ? <RequestPanel address={address} go={go} /> : address.trace ? <TracePanel address={address} go={go} /> : <Subject {...props} />}
      </aside>
    </Turned.Provider>
  );
}
