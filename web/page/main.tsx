// The page: what is shown, from what, and the keys.
import { render } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { CaptureHealth, Graph, Info, Insight, TlsRow } from "./api";
import { rangeParams, useAddress, type Address } from "./address";
import { CaptureView, verdict } from "./capture";
import { useAnswer, useVersion } from "./data";
import { Empty, Help, Legend } from "./dialogs";
import { InsightsView } from "./insights";
import { Panel } from "./panel";
import { Picture } from "./picture";
import { EdgeSheet, ServiceSheet } from "./tables";
import { TlsSheet } from "./tls";
import { useTheme } from "./theme";
import { Strip, Tools, TopBar } from "./bars";

function GraphView(props: { graph: Graph; address: Address; go: (c: Partial<Address>) => void; turn: number; hidden: boolean }) {
  const { graph, address, go } = props;
  const box = useRef<HTMLDivElement>(null);
  const cards = useRef<HTMLCanvasElement>(null);
  const traffic = useRef<HTMLCanvasElement>(null);
  const picture = useRef<Picture | null>(null);
  const [legend, setLegend] = useState(false);
  useEffect(() => {
    picture.current = new Picture(box.current!, cards.current!, traffic.current!, {
      onNode: (node) => go({ node, edge: 0 }),
      onEdge: (edge) => go({ edge, node: "" }),
      onNothing: () => go({ node: "", edge: 0 }),
    });
    const onTool = (event: Event) => {
      const name = (event as CustomEvent<string>).detail;
      if (name === "fit") picture.current?.fit();
      else picture.current?.zoomBy(name === "in" ? 1.3 : 1 / 1.3);
    };
    addEventListener("tapgraph-tool", onTool);
    return () => {
      removeEventListener("tapgraph-tool", onTool);
      picture.current?.destroy();
    };
  }, []);
  useEffect(() => picture.current?.recolor(), [props.turn]);
  useEffect(() => {
    picture.current?.show(graph, address.label);
    picture.current?.focus(address);
  }, [graph, address.label, address.node, address.edge, address.find]);
  return (
    <div class="graph" hidden={props.hidden}>
      <div ref={box} class="drawing" role="img" aria-label={`Graph of ${graph.nodes.length} services and ${graph.edges.length} edges. The key t shows it as a table.`} />
      <canvas ref={traffic} aria-hidden="true" />
      <canvas ref={cards} aria-hidden="true" />
      {legend && <Legend />}
      <Tools address={address} go={go} legend={legend} onLegend={() => setLegend(!legend)} />
    </div>
  );
}

const tool = (name: string) => dispatchEvent(new CustomEvent("tapgraph-tool", { detail: name }));

/** One key, one thing; none while the user types. */
function useKeys(address: Address, go: (c: Partial<Address>) => void, pause: () => void, setHelp: (on: boolean) => void) {
  useEffect(() => {
    const keys: Record<string, () => void> = {
      g: () => go({ view: "graph" }),
      t: () => go({ view: "edges", sort: "" }),
      s: () => go({ view: "services", sort: "" }),
      l: () => go({ view: "tls", sort: "" }),
      i: () => go({ view: "insights" }),
      h: () => go({ view: "health" }),
      p: pause,
      "+": () => tool("in"),
      "=": () => tool("in"),
      "-": () => tool("out"),
      "0": () => tool("fit"),
      "?": () => setHelp(true),
      "/": () => document.getElementById("find")?.focus(),
    };
    const onKey = (event: KeyboardEvent) => {
      const typing = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement;
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === "Escape") {
        (document.activeElement as HTMLElement | null)?.blur();
        go(address.node || address.edge ? { node: "", edge: 0 } : { find: "" });
      } else if (!typing && keys[event.key]) {
        event.preventDefault();
        keys[event.key]!();
      }
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  });
}

function App() {
  const [address, go] = useAddress();
  const [theme, nextTheme, turn] = useTheme();
  const [help, setHelp] = useState(false);
  const paused = address.from !== "";
  const [version, again] = useVersion(paused);
  const range = rangeParams(address);
  const graph = useAnswer<Graph>("graph", { ...range, group: address.group }, version);
  const health = useAnswer<CaptureHealth>("health", range, version);
  const info = useAnswer<Info>("info", {}, version);
  const insights = useAnswer<{ insights: Insight[] }>("insights", range, version);
  const tls = useAnswer<{ tls: TlsRow[] }>(address.view === "tls" ? "tls" : null, range, version);
  const pause = () => {
    const shown = graph.data?.range;
    if (paused) go({ from: "", to: "" });
    else if (shown?.from) go({ from: shown.from, to: shown.to });
  };
  useKeys(address, go, pause, setHelp);
  const last = useRef<Graph | null>(null);
  if (graph.data) last.current = graph.data;
  const shown = last.current;
  const quality = useMemo(() => verdict(health.data), [health.data]);
  const error = graph.error;
  const sheet = { graph: shown!, address, go };
  return (
    <>
      <TopBar address={address} go={go} paused={paused} onPause={pause} theme={theme} onTheme={nextTheme} onHelp={() => setHelp(true)} insights={insights.data?.insights.length ?? 0} />
      {error && (
        <p class="banner" role="alert">
          {error.message} {error.gone ? "What you see is from before; the page tries again by itself." : ""}
          <button onClick={again}>Try now</button>
        </p>
      )}
      {shown && shown.nodes.length > 0 && <Strip graph={shown} quality={quality} go={go} paused={paused} />}
      <main class={address.node || address.edge ? "with-panel" : ""}>
        {!shown && !error && <p class="loading">Loading…</p>}
        {shown && shown.nodes.length > 0 && (
          <GraphView graph={shown} address={address} go={go} turn={turn} hidden={address.view !== "graph"} />
        )}
        {shown && !shown.nodes.length && address.view !== "health" && <Empty info={info.data} range={address.since} />}
        {shown && shown.nodes.length > 0 && address.view === "edges" && <EdgeSheet {...sheet} />}
        {shown && shown.nodes.length > 0 && address.view === "services" && <ServiceSheet {...sheet} />}
        {shown && shown.nodes.length > 0 && address.view === "tls" && <TlsSheet tls={tls} address={address} go={go} />}
        {shown && shown.nodes.length > 0 && address.view === "insights" && <InsightsView {...sheet} insights={insights} />}
        {address.view === "health" && <CaptureView address={address} version={version} health={health.data} />}
        {shown && <Panel graph={shown} address={address} go={go} version={version} turn={turn} />}
      </main>
      {help && <Help onClose={() => setHelp(false)} />}
    </>
  );
}

const app = document.getElementById("app")!;
app.textContent = "";
render(<App />, app);
