// Requests, one by one, as they come: filtered by the server, sorted, each a way to all that is known of it.
import type { ComponentChildren } from "preact";
import { useMemo, useRef } from "preact/hooks";
import type { Graph, Kept, Range } from "./api";
import { downloadLink } from "./api";
import { rangeParams, type Address } from "./address";
import { useAnswer, useOld } from "./data";
import { bytes, clock, count, fraction, milliseconds, moment } from "./format";
import { asked, Ended, FAILED, saying } from "./kept";
import { Bar } from "./parts";
import { Field } from "./sieve";
import { isNarrow, textOf, useWidths } from "./widths";

const SHOWN = 200;

type Go = (change: Partial<Address>) => void;

interface Column {
  id: string;
  title: string;
  value: (one: Kept) => string | number;
  show: (one: Kept, longest: number) => ComponentChildren;
  kind: "n" | "sign" | "name" | "short" | "text";
  minor?: boolean; // a phone has no room for it, nor has what is beside a panel
}

const nameOf = (name: string | null, address: string | null) => name ?? address ?? "unknown";

/** By its logarithm, from ten microseconds on: beside one slow request the others would be a dot. */
const lengthOf = (ms: number) => Math.log1p(ms / 0.01);

function Took({ of, longest }: { of: Kept; longest: number }) {
  const share = lengthOf(of.duration_ms ?? 0) / lengthOf(longest);
  return (
    <>
      {milliseconds(of.duration_ms)}
      {FAILED.includes(of.outcome) ? <Bar share={share} tone="warn" /> : <Bar share={share} />}
    </>
  );
}

const clientOf = (r: Kept) => nameOf(r.client_name, r.client_address);

const COLUMNS: Column[] = [
  {
    id: "time",
    title: "Time",
    kind: "sign",
    value: (r) => r.time,
    show: (r) => (
      <>
        {clock(new Date(r.time))}
        <span class="ms">{fraction(r.time)}</span>
      </>
    ),
  },
  { id: "end", title: "End", kind: "short", value: (r) => r.outcome + r.status, show: (r) => <Ended of={r} /> },
  { id: "took", title: "Took", kind: "n", value: (r) => r.duration_ms ?? -1, show: (r, longest) => <Took of={r} longest={longest} /> },
  { id: "client", title: "Client", kind: "name", minor: true, value: clientOf, show: clientOf },
  { id: "server", title: "Server", kind: "name", minor: true, value: (r) => r.server_name, show: (r) => r.server_name },
  {
    id: "asked",
    title: "Request",
    kind: "text",
    value: (r) => r.path || asked(r),
    show: (r) => (
      <>
        <button class="link">{saying(r)}</button>
        <small class="between-two">
          {clientOf(r)} → {r.server_name}
        </small>
      </>
    ),
  },
  { id: "protocol", title: "Protocol", kind: "short", minor: true, value: (r) => r.protocol, show: (r) => r.protocol },
  { id: "ttfb", title: "First byte", kind: "n", minor: true, value: (r) => r.ttfb_ms ?? -1, show: (r) => milliseconds(r.ttfb_ms) },
  { id: "size", title: "Answer", kind: "n", minor: true, value: (r) => r.response_bytes, show: (r) => bytes(r.response_bytes) },
  { id: "trace", title: "Trace", kind: "sign", minor: true, value: (r) => r.trace_id ?? "", show: (r) => (r.trace_id ? <abbr title={`trace ${r.trace_id}`}>{r.trace_id.slice(0, 6)}</abbr> : "") },
];

/** What stands in a cell, for its width. */
function wordsOf(row: Kept, column: Column): string {
  if (column.id === "time") return clock(new Date(row.time)) + (isNarrow() ? "" : ".000");
  if (column.id === "took") return milliseconds(row.duration_ms);
  if (column.id === "asked") return saying(row);
  if (column.id === "end") return `mm ${row.status || row.outcome}`;
  return textOf(column.show(row, 1));
}

/** Beside a panel there is no more room than on a phone, but for the two ends. */
const BESIDE_PANEL = COLUMNS.filter((one) => !one.minor || one.id === "client" || one.id === "server");

/** Those of what is selected: the edge, the service, the operation. */
function subjectOf(address: Address): Record<string, string> {
  const operation: Record<string, string> = address.operation ? { operation_is: address.operation } : {};
  return { ...(address.edge > 0 ? { edge: String(address.edge) } : {}), ...operation };
}

function paramsOf(address: Address, graph: Graph | null): Record<string, string> {
  const service = address.node && !address.edge ? graph?.nodes.find((one) => one.name === address.node) : undefined;
  const order = address.sort === "-took" ? { order: "slowest" } : address.sort === "time" ? { order: "oldest" } : {};
  return {
    ...rangeParams(address),
    ...subjectOf(address),
    ...(service ? { service: String(service.id) } : {}),
    ...(address.wanted.trim() ? { find: address.wanted } : {}),
    ...(order as Record<string, string>),
    limit: String(SHOWN),
  };
}

/** What narrows the list, each with what takes it away. */
function Scope({ address, graph, go }: { address: Address; graph: Graph; go: Go }) {
  const edge = address.edge > 0 ? graph.edges.find((one) => one.id === address.edge) : undefined;
  const chips: [string, Partial<Address>][] = [];
  if (edge) chips.push([`${edge.client} → ${edge.server}`, { edge: 0 }]);
  if (address.node) chips.push([address.node, { node: "" }]);
  if (address.operation) chips.push([address.operation, { operation: "" }]);
  return (
    <>
      {chips.map(([text, change]) => (
        <button key={text} class="scope" aria-label={`only ${text}: not only these`} onClick={() => go(change)}>
          {text} <span aria-hidden="true">×</span>
        </button>
      ))}
    </>
  );
}

const EXAMPLES: [string, string][] = [
  ["Failed", "failure = yes"],
  ["Over 100 ms", "duration > 100ms"],
  ["Server's fault", "outcome = server_error"],
  ["With a trace", "has trace_id"],
  ["Drawn by lot", "kept = fair"],
];

function Examples({ address, go }: { address: Address; go: Go }) {
  return (
    <div class="examples" role="group" aria-label="Filters to begin with">
      {EXAMPLES.map(([text, filter]) => (
        <button key={text} title={filter} aria-pressed={address.wanted === filter} onClick={() => go({ wanted: address.wanted === filter ? "" : filter })}>
          {text}
        </button>
      ))}
    </div>
  );
}

const compare = (a: string | number, b: string | number) => (typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b), undefined, { numeric: true }));

/** The next sort after a click on a column: numbers and times fall first. */
function turned(column: Column, sort: string): string {
  const falls = column.kind === "n" || column.id === "time";
  if (sort.replace("-", "") !== column.id) return (falls ? "-" : "") + column.id;
  return sort.startsWith("-") ? column.id : "-" + column.id;
}

/** Up and down go from row to row. */
function onArrow(event: KeyboardEvent) {
  const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
  if (!step) return;
  const buttons = [...(event.currentTarget as HTMLElement).querySelectorAll<HTMLElement>("tbody .link")];
  const next = buttons[buttons.indexOf(document.activeElement as HTMLElement) + step];
  if (!next) return;
  event.preventDefault();
  next.focus();
  next.scrollIntoView({ block: "nearest" });
}

interface ListProps {
  requests: Kept[];
  address: Address;
  go: Go;
  sort: string;
}

function List({ requests, address, go, sort }: ListProps) {
  const column = COLUMNS.find((one) => one.id === sort.replace("-", "")) ?? COLUMNS[0]!;
  const falling = sort.startsWith("-");
  const rows = [...requests].sort((a, b) => (compare(column.value(a), column.value(b)) || a.id - b.id) * (falling ? -1 : 1));
  const longest = Math.max(...requests.map((one) => one.duration_ms ?? 0), 1e-6);
  // What came since the list was first shown is told apart for a moment.
  const known = useRef<{ key: string; highest: number }>({ key: "", highest: 0 });
  const key = JSON.stringify(paramsOf(address, null));
  const highest = Math.max(0, ...requests.map((one) => one.id));
  const before = known.current.key === key ? known.current.highest : highest;
  known.current = { key, highest: before };
  const columns = address.request || address.edge || address.node ? BESIDE_PANEL : COLUMNS;
  const box = useRef<HTMLTableElement>(null);
  const parent = useMemo(() => ({ get current() { return box.current?.parentElement ?? null; } }), []);
  const widths = useWidths(columns, requests, (row, i) => wordsOf(row, columns[i]!), parent, column.id);
  const classOf = (one: Column) => `${one.kind === "n" ? "n" : "name"} c-${one.id}${one.minor ? " minor" : ""}`;
  return (
    <table ref={box} class="data wide requests" style={{ minWidth: `${widths.reduce((sum, one) => sum + one, 0)}px` }} onKeyDown={onArrow}>
      <colgroup>
        {columns.map((one, i) => (
          <col key={one.id} class={one.minor ? "minor" : ""} style={{ width: `${widths[i]}px` }} />
        ))}
      </colgroup>
      <thead>
        <tr>
          {columns.map((one) => (
            <th key={one.id} class={classOf(one)} aria-sort={one === column ? (falling ? "descending" : "ascending") : "none"}>
              <button onClick={() => go({ sort: turned(one, sort) })}>
                {one.title}
                <span aria-hidden="true">{one === column ? (falling ? " ↓" : " ↑") : ""}</span>
              </button>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.id} class={["goes", row.id === address.request ? "chosen" : "", row.id > before ? "fresh" : ""].join(" ")} onClick={() => go({ request: row.id })}>
            {columns.map((one) => (
              <td key={one.id} class={classOf(one)} title={one.id === "asked" ? `${row.method ?? ""} ${row.path ?? asked(row)}` : one.id === "time" ? moment(row.time) : undefined}>
                {one.show(row, longest)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Nothing({ address, go }: { address: Address; go: Go }) {
  const narrowed = address.wanted || address.edge || address.node || address.operation;
  return (
    <div class="quiet">
      <h3>No request that was kept is like this.</h3>
      <p>
        Of each window some requests are kept: those that failed and the slowest first, then some by lot. All are counted in the figures. They stay for a day, up to
        a number (--keep-requests).
      </p>
      {narrowed && (
        <p class="ways">
          <button class="way" onClick={() => go({ wanted: "", edge: 0, node: "", operation: "" })}>
            All requests
          </button>
        </p>
      )}
    </div>
  );
}

/** `comes`: more of them may come, or why not; "" of what is long over. */
function told(length: number, sort: string, comes: "" | "live" | "paused"): string {
  const which = sort === "-took" ? "slowest" : sort === "time" ? "oldest" : "newest";
  return [length < SHOWN ? count(length) : `the ${which} ${SHOWN}`, comes].filter(Boolean).join(", ");
}

interface ViewProps {
  graph: Graph;
  address: Address;
  go: Go;
  version: number;
}

export function RequestsView({ graph, address, go, version }: ViewProps) {
  const params = paramsOf(address, graph);
  const answer = useAnswer<{ requests: Kept[]; range: Range }>("requests", params, version);
  const requests = answer.data?.requests ?? [];
  const old = useOld(Date.parse(graph.range.to)) > 0;
  const sort = address.sort || "-time";
  const misasked = answer.error?.parameter === "find" ? answer.error : null;
  return (
    <div class="sheet">
      <div class="sheet-head">
        <h2>Requests</h2>
        <span class="hint" aria-live="polite">
          {answer.data && told(requests.length, sort, old ? "" : address.from ? "paused" : "live")}
        </span>
        <Scope address={address} graph={graph} go={go} />
        <nav>
          <a href={downloadLink("requests", params, "csv")}>CSV</a>
          <a href={downloadLink("requests", params, "json")}>JSON</a>
        </nav>
      </div>
      <div class="sieves" role="search" aria-label="Which requests">
        <Field id="wanted" name="Filter" example='status = 503 and path ~ "/cart" and duration > 100ms' value={address.wanted} error={misasked} onChange={(wanted) => go({ wanted })} />
        <Examples address={address} go={go} />
      </div>
      <div class={requests.length ? "scroll" : "scroll bare"}>
        {answer.error && !misasked && <p class="hint center">{answer.error.message}</p>}
        {requests.length > 0 && <List requests={requests} address={address} go={go} sort={sort} />}
        {answer.data && !requests.length && <Nothing address={address} go={go} />}
        {!answer.data && answer.busy && <p class="hint center">Loading…</p>}
      </div>
    </div>
  );
}
