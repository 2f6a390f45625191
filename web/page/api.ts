// What the server answers, and how it is asked. docs/api.md describes both.

export type Health = "idle" | "good" | "warn" | "bad";

export type Severity = "none" | "note" | "warn" | "bad";

/** What spoils figures, the worst first; words.ts says what each is. */
export interface Quality {
  severity: Severity;
  marks: string[];
}

/** Of an edge: how much there is of it, in numbers and in sentences. */
export interface EdgeQuality extends Quality {
  reasons: { mark: string; severity: Severity; text: string }[];
  [count: string]: unknown;
}

/** In ms; null where nothing was measured. */
export type Latency = Record<"p50" | "p90" | "p95" | "p99" | "max", number | null> & { count?: number }; // of so many

export interface Figures {
  requests: number;
  errors: number;
  error_rate: number;
  rate_per_s: number;
  latency_ms: Latency | null;
  ttfb_ms: Latency | null;
  request_bytes: number;
  response_bytes: number;
  outcomes: Record<string, number>;
  health: Health;
  // Where there are messages:
  request_messages?: number;
  response_messages?: number;
  streams?: number;
  first_message_ms?: Latency;
  message_gap_ms?: Latency;
  age_ms?: Latency;
}

export interface Service {
  id: number;
  name: string;
  source: string;
  group: string;
  tags: string[];
  address: string;
  addresses: number;
  protocols: string[] | string;
  callers: number;
  callees: number;
  health: Health;
  quality: Quality;
  served: Figures;
  called: Figures;
  first_seen: string;
  last_seen: string;
  rank: number;
  order: number;
  x: number;
  y: number;
}

export interface Edge extends Figures {
  id: number;
  client: string;
  server: string;
  client_id: number;
  server_id: number;
  port: number;
  protocol: string;
  tls: { version: string | null; server_name: string | null; mutual: boolean | null } | null;
  connections: Record<string, number>;
  wire: Record<string, number>;
  tcp: Record<string, number | null>;
  quality: EdgeQuality;
  notes: string[];
  first_seen: string;
  last_seen: string;
}

export interface Range {
  from: string;
  to: string;
}

export interface Graph {
  range: Range;
  nodes: Service[];
  edges: Edge[];
}

export interface Operation extends Figures {
  edge_id: number;
  client: string;
  server: string;
  protocol: string;
  port: number;
  operation: string;
  quality: Quality;
  first_seen: string | null;
  last_seen: string | null;
}

export interface Backend extends Figures {
  service_id: number;
  service: string;
  address: string;
  port: number;
  protocol: string;
  calls: number;
  share: number;
  open_calls: number;
  connections: number;
  quality: Quality;
}

export interface Connection {
  edge_id: number;
  client_address: string;
  client_port: number;
  server_address: string;
  port: number;
  began: string | null;
  last: string | null;
  closed: boolean;
  calls: number;
  share: number;
  open_calls: number;
  resets: { by_client: number; by_server: number };
  stalls: { to_server: number; to_client: number };
  goaways: number;
  ping_rtt_ms: number | null;
  certainty: { fields: number; known: number | null; late_fields: number; late_known: number | null };
}

export interface OpenCall {
  client_port: number;
  server_address: string;
  port: number;
  stream_id: number;
  operation: string | null;
  kind: string | null;
  began: string | null; // null: before the capture
  seen: string;
  age_ms: number | null;
  last_message: string | null;
  request_messages: number;
  response_messages: number;
  request_messages_per_s: number;
  response_messages_per_s: number;
}

export interface Certificate {
  fingerprint: string;
  readable: boolean;
  subject: string;
  issuer: string;
  names: string;
  key: string;
  key_bits: number;
  not_after: string | null;
  validity: string | null;
}

/** What handshakes of an edge came to, or that it is plaintext. */
export interface TlsRow {
  edge_id: number;
  client: string;
  server: string;
  port: number;
  protocol: string;
  version: string | null;
  cipher: string | null;
  server_name: string | null;
  alpn: string | null;
  alpn_offered: string | null;
  inside: string | null; // spoken before TLS, and in it
  ja4: string | null;
  mutual: boolean | null; // null: not observable
  handshakes: number;
  established: number;
  resumed: number;
  ech: number;
  verdict: "fine" | "weak" | "plaintext" | null;
  weak: string | null;
  certificate: Certificate | null;
  client_certificate: Certificate | null;
}

export interface Evidence {
  what: string;
  figure: string;
  share: number | null;
}

export interface Insight {
  kind: string;
  subject: string;
  title: string;
  advice: string;
  service_id: number | null;
  edge_id: number | null;
  weight: number;
  evidence_count: number;
  evidence: Evidence[];
}

export interface Point {
  time: string;
  requests: number;
  errors: number;
  p50_ms: number | null;
  p95_ms: number | null;
  p99_ms: number | null;
  bytes: number;
}

/** A request that was kept. What the protocol has not, or was not seen, is left out or null. */
export interface Kept {
  id: number;
  edge_id: number;
  kept: string[];
  time: string;
  protocol: string;
  client_address: string | null;
  client_port: number;
  server_address: string;
  server_port: number;
  client_name: string | null;
  server_name: string;
  method?: string | null;
  host?: string;
  path?: string;
  operation?: string;
  status?: string | null;
  outcome: string;
  duration_ms: number | null;
  ttfb_ms: number | null;
  request_bytes: number;
  response_bytes: number;
  trace_id?: string;
  notes: string[];
  [field: string]: unknown;
}

/** A request as part of a trace, before those it led to. */
export interface Hop extends Kept {
  depth: number;
  own_ms: number | null;
  slowest: boolean;
}

export interface Trace {
  trace_id: string;
  duration_ms: number;
  errors: number;
  services: number;
  loose_hops: number;
  /** How many traces have its id: some send the same again, and more than half a minute later it is another. */
  times: number;
  cut: boolean;
  hops: Hop[];
}

/** A trace in short, as in a list. */
export interface TraceRow {
  trace_id: string;
  time: string;
  duration_ms: number;
  client_name: string;
  server_name: string;
  protocol: string;
  operation: string;
  hops: number;
  loose_hops: number;
  services: number;
  errors: number;
  slowest: string;
  slowest_ms: number | null;
}

/** How long requests took over time; a cell is [row, requests]. */
export interface HeatMap {
  range: Range;
  step_ms: number;
  rows: { over_ms: number; to_ms: number }[];
  columns: (Point & { outcomes: Record<string, number>; cells: [number, number][] })[];
}

export interface Info {
  version: string;
  data_version: string;
  database: string;
  exists: boolean;
  history: { from_ns: string; to_ns: string };
}

export interface Incident {
  id?: number;
  time: string;
  kind: string;
  text: string;
  severity: Severity;
  subject: string | null;
  service_id: number | null;
  edge_id: number | null;
}

/** Who reaches whom by way of whom. */
export interface Relay {
  client: string;
  via: string;
  via_address: string;
  server: string;
  port: number;
  protocol: string;
  requests: number;
  passed_on: number;
}

/** What was said of what an address is called. */
export interface Name {
  address: string;
  port: number;
  tenant: number;
  name: string;
  source: string;
  is_name: boolean;
  count: number;
  first_seen: string;
  last_seen: string;
}

/** How an edge or an operation was in one of two ranges. */
export interface DiffSide {
  protocol: string;
  requests: number;
  rate_per_s: number;
  errors: number;
  error_rate: number;
  p50_ms: number | null;
  p95_ms: number | null;
  tls?: string | null;
}

export interface DiffRow {
  what: "edge" | "operation";
  changes: string[];
  few: boolean; // so few requests that it may be chance
  client: string;
  server: string;
  port: number;
  protocol: string;
  operation: string | null;
  before: DiffSide | null;
  after: DiffSide | null;
}

export interface Diff {
  before: Range;
  after: Range;
  changes: DiffRow[];
}

export interface CaptureFinding {
  severity: Severity;
  what: string;
  effect: string;
  remedy: string;
  share: number;
}

/** How one protocol was decoded, beside counts by reason. */
export interface ProtocolHealth {
  protocol: string;
  connections: number;
  requests: number;
  missing_share: number;
  quality: Quality;
  [count: string]: unknown;
}

/** Counters by section too: {"capture": {"frames": 1}, "decode": {...}}. */
export interface CaptureHealth {
  verdict: { severity: Severity; text: string };
  findings: CaptureFinding[];
  protocols: ProtocolHealth[];
  [section: string]: unknown;
}

/** A sentence of the server, or that there is none. */
export class ApiError extends Error {
  constructor(
    message: string,
    readonly gone: boolean,
    readonly parameter = "", // the one that is wrong, if that is said,
    readonly at = 0, // and from which byte of it on
  ) {
    super(message);
  }
}

const PATIENCE_MS = 20000;

export async function ask<T>(question: string, params: Record<string, string>): Promise<T> {
  const query = new URLSearchParams(params).toString();
  let answer: Response;
  try {
    answer = await fetch(`/api/v1/${question}?${query}`, { signal: AbortSignal.timeout(PATIENCE_MS) });
  } catch {
    throw new ApiError("The server does not answer.", true);
  }
  const body = await answer.json().catch(() => null);
  if (!answer.ok) throw new ApiError(body?.error ?? `The server answered ${answer.status}.`, false, body?.parameter, body?.at);
  return body as T;
}

/** Where the same question can be saved as a file. */
export function downloadLink(question: string, params: Record<string, string>, format: string): string {
  return `/api/v1/${question}?${new URLSearchParams({ ...params, format, download: "1" })}`;
}

const POLL_MS = 5000;

/**
 * Calls `changed` whenever windows were added, and at once. While the stream of events cannot be had,
 * calls it every few seconds instead. Returns what ends it.
 */
export function watch(changed: () => void): () => void {
  const events = new EventSource("/api/v1/stream");
  let poll: ReturnType<typeof setInterval> | undefined;
  events.addEventListener("version", () => {
    clearInterval(poll);
    poll = undefined;
    changed();
  });
  events.addEventListener("error", () => {
    poll ??= setInterval(changed, POLL_MS);
    changed();
  });
  return () => {
    events.close();
    clearInterval(poll);
  };
}

export function protocolsOf(service: Service): string[] {
  const protocols = service.protocols ?? [];
  return Array.isArray(protocols) ? protocols : protocols.split(",").filter(Boolean);
}
