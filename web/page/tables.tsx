// The graph as tables: what a screen reader reads, and what sorts.
import type { ComponentChildren } from "preact";
import type { Edge, Graph, Health, Quality, Service } from "./api";
import { downloadLink, protocolsOf } from "./api";
import { rangeParams, type Address } from "./address";
import { bytes, count, milliseconds, rate, share } from "./format";
import { Mark, Spoiled } from "./parts";
import { matches } from "./picture";

export interface Column<Row> {
  id: string;
  title: string;
  value: (row: Row) => string | number;
  show: (row: Row) => ComponentChildren;
  alarm?: (row: Row) => boolean;
}

const HEALTH_ORDER = ["idle", "good", "warn", "bad"];
const SEVERITY_ORDER = ["none", "note", "warn", "bad"];

/** Columns of signs, which are numbers only to be sorted by. */
const SIGNS = ["health", "marks", "verdict"];

const marks = <Row extends { quality: Quality }>(): Column<Row> => ({
  id: "marks",
  title: "Marks",
  value: (row) => SEVERITY_ORDER.indexOf(row.quality.severity),
  show: (row) => <Spoiled quality={row.quality} />,
});

/** A red figure where there is something to look into, not at each single error. */
const ailing = (health: Health) => health === "warn" || health === "bad";

/** Between the two ends, as far as both halves were seen. */
function roundTrip(edge: Edge): number | null {
  const { rtt_client_ms: client, rtt_server_ms: server } = edge.tcp;
  return client == null || server == null ? null : client + server;
}

const EDGE_COLUMNS: Column<Edge>[] = [
  { id: "health", title: "Health", value: (e) => HEALTH_ORDER.indexOf(e.health), show: (e) => <Mark health={e.health} /> },
  { id: "client", title: "Client", value: (e) => e.client, show: (e) => e.client },
  { id: "server", title: "Server", value: (e) => e.server, show: (e) => e.server },
  { id: "protocol", title: "Protocol", value: (e) => e.protocol, show: (e) => `${e.protocol} :${e.port}` },
  { id: "rate", title: "Rate", value: (e) => e.rate_per_s, show: (e) => rate(e.rate_per_s) },
  { id: "requests", title: "Requests", value: (e) => e.requests, show: (e) => count(e.requests) },
  { id: "errors", title: "Errors", value: (e) => e.error_rate, show: (e) => share(e.requests ? e.error_rate : undefined), alarm: (e) => ailing(e.health) },
  { id: "p50", title: "p50", value: (e) => e.latency_ms?.p50 ?? -1, show: (e) => milliseconds(e.latency_ms?.p50) },
  { id: "p95", title: "p95", value: (e) => e.latency_ms?.p95 ?? -1, show: (e) => milliseconds(e.latency_ms?.p95) },
  { id: "p99", title: "p99", value: (e) => e.latency_ms?.p99 ?? -1, show: (e) => milliseconds(e.latency_ms?.p99) },
  { id: "bytes", title: "Bytes", value: (e) => e.request_bytes + e.response_bytes, show: (e) => bytes(e.request_bytes + e.response_bytes) },
  { id: "connections", title: "Conns", value: (e) => e.connections.opened ?? 0, show: (e) => count(e.connections.opened) },
  { id: "resent", title: "Resent", value: (e) => e.tcp.retransmits ?? 0, show: (e) => count(e.tcp.retransmits) },
  { id: "rtt", title: "RTT", value: (e) => roundTrip(e) ?? -1, show: (e) => milliseconds(roundTrip(e)) },
  marks(),
];

const SERVICE_COLUMNS: Column<Service>[] = [
  { id: "health", title: "Health", value: (s) => HEALTH_ORDER.indexOf(s.health), show: (s) => <Mark health={s.health} /> },
  { id: "name", title: "Service", value: (s) => s.name, show: (s) => s.name },
  { id: "address", title: "Address", value: (s) => s.address, show: (s) => (s.addresses > 1 ? `${s.address} +${s.addresses - 1}` : s.address) },
  { id: "group", title: "Group", value: (s) => s.group, show: (s) => [s.group, ...s.tags].filter(Boolean).join(", ") || "–" },
  { id: "protocols", title: "Serves", value: (s) => protocolsOf(s).join(), show: (s) => protocolsOf(s).join(", ") || "–" },
  { id: "rate", title: "Rate", value: (s) => s.served.rate_per_s, show: (s) => rate(s.served.rate_per_s) },
  { id: "errors", title: "Errors", value: (s) => s.served.error_rate, show: (s) => share(s.served.requests ? s.served.error_rate : undefined), alarm: (s) => ailing(s.served.health) },
  { id: "p50", title: "p50", value: (s) => s.served.latency_ms?.p50 ?? -1, show: (s) => milliseconds(s.served.latency_ms?.p50) },
  { id: "p95", title: "p95", value: (s) => s.served.latency_ms?.p95 ?? -1, show: (s) => milliseconds(s.served.latency_ms?.p95) },
  { id: "p99", title: "p99", value: (s) => s.served.latency_ms?.p99 ?? -1, show: (s) => milliseconds(s.served.latency_ms?.p99) },
  { id: "called", title: "Calls", value: (s) => s.called.rate_per_s, show: (s) => rate(s.called.rate_per_s) },
  { id: "callers", title: "Callers", value: (s) => s.callers ?? 0, show: (s) => count(s.callers) },
  { id: "callees", title: "Callees", value: (s) => s.callees ?? 0, show: (s) => count(s.callees) },
  marks(),
];

const compare = (a: string | number, b: string | number) =>
  typeof a === "string" || typeof b === "string" ? String(a).localeCompare(String(b), undefined, { numeric: true }) : a - b;

interface TableProps<Row> {
  title: string;
  columns: Column<Row>[];
  rows: Row[];
  key: string;
  keyOf: (row: Row) => string | number;
  sort: string; // "-p95"
  onSort: (sort: string) => void;
  onChoose: (row: Row) => void;
  chosen: (row: Row) => boolean;
  links: ComponentChildren;
}

export function Table<Row>(props: TableProps<Row>) {
  const falling = props.sort.startsWith("-");
  const column = props.columns.find((one) => one.id === props.sort.replace("-", "")) ?? props.columns[0]!;
  const rows = [...props.rows].sort((a, b) => compare(column.value(a), column.value(b)) * (falling ? -1 : 1));
  const sortBy = (one: Column<Row>) => {
    const numbers = props.rows.length > 0 && typeof one.value(props.rows[0]!) === "number";
    props.onSort(one.id === column.id ? (falling ? one.id : "-" + one.id) : (numbers ? "-" : "") + one.id);
  };
  return (
    <div class="sheet">
      <div class="sheet-head">
        <h2>{props.title}</h2>
        <span class="hint">{count(rows.length)}</span>
        <nav>{props.links}</nav>
      </div>
      <div class="scroll">
        <table class="data wide">
          <thead>
            <tr>
              {props.columns.map((one) => (
                <th
                  key={one.id}
                  class={rows.length && typeof one.value(rows[0]!) === "number" && !SIGNS.includes(one.id) ? "n" : ""}
                  aria-sort={one === column ? (falling ? "descending" : "ascending") : "none"}
                >
                  <button onClick={() => sortBy(one)}>
                    {one.title}
                    <span aria-hidden="true">{one === column ? (falling ? " ↓" : " ↑") : ""}</span>
                  </button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={props.keyOf(row)} class={props.chosen(row) ? "goes chosen" : "goes"} onClick={() => props.onChoose(row)}>
                {props.columns.map((one, i) => (
                  <td key={one.id} class={cellClass(one, row)} title={typeof one.value(row) === "string" ? String(one.value(row)) : undefined}>
                    {i === 1 ? <button class="link">{one.show(row)}</button> : one.show(row)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
        {!rows.length && <p class="hint center">Nothing matches.</p>}
      </div>
    </div>
  );
}

function cellClass<Row>(column: Column<Row>, row: Row): string {
  const number = typeof column.value(row) === "number" && !SIGNS.includes(column.id) ? "n" : "name";
  return column.alarm?.(row) ? number + " alarm" : number;
}

interface SheetProps {
  graph: Graph;
  address: Address;
  go: (change: Partial<Address>) => void;
}

export function Links({ question, address }: { question: string; address: Address }) {
  return (
    <>
      <a href={downloadLink(question, rangeParams(address), "csv")}>CSV</a>
      <a href={downloadLink(question, rangeParams(address), "json")}>JSON</a>
    </>
  );
}

export function EdgeSheet({ graph, address, go }: SheetProps) {
  const rows = graph.edges.filter((e) => matches(address.find, e.client, e.server, e.protocol, e.port));
  return (
    <Table
      key="edges"
      title="Edges"
      columns={EDGE_COLUMNS}
      rows={rows}
      keyOf={(e) => e.id}
      sort={address.sort || "-health"}
      onSort={(sort) => go({ sort })}
      onChoose={(e) => go({ edge: e.id, node: "" })}
      chosen={(e) => e.id === address.edge}
      links={<Links question="edges" address={address} />}
    />
  );
}

export function ServiceSheet({ graph, address, go }: SheetProps) {
  const rows = graph.nodes.filter((s) => matches(address.find, s.name, s.address, s.group, s.tags.join(), protocolsOf(s).join()));
  return (
    <Table
      key="services"
      title="Services"
      columns={SERVICE_COLUMNS}
      rows={rows}
      keyOf={(s) => s.id}
      sort={address.sort || "-rate"}
      onSort={(sort) => go({ sort })}
      onChoose={(s) => go({ node: s.name, edge: 0 })}
      chosen={(s) => s.name === address.node}
      links={<Links question="services" address={address} />}
    />
  );
}
