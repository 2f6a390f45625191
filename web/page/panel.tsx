// The side panel: all that is known of the edge or service that was chosen.
import type { Backend, Connection, Edge, Figures, Graph, OpenCall, Operation, Point, Range, Service, TlsRow } from "./api";
import { protocolsOf } from "./api";
import type { Address } from "./address";
import { rangeParams } from "./address";
import { Balance } from "./balance";
import { Charts } from "./charts";
import { useAnswer } from "./data";
import { bytes, count, milliseconds, moment, rate, share } from "./format";
import { Figure, Mark, Section, Spoiled } from "./parts";
import { Connections, OpenStreams, StreamFigures, StreamingOperations } from "./streams";
import { Protection } from "./tls";
import { HEALTH, MARKS, NOTES, OUTCOMES, SEVERITIES, SOURCES } from "./words";

interface PanelProps {
  graph: Graph;
  address: Address;
  go: (change: Partial<Address>) => void;
  version: number;
  turn: number;
}

const SLOWEST = 12;

function Headline({ figures }: { figures: Figures }) {
  const latency = figures.latency_ms;
  const streams = figures.streams ?? 0;
  return (
    <dl class="figures">
      <Figure name="Rate" value={rate(figures.rate_per_s)} />
      <Figure name="Errors" value={share(figures.requests ? figures.error_rate : undefined)} alarm={figures.health === "bad"} />
      <Figure name="Requests" value={count(figures.requests)} />
      {(streams < figures.requests || !streams) && (
        <>
          <Figure name="p50" value={milliseconds(latency?.p50)} />
          <Figure name="p95" value={milliseconds(latency?.p95)} />
          <Figure name="p99" value={milliseconds(latency?.p99)} />
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
    <Section title="How requests ended">
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

function Operations({ operations, server }: { operations: Operation[]; server: boolean }) {
  const timed = operations.filter((one) => !one.streams || one.requests > one.streams);
  const busiest = [...timed].sort((a, b) => b.requests - a.requests).slice(0, SLOWEST);
  if (!busiest.length) return null;
  return (
    <Section title="Operations">
      <div class="scroll">
        <table class="data">
          <thead>
            <tr>
              <th>Operation</th>
              <th class="n">Rate</th>
              <th class="n">Errors</th>
              <th class="n">p95</th>
            </tr>
          </thead>
          <tbody>
            {busiest.map((one) => (
              <tr key={one.edge_id + one.operation}>
                <td class="name" title={server ? `${one.operation}, asked by ${one.client}` : one.operation}>
                  <Mark health={one.health} /> {server && <Spoiled quality={one.quality} />} {one.operation}
                </td>
                <td class="n">{rate(one.rate_per_s)}</td>
                <td class={one.errors ? "n alarm" : "n"}>{share(one.error_rate)}</td>
                <td class="n">{milliseconds(one.latency_ms?.p95)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {timed.length > busiest.length && <p class="hint">and {timed.length - busiest.length} more</p>}
    </Section>
  );
}

/** Where both ways are told, from the client and from the server. */
const WIRE_BOTH: [string, (edge: Edge) => [number | null | undefined, number | null | undefined], (n: number | null | undefined) => string][] = [
  ["Packets", (e) => [e.wire.packets_to_server, e.wire.packets_to_client], count],
  ["Bytes", (e) => [e.wire.bytes_to_server, e.wire.bytes_to_client], (n) => bytes(n ?? undefined)],
  ["Segments sent again", (e) => [e.tcp.retransmits_to_server, e.tcp.retransmits_to_client], count],
  ["Segments out of order", (e) => [e.tcp.out_of_order_to_server, e.tcp.out_of_order_to_client], count],
  ["Receiver was full (zero window)", (e) => [e.tcp.zero_windows_to_server, e.tcp.zero_windows_to_client], count],
  ["for so long in all", (e) => [e.tcp.zero_window_to_server_ms, e.tcp.zero_window_to_client_ms], milliseconds],
  ["Connections reset", (e) => [e.tcp.resets_by_client, e.tcp.resets_by_server], count],
];

function Wire({ edge }: { edge: Edge }) {
  const { connections, tcp } = edge;
  const rows: [string, string][] = [
    ["Connections opened", count(connections.opened)],
    ["Closed", count(connections.closed)],
    ["Open at the end", count(connections.active)],
    ["Refused", count(connections.refused)],
    ["Not answered", count(connections.unanswered)],
    ["Handshake", milliseconds(tcp.connect_ms)],
    ["Network, tap to client and back", milliseconds(tcp.rtt_client_ms)],
    ["at the least", milliseconds(tcp.least_rtt_client_ms)],
    ["Network, tap to server and back", milliseconds(tcp.rtt_server_ms)],
    ["at the least", milliseconds(tcp.least_rtt_server_ms)],
    ["Requests, bytes", bytes(edge.request_bytes)],
    ["Answers, bytes", bytes(edge.response_bytes)],
    ["Time to first byte, p95", milliseconds(edge.ttfb_ms?.p95)],
  ];
  return (
    <Section title="Network">
      <table class="plain">
        <tbody>
          {rows.map(([name, value], i) => (
            <tr key={i}>
              <th scope="row">{name}</th>
              <td colSpan={2}>{value}</td>
            </tr>
          ))}
          <tr>
            <td />
            <th class="n">by the client</th>
            <th class="n">by the server</th>
          </tr>
          {WIRE_BOTH.map(([name, both, show]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              {both(edge).map((value, i) => (
                <td key={i}>{show(value)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}

/** Notes that a mark tells already, with how much of it there is. */
const TOLD = ["midstream", "gap", "one-way"];

function Quality({ edge }: { edge: Edge }) {
  const { reasons } = edge.quality;
  const notes = edge.notes.filter((note) => !TOLD.includes(note)).map((note) => NOTES[note] ?? note);
  return (
    <Section title="How sure this is">
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

function EdgePanel({ edge, address, go, version, turn }: PanelProps & { edge: Edge }) {
  const params = { ...rangeParams(address), edge: String(edge.id) };
  const series = useAnswer<{ points: Point[] }>("series", params, version);
  const operations = useAnswer<{ operations: Operation[] }>("operations", params, version);
  const single = address.group === "service"; // else the edge stands for many
  const connections = useAnswer<{ connections: Connection[]; range: Range }>(single ? "connections" : null, params, version);
  const tls = useAnswer<{ tls: TlsRow[] }>(single ? "tls" : null, params, version);
  const calls = useAnswer<{ open_calls: OpenCall[] }>(single ? "open-calls" : null, params, version);
  return (
    <>
      <header>
        <p class="kind">
          <Mark health={edge.health} /> {edge.protocol} on port {edge.port}, {HEALTH[edge.health]} <Spoiled quality={edge.quality} />
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
      </header>
      <Headline figures={edge} />
      {series.data && series.data.points.length > 1 && <Charts points={series.data.points} turn={turn} />}
      {series.error && <p class="hint">{series.error.message}</p>}
      <Outcomes figures={edge} />
      {operations.data && <Operations operations={operations.data.operations} server={false} />}
      {operations.data && <StreamingOperations operations={operations.data.operations} />}
      {calls.data && <OpenStreams calls={calls.data.open_calls} />}
      {connections.data && <Connections connections={connections.data.connections} range={connections.data.range} />}
      {tls.data && <Protection rows={tls.data.tls} />}
      <Wire edge={edge} />
      <Quality edge={edge} />
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
              <td class={edge.errors ? "n alarm" : "n"}>{share(edge.requests ? edge.error_rate : undefined)}</td>
              <td class="n">{milliseconds(edge.latency_ms?.p95)}</td>
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

function ServicePanel({ service, graph, address, go, version }: PanelProps & { service: Service }) {
  const incoming = graph.edges.filter((edge) => edge.server_id === service.id);
  const outgoing = graph.edges.filter((edge) => edge.client_id === service.id);
  const asked = incoming.length ? "operations" : null;
  const params = rangeParams(address);
  const operations = useAnswer<{ operations: Operation[] }>(asked, params, version);
  const backendsAsked = incoming.length && address.group === "service" ? "backends" : null;
  const backends = useAnswer<{ backends: Backend[] }>(backendsAsked, { ...params, service: String(service.id) }, version);
  const ids = new Set(incoming.map((edge) => edge.id));
  const own = operations.data?.operations.filter((one) => ids.has(one.edge_id)) ?? [];
  const figures = service.served.requests ? service.served : service.called;
  const protocols = protocolsOf(service).join(", ");
  return (
    <>
      <header>
        <p class="kind">
          <Mark health={service.health} /> {service.served.requests ? `serves ${protocols}` : "only calls others"}, {HEALTH[service.health]} <Spoiled quality={service.quality} />
        </p>
        <h2>{service.name}</h2>
        <p class="hint">
          {addressWords(service)}
          {service.address && service.name !== service.address && ` · ${SOURCES[service.source] ?? service.source}`}
          {[service.group, ...service.tags].filter(Boolean).map((label) => ` · ${label}`)}
        </p>
      </header>
      <Headline figures={figures} />
      {backends.data && <Balance backends={backends.data.backends} />}
      <Neighbours title="Called by" edges={incoming} side="client" go={go} />
      <Neighbours title="Calls" edges={outgoing} side="server" go={go} />
      <Outcomes figures={figures} />
      <Operations operations={own} server />
      <StreamingOperations operations={own} />
      <p class="hint">
        First seen {moment(service.first_seen)}, last {moment(service.last_seen)}.
      </p>
    </>
  );
}

export function Panel(props: PanelProps) {
  const { graph, address, go } = props;
  if (!address.node && address.edge <= 0) return null;
  const edge = address.edge ? graph.edges.find((one) => one.id === address.edge) : undefined;
  const service = address.node ? graph.nodes.find((one) => one.name === address.node) : undefined;
  return (
    <aside class="panel" aria-label="Details">
      <button class="close" aria-label="Close the details" onClick={() => go({ node: "", edge: 0 })}>
        ×
      </button>
      {edge && <EdgePanel key={edge.id} {...props} edge={edge} />}
      {service && <ServicePanel key={service.id} {...props} service={service} />}
      {!edge && !service && (
        <p class="hint">What was chosen has no traffic in this range. Choose a longer one, or close this.</p>
      )}
    </aside>
  );
}
