// The views that are a table of rows: which columns, what a click on a row shows, what no rows mean.
import type { ComponentChildren } from "preact";
import type { ApiError, Diff, DiffRow, Edge, Graph, Incident, Name, Operation, Range, Relay, Service, TlsRow, TraceRow } from "./api";
import { downloadLink } from "./api";
import { traceKey, type Address } from "./address";
import { Compared, DIFF_COLUMNS } from "./changes";
import type { Fetched } from "./data";
import { EVENT_COLUMNS, Kinds } from "./events";
import { LISTINGS, narrows, sortOf } from "./listing";
import { Table, type TableProps } from "./table";
import { EDGE_COLUMNS, NAME_COLUMNS, OPERATION_COLUMNS, RELAY_COLUMNS, SERVICE_COLUMNS, TRACE_COLUMNS } from "./tables";
import { TLS_COLUMNS, tlsKey } from "./tls";

type Go = (change: Partial<Address>) => void;

export type Answer = Record<string, unknown>;

interface ListProps {
  graph: Graph | null; // not there yet
  address: Address;
  go: Go;
  list: Fetched<Answer>;
  params: Record<string, string>; // what was asked
  against: Range | null;
}

type Own<Row> = Pick<TableProps<Row>, "title" | "columns" | "keyOf"> & {
  choose?: (row: Row) => Partial<Address> | null;
  chosen?: (row: Row) => boolean;
  about?: ComponentChildren;
  none: ComponentChildren;
  formats?: string[];
  unasked?: boolean; // there is nothing to ask for, which `none` tells
};

export function Links({ question, params, formats = ["csv", "json"] }: { question: string; params: Record<string, string>; formats?: string[] }) {
  return (
    <>
      {formats.map((format) => (
        <a key={format} href={downloadLink(question, params, format)} title={`Save what is shown as ${format.toUpperCase()}`}>
          {format.toUpperCase()}
        </a>
      ))}
    </>
  );
}

/** What to do when there are no rows: show those that are left out, or what the view says itself. */
function None({ address, go, error, children }: { address: Address; go: Go; error: ApiError | null; children: ComponentChildren }) {
  if (error) return <p>{error.parameter ? "The expression above is not understood." : error.message}</p>;
  if (!narrows(address)) return <>{children}</>;
  return (
    <>
      <p>Nothing matches what is searched, found and hidden.</p>
      <button class="way" onClick={() => go({ find: "", filter: "", hide: "" })}>
        Show all
      </button>
    </>
  );
}

function List<Row>({ own, ...props }: ListProps & { own: Own<Row> }) {
  const { address, go, list, params } = props;
  const { question, rows } = LISTINGS[address.view]!;
  const shown = (list.data?.[rows] ?? (list.error || own.unasked ? [] : null)) as Row[] | null;
  const { choose } = own;
  return (
    <Table
      key={address.view}
      title={own.title}
      about={own.about}
      columns={own.columns}
      rows={shown}
      keyOf={own.keyOf}
      sort={sortOf(address)}
      onSort={(sort) => go({ sort })}
      onChoose={choose && ((row) => go(choose(row) ?? {}))}
      chosen={own.chosen}
      links={<Links question={question} params={params} formats={own.formats} />}
      none={
        <None address={address} go={go} error={list.error}>
          {own.none}
        </None>
      }
    />
  );
}

const NothingBefore = () => (
  <>
    <p>There is nothing to compare with: the database does not reach back so far.</p>
    <p class="hint">Choose a shorter range above, or another one to compare with: “Compare with” has the time before, the same time earlier, and any other. Of a history that has just begun there is none yet.</p>
  </>
);

const LONGER = <p>No traffic of this kind in this range. A longer range may have some.</p>;

const edgeKey = (row: { client: string; server: string; port: number; protocol: string }) => [row.client, row.server, row.port, row.protocol].join("\n");

const VIEWS: Record<string, (props: ListProps) => Own<any>> = {
  edges: ({ address }): Own<Edge> => ({
    title: "Edges",
    columns: EDGE_COLUMNS,
    keyOf: (e) => e.id,
    choose: (e) => ({ edge: e.id, node: "", group: "service" }),
    chosen: (e) => e.id === address.edge,
    none: LONGER,
  }),
  services: ({ address }): Own<Service> => ({
    title: "Services",
    columns: SERVICE_COLUMNS,
    keyOf: (s) => s.id,
    choose: (s) => ({ node: s.name, edge: 0, group: "service" }),
    chosen: (s) => s.name === address.node,
    none: LONGER,
  }),
  operations: ({ address }): Own<Operation> => ({
    title: "Operations",
    columns: OPERATION_COLUMNS,
    keyOf: (o) => o.edge_id + o.operation,
    choose: (o) => ({ edge: o.edge_id, node: "", group: "service" }),
    chosen: (o) => o.edge_id === address.edge,
    none: LONGER,
  }),
  tls: ({ address }): Own<TlsRow> => ({
    title: "What protects edges",
    columns: TLS_COLUMNS,
    keyOf: tlsKey,
    choose: (t) => ({ edge: t.edge_id, node: "", group: "service" }),
    chosen: (t) => t.edge_id === address.edge,
    none: LONGER,
  }),
  events: ({ graph, address, go, list }): Own<Incident> => ({
    title: "Events",
    columns: EVENT_COLUMNS,
    keyOf: (e, i) => e.id ?? e.time + i,
    choose: (e) => subjectOf(e, graph),
    about: <Kinds events={(list.data?.events ?? []) as Incident[]} address={address} go={go} />,
    none: (
      <>
        <p>Nothing happened in this range.</p>
        <p class="hint">What is new (an edge, a service, an address, an operation) is told from the eleventh minute of a history on; in the first ten all of it would be.</p>
      </>
    ),
  }),
  diff: ({ graph, address, go, list, against }): Own<DiffRow> => ({
    title: "What changed",
    columns: DIFF_COLUMNS,
    keyOf: (d) => edgeKey(d) + (d.operation ?? ""),
    choose: (d) => {
      const edge = graph?.edges.find((one) => edgeKey(one) === edgeKey(d));
      return edge ? { edge: edge.id, node: "", group: "service" } : null;
    },
    about: <Compared diff={list.data as unknown as Diff | null} address={address} go={go} shown={graph?.range} against={against} />,
    unasked: !!graph && !against,
    none: !against ? <NothingBefore /> : <p>Nothing changed between the two ranges. “Compare with” takes another one; on the graph's time line Shift and drag choose any.</p>,
    formats: ["csv", "json", "svg"],
  }),
  traces: ({ address }): Own<TraceRow> => ({
    title: "Traces",
    columns: TRACE_COLUMNS,
    keyOf: traceKey,
    choose: (t) => ({ trace: traceKey(t), request: 0, node: "", edge: 0 }),
    chosen: (t) => traceKey(t) === address.trace,
    none: (
      <>
        <p>No request with a trace id was kept in this range.</p>
        <p class="hint">
          Traces are made of what services and proxies pass on: W3C <code>traceparent</code>, B3, or a request id. Where nothing of it is on the wire, there are requests alone.
        </p>
      </>
    ),
  }),
  relays: (): Own<Relay> => ({
    title: "Relays: who reaches whom by way of whom",
    columns: RELAY_COLUMNS,
    about: <p class="hint about">Requests: on the way from the relay to the server. Passed on: those of them that have the method and path of one that had just come in. 0: it asks something of its own, as most services do.</p>,
    keyOf: (r) => [r.client, r.via, r.via_address, r.server, r.port, r.protocol].join(),
    choose: (r) => ({ node: r.via, edge: 0, group: "service" }),
    none: <p>No service of this range passes requests of one client on to another server, as gateways and proxies do.</p>,
  }),
  names: (): Own<Name> => ({
    title: "Names",
    columns: NAME_COLUMNS,
    keyOf: (n) => [n.address, n.port, n.tenant, n.name, n.source].join(),
    choose: (n) => ({ node: n.is_name ? n.name : n.address, edge: 0, group: "service" }),
    none: (
      <>
        <p>Nothing was said of what addresses are called.</p>
        <p class="hint">
          Names come from <code>--names</code>, <code>--kube</code>, DNS answers on the wire, Host headers and TLS server names.
        </p>
      </>
    ),
  }),
};

function subjectOf(event: Incident, graph: Graph | null): Partial<Address> | null {
  if (event.edge_id && graph?.edges.some((one) => one.id === event.edge_id)) return { edge: event.edge_id, node: "", group: "service" };
  const service = graph?.nodes.find((one) => one.id === event.service_id);
  return service ? { node: service.name, edge: 0, group: "service" } : null;
}

export function ListView(props: ListProps) {
  const own = VIEWS[props.address.view];
  return own ? <List {...props} own={own(props)} /> : null;
}
