// The bar at the top, the strip of totals below it, and the tools on the graph.
import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import type { Edge, Graph, Service } from "./api";
import { BOXES, GROUPS, LABELS, SINCE, type Address, type Label, type View } from "./address";
import { clientErrors, percentileOf, RULE, RULE_WORDS, timed } from "./figures";
import { count, milliseconds, moment, rate, share, span } from "./format";
import { Choices, Select } from "./parts";
import { Search } from "./search";
import type { Theme } from "./theme";

type Go = (change: Partial<Address>) => void;

const VIEW_CHOICES: { value: View; text: string; title: string }[] = [
  { value: "graph", text: "Graph", title: "Graph (g)" },
  { value: "services", text: "Services", title: "Table of services (s)" },
  { value: "edges", text: "Edges", title: "Table of edges: who calls whom (t)" },
  { value: "operations", text: "Operations", title: "What is asked for (o)" },
  { value: "requests", text: "Requests", title: "Requests, one by one (r)" },
  { value: "traces", text: "Traces", title: "Requests that belong together (w)" },
  { value: "insights", text: "Insights", title: "What to act on (i)" },
  { value: "tls", text: "TLS", title: "What protects edges (l)" },
  { value: "events", text: "Events", title: "What happened (e)" },
  { value: "diff", text: "Changes", title: "Two ranges compared (d)" },
  { value: "relays", text: "Relays", title: "Who reaches whom by way of whom (v)" },
  { value: "names", text: "Names", title: "What addresses are called, and who said so (n)" },
  { value: "health", text: "Capture", title: "Capture health (h)" },
];

export const LABEL_TEXTS: Record<Label, string> = {
  rate: "Rate",
  errors: "Errors %",
  p50: "Latency p50",
  p95: "Latency p95",
  p99: "Latency p99",
  throughput: "Throughput",
  bytes: "Bytes",
  protocol: "Protocol",
  tls: "Encryption",
  none: "Nothing",
};

const THEME_TEXTS: Record<Theme, [string, string]> = {
  auto: ["◐", "Colours as the system has them; click for dark"],
  dark: ["●", "Dark; click for light"],
  light: ["○", "Light; click for as the system has them"],
};

export function TopBar(props: {
  address: Address;
  go: Go;
  theme: Theme;
  onTheme: () => void;
  onHelp: () => void;
  insights: number;
  services: Service[];
}) {
  const { address, go } = props;
  const badge = { count: props.insights, words: `${props.insights} found` };
  const views = VIEW_CHOICES.map((one) => (one.value === "insights" ? { ...one, badge } : one));
  return (
    <header class="top">
      <a class="brand" href="#" aria-label="tapgraph, start">
        <img src="/favicon.svg" alt="" width="24" height="24" />
        <span>tapgraph</span>
      </a>
      <Choices class="views" name="View" choices={views} value={address.view} onChoose={(view) => go({ view, sort: "" })} />
      <Search address={address} go={go} services={props.services} />
      <button class="icon" onClick={props.onTheme} title={THEME_TEXTS[props.theme][1]} aria-label={THEME_TEXTS[props.theme][1]}>
        {THEME_TEXTS[props.theme][0]}
      </button>
      <button class="icon" onClick={props.onHelp} title="Keys and help (?)" aria-label="Keys and help">
        ?
      </button>
    </header>
  );
}

function failing(graph: Graph) {
  return graph.edges.filter((edge) => edge.health === "bad" || edge.health === "warn");
}

/** What the button says that holds what is shown: of a file, from when it is. */
function Live({ paused, onPause, newest }: Pick<StripProps, "paused" | "onPause" | "newest">) {
  const hint = paused ? "Go on with what is new (p)" : "Hold this range (p)";
  const day = newest ? moment(new Date(newest).toISOString()) : "";
  return (
    <button class={`live ${paused ? "paused" : newest ? "old" : ""}`} onClick={onPause} aria-pressed={!paused} title={newest ? `Nothing new is recorded; the newest is of ${day}. ${hint}` : hint}>
      <i aria-hidden="true" />
      {paused ? "Paused" : newest ? <span><span class="word">Recorded </span>{day.slice(0, 10)}</span> : "Live"}
    </button>
  );
}

function Ranges({ address, go, paused, onPause, newest }: Pick<StripProps, "address" | "go" | "paused" | "onPause" | "newest">) {
  const since = SINCE.includes(address.since) ? SINCE : [address.since, ...SINCE];
  return (
    <div class="ranges">
      <Choices
        name="Time range"
        choices={since.map((value) => ({ value, text: value }))}
        value={paused ? "" : address.since}
        onChoose={(value) => go({ since: value, from: "", to: "" })}
      />
      <Live paused={paused} onPause={onPause} newest={newest} />
    </div>
  );
}

interface StripProps {
  address: Address;
  graph: Graph | null;
  quality: { text: string; spoiled: boolean };
  go: Go;
  paused: boolean;
  onPause: () => void;
  newest: number; // ms: of what is recorded, if nothing new comes; else 0
  sieve: boolean;
  onSieve: () => void;
}

const ENOUGH = [100, 20, 1]; // requests for a p95 to rest on, the first of these that any edge has
const SLOWER = 1.2; // times, for another edge to be named instead

/** The edge that answers slowest, of those that were asked often. The one that was named stays until
 * another is clearly slower: what is slowest by a hair changes with every window. */
function slowest(graph: Graph, named: number): Edge | null {
  const p95 = (edge: Edge) => percentileOf(edge.latency_ms, "p95") ?? 0;
  const told = graph.edges.filter((edge) => p95(edge) > 0);
  const often = ENOUGH.map((least) => told.filter((edge) => timed(edge) >= least)).find((edges) => edges.length) ?? [];
  const most = often.reduce<Edge | null>((a, b) => (a && p95(a) >= p95(b) ? a : b), null);
  const before = often.find((edge) => edge.id === named);
  return most && before && p95(most) < p95(before) * SLOWER ? before : most;
}

/** Whose fault errors are: a caller's alone make nothing unwell before they are a fifth. */
function Errors({ graph, requests }: { graph: Graph; requests: number }) {
  const client = graph.edges.reduce((sum, edge) => sum + clientErrors(edge), 0);
  const server = graph.edges.reduce((sum, edge) => sum + edge.errors, 0) - client;
  const part = (n: number) => (requests ? n / requests : 0);
  return (
    <>
      <span class={part(server) >= RULE.look ? "alarm" : ""} title={`Of all requests: the server's fault, timed out or reset. ${RULE_WORDS}`}>
        <b>{share(part(server))}</b> {client ? "server errors" : "errors"}
      </span>
      {client > 0 && (
        <span class={part(client) >= RULE.client ? "alarm" : "callers"} title={`Of all requests: the caller's fault (4xx and their like). ${RULE_WORDS}`}>
          <b>{share(part(client))}</b> client
        </span>
      )}
    </>
  );
}

function Totals({ graph, quality, go }: { graph: Graph } & Pick<StripProps, "quality" | "go">) {
  const requests = graph.edges.reduce((sum, edge) => sum + edge.requests, 0);
  const perSecond = graph.edges.reduce((sum, edge) => sum + edge.rate_per_s, 0);
  const bad = failing(graph);
  const named = useRef(0);
  const slow = slowest(graph, named.current);
  named.current = slow?.id ?? 0;
  return (
    <div class="totals" aria-live="polite">
      <span>
        <b>{rate(perSecond)}</b> requests
      </span>
      <Errors graph={graph} requests={requests} />
      <span>
        <b>{count(graph.nodes.length)}</b> services
      </span>
      <span>
        <b>{count(graph.edges.length)}</b> edges
      </span>
      {bad.length > 0 && (
        <button class="chip" onClick={() => go({ view: "edges", sort: "-health" })}>
          {count(bad.length)} to look at
        </button>
      )}
      {slow && (
        <button class="chip calm" title={`${slow.client} → ${slow.server}, ${slow.protocol} on port ${slow.port}: 95 of 100 of its ${count(timed(slow))} requests were answered within this. Click for why`} onClick={() => go({ edge: slow.id, node: "" })}>
          slowest {milliseconds(slow.latency_ms?.p95)}
        </button>
      )}
      {quality.spoiled && (
        <button class="chip" title={quality.text} onClick={() => go({ view: "health" })}>
          capture incomplete
        </button>
      )}
    </div>
  );
}

export function Strip(props: StripProps) {
  const { graph, go, address } = props;
  const to = new Date(graph?.range.to ?? NaN);
  const seconds = (to.getTime() - Date.parse(graph?.range.from ?? "")) / 1000;
  return (
    <div class="strip">
      {graph && graph.nodes.length > 0 && <Totals graph={graph} quality={props.quality} go={go} />}
      {address.view !== "health" && address.view !== "requests" && (
        <button class="toggle" aria-pressed={props.sieve} title="Find and hide by an expression (x)" onClick={props.onSieve}>
          Find and hide
        </button>
      )}
      <span class="space" />
      {seconds > 0 && (
        <span class="when" title={`${moment(graph!.range.from)} to ${moment(graph!.range.to)}`}>
          {span(seconds)} up to {moment(graph!.range.to, props.paused ? undefined : new Date())}
        </span>
      )}
      <Ranges address={address} go={go} paused={props.paused} onPause={props.onPause} newest={props.newest} />
    </div>
  );
}

const BOX_TEXTS: Record<string, string> = { "": "none", group: "group", host: "host", subnet: "subnet", protocol: "protocol" };

function fullScreen() {
  const shown = document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen();
  shown.catch(() => {}); // a browser that does not allow it
}

interface ToolsProps {
  address: Address;
  go: Go;
  legend: boolean;
  onLegend: () => void;
  by: string; // what boxes are by, asked for or not
  children: ComponentChildren;
}

export function Tools(props: ToolsProps) {
  const { address, go } = props;
  const tool = (name: string) => dispatchEvent(new CustomEvent("tapgraph-tool", { detail: name }));
  return (
    <div class="tools">
      <div class="zoom">
        <button onClick={() => tool("in")} title="Closer (+)" aria-label="Closer">
          +
        </button>
        <button onClick={() => tool("out")} title="Farther (-)" aria-label="Farther">
          −
        </button>
        <button onClick={() => tool("fit")} title="All in sight (f)" aria-label="All in sight">
          ⤢
        </button>
        <button onClick={fullScreen} title="Full screen" aria-label="Full screen">
          <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
            <path d="M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4" />
          </svg>
        </button>
      </div>
      <Select
        name="Edges show"
        value={address.label}
        choices={LABELS.map((value) => ({ value, text: LABEL_TEXTS[value] }))}
        onChoose={(label) => go({ label })}
      />
      <Select
        name="By"
        value={address.group}
        choices={GROUPS.map((value) => ({ value, text: value }))}
        onChoose={(group) => go({ group, node: "", edge: 0, path: "", fold: [], open: [] })}
      />
      <Select
        name="Boxes"
        value={props.by}
        choices={BOXES.map((value) => ({ value, text: BOX_TEXTS[value]! }))}
        onChoose={(box) => go({ box, fold: [], open: [] })}
      />
      {props.children}
      <button aria-pressed={props.legend} onClick={props.onLegend}>
        Legend
      </button>
    </div>
  );
}
