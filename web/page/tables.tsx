// The columns of services, edges, operations, relays and names.
import type { Edge, Figures, Health, Name, Operation, Relay, Service, TraceRow } from "./api";
import { protocolsOf } from "./api";
import { failed, percentile, RULE_WORDS } from "./figures";
import { bytes, clock, count, fraction, milliseconds, moment, rate } from "./format";
import { Mark } from "./parts";
import { marks, type Column } from "./table";
import { SOURCES } from "./words";

/** A red figure where there is something to look into, not at each single error. */
const ailing = (health: Health) => health === "warn" || health === "bad";

const health = <Row extends { health: Health }>(): Column<Row> => ({ id: "health", title: "Health", kind: "sign", hint: RULE_WORDS, show: (row) => <Mark health={row.health} /> });

const ends = <Row extends { client: string; server: string }>(): Column<Row>[] => [
  { id: "client", title: "Client", show: (row) => row.client },
  { id: "server", title: "Server", show: (row) => row.server },
];

const spoken = <Row extends { protocol: string; port: number }>(): Column<Row> => ({ id: "protocol", title: "Protocol", minor: true, show: (row) => `${row.protocol} :${row.port}` });

/** What is counted and timed, wherever in the row it is. */
const figures = <Row,>(of: (row: Row) => Figures): Column<Row>[] => [
  { id: "rate", title: "Rate", kind: "n", show: (row) => rate(of(row).rate_per_s) },
  { id: "requests", title: "Requests", kind: "n", minor: true, show: (row) => count(of(row).requests) },
  { id: "error_rate", title: "Errors", kind: "n", hint: RULE_WORDS, show: (row) => failed(of(row)), alarm: (row) => ailing(of(row).health) },
  { id: "p50", title: "p50", kind: "n", minor: true, hint: "Latency: half of the requests were answered within it", show: (row) => percentile(of(row), "p50") },
  { id: "p95", title: "p95", kind: "n", hint: "Latency: 95 of 100 requests were answered within it", show: (row) => percentile(of(row), "p95") },
  { id: "p99", title: "p99", kind: "n", minor: true, hint: "Latency: 99 of 100 requests were answered within it", show: (row) => percentile(of(row), "p99") },
];

const wire = (edge: Edge) => (edge.wire.bytes_to_server ?? 0) + (edge.wire.bytes_to_client ?? 0);

export const EDGE_COLUMNS: Column<Edge>[] = [
  health(),
  ...ends<Edge>(),
  spoken(),
  ...figures<Edge>((edge) => edge).map((one) => ({ ...one, minor: one.minor || one.id === "rate" })),
  { id: "bytes", title: "Bytes", kind: "n", minor: true, hint: "On the wire, both ways", show: (e) => bytes(wire(e)) },
  { id: "opened", title: "Conns", kind: "n", minor: true, hint: "Connections opened", show: (e) => count(e.connections.opened) },
  { id: "retransmits", title: "Resent", kind: "n", minor: true, hint: "Segments of TCP that were sent again", show: (e) => count(e.tcp.retransmits) },
  { id: "connect", title: "Connect", kind: "n", minor: true, hint: "The handshake of TCP: a round trip between the two", show: (e) => milliseconds(e.tcp.connect_ms) },
  marks(),
];

export const SERVICE_COLUMNS: Column<Service>[] = [
  health(),
  { id: "service", title: "Service", show: (s) => s.name },
  { id: "address", title: "Address", minor: true, show: (s) => (s.addresses > 1 ? `${s.address} +${s.addresses - 1}` : s.address) },
  { id: "group", title: "Group", minor: true, show: (s) => [s.group, ...s.tags].filter(Boolean).join(", ") || "–" },
  { id: "protocols", title: "Serves", minor: true, show: (s) => protocolsOf(s).join(", ") || "–" },
  ...figures<Service>((s) => s.served),
  { id: "called_rate", title: "Calls", kind: "n", minor: true, hint: "How often it calls others", show: (s) => rate(s.called.rate_per_s) },
  { id: "callers", title: "Callers", kind: "n", minor: true, show: (s) => count(s.callers) },
  { id: "callees", title: "Callees", kind: "n", minor: true, show: (s) => count(s.callees) },
  marks(),
];

export const OPERATION_COLUMNS: Column<Operation>[] = [
  health(),
  { id: "operation", title: "Operation", kind: "text", show: (o) => o.operation },
  ...ends<Operation>().map((one) => ({ ...one, minor: one.id === "client" })),
  spoken(),
  ...figures<Operation>((o) => o).map((one) => ({ ...one, minor: one.minor || one.id === "rate" })),
  { id: "bytes", title: "Bytes", kind: "n", minor: true, hint: "Of requests and answers", show: (o) => bytes(o.request_bytes + o.response_bytes) },
  marks(),
];

export const TRACE_COLUMNS: Column<TraceRow>[] = [
  { id: "time", title: "Time", minor: true, show: (t) => <span title={moment(t.time)}>{clock(new Date(t.time)) + fraction(t.time)}</span> },
  { id: "operation", title: "Operation", kind: "text", hint: "What its first hop asked for", show: (t) => t.operation },
  { id: "client", title: "Client", minor: true, hint: "Of its first hop", show: (t) => t.client_name },
  { id: "server", title: "Server", minor: true, hint: "Of its first hop", show: (t) => t.server_name },
  { id: "duration", title: "Took", kind: "n", show: (t) => milliseconds(t.duration_ms) },
  { id: "errors", title: "Failed", kind: "n", hint: "Requests of it that failed", show: (t) => (t.errors ? `✕ ${count(t.errors)}` : "–"), alarm: (t) => t.errors > 0 },
  { id: "hops", title: "Hops", kind: "n", minor: true, hint: "Requests of it that were kept", show: (t) => count(t.hops) },
  { id: "services", title: "Services", kind: "n", minor: true, show: (t) => count(t.services) },
  { id: "slowest", title: "Most by", hint: "The server that took most of the time itself", show: (t) => t.slowest || "–" },
  { id: "slowest_time", title: "Itself", kind: "n", minor: true, hint: "How long that server took itself", show: (t) => milliseconds(t.slowest_ms) },
  { id: "trace_id", title: "Trace", minor: true, show: (t) => t.trace_id },
];

export const RELAY_COLUMNS: Column<Relay>[] = [
  { id: "client", title: "Client", show: (r) => r.client },
  { id: "via", title: "By way of", show: (r) => (r.via_address === r.via ? r.via : `${r.via} (${r.via_address})`) },
  { id: "server", title: "Server", show: (r) => r.server },
  spoken(),
  { id: "requests", title: "Requests", kind: "n", hint: "On the way from there", show: (r) => count(r.requests) },
  { id: "passed_on", title: "Passed on", kind: "n", minor: true, hint: "With unchanged method and path", show: (r) => count(r.passed_on) },
];

export const NAME_COLUMNS: Column<Name>[] = [
  { id: "address", title: "Address", show: (n) => (n.port ? `${n.address}:${n.port}` : n.address) + (n.tenant ? ` (VLAN or VNI ${n.tenant})` : "") },
  { id: "name", title: "Name", show: (n) => n.name },
  { id: "source", title: "Said by", minor: true, show: (n) => SOURCES[n.source]?.replace("named by ", "") ?? n.source },
  { id: "is_name", title: "Is it", kind: "sign", hint: "Is it called so? The best evidence wins", show: (n) => (n.is_name ? "yes" : "") },
  { id: "count", title: "Times", kind: "n", minor: true, hint: "How often it was said", show: (n) => count(n.count) },
  { id: "first_seen", title: "First seen", minor: true, show: (n) => moment(n.first_seen) },
  { id: "last_seen", title: "Last seen", minor: true, show: (n) => moment(n.last_seen) },
];
