// The page: what is shown, from what, and the keys.
import { render } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { CaptureHealth, Diff, Graph, Info, Insight, Range } from "./api";
import { rangeParams, sieveParams, useAddress, type Address } from "./address";
import { CaptureView, verdict } from "./capture";
import { againstRange, compared, diffParams, ownPast, withPast } from "./compare";
import { useAnswer, useOld, useSettled, useVersion } from "./data";
import { Empty, Help, NothingFound } from "./dialogs";
import { GraphView } from "./graph";
import { InsightsView } from "./insights";
import { listingParams, LISTINGS, placed } from "./listing";
import { ListView, type Answer } from "./lists";
import { Panel } from "./panel";
import { useReplay } from "./replay";
import { RequestsView } from "./requests";
import { Scrubber } from "./scrubber";
import { Sieve } from "./sieve";
import { useTheme } from "./theme";
import { Strip, TopBar } from "./bars";

const tool = (name: string) => dispatchEvent(new CustomEvent("tapgraph-tool", { detail: name }));

/** One key, one thing; none while the user types. */
function useKeys(address: Address, go: (c: Partial<Address>) => void, pause: () => void, setHelp: (on: boolean) => void, openSieve: () => void) {
  useEffect(() => {
    const arrow = (key: string) => () => address.view === "graph" && tool(key);
    const keys: Record<string, () => void> = {
      g: () => go({ view: "graph" }),
      t: () => go({ view: "edges", sort: "" }),
      s: () => go({ view: "services", sort: "" }),
      o: () => go({ view: "operations", sort: "" }),
      r: () => go({ view: "requests", sort: "" }),
      w: () => go({ view: "traces", sort: "" }),
      l: () => go({ view: "tls", sort: "" }),
      i: () => go({ view: "insights", sort: "" }),
      e: () => go({ view: "events", sort: "" }),
      d: () => go({ view: "diff", sort: "" }),
      v: () => go({ view: "relays", sort: "" }),
      n: () => go({ view: "names", sort: "" }),
      h: () => go({ view: "health" }),
      p: pause,
      "+": () => tool("in"),
      "=": () => tool("in"),
      "-": () => tool("out"),
      "0": () => tool("fit"),
      f: () => tool("fit"),
      x: openSieve,
      ArrowLeft: arrow("ArrowLeft"),
      ArrowRight: arrow("ArrowRight"),
      ArrowUp: arrow("ArrowUp"),
      ArrowDown: arrow("ArrowDown"),
      "?": () => setHelp(true),
      "/": () => document.getElementById("find")?.focus(),
    };
    const onKey = (event: KeyboardEvent) => {
      const typing = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement;
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === "Escape") {
        (document.activeElement as HTMLElement | null)?.blur();
        if (address.request) go({ request: 0 });
        else if (address.trace) go({ trace: "" });
        else go(address.node || address.edge ? { node: "", edge: 0, path: "" } : { find: "" });
      } else if (!typing && keys[event.key] && !(event.key.startsWith("Arrow") && address.view !== "graph")) {
        event.preventDefault();
        keys[event.key]!();
      }
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  });
}

/** What was before; not asked for while it cannot be told. */
function askPast(range: Range | null, subject: Record<string, string>, answer: Graph | null): [string | null, Record<string, string>, number] {
  return [range && answer?.nodes.length ? "graph" : null, { ...range, ...subject }, 0];
}

/** What the server says that changed since then. */
function askDiff(range: Range | null, address: Address, shown: Range | undefined): [string | null, Record<string, string>, number] {
  if (!range || !shown?.from || address.view !== "graph") return [null, {}, 0];
  return ["diff", diffParams(range, shown, address.group), 0];
}

/** The rows of the view, if it has any. */
function useList(address: Address, shown: Range | undefined, against: Range | null, version: number) {
  const find = useSettled(address.find);
  const params = LISTINGS[address.view] ? listingParams({ ...address, find }, shown, against) : null;
  const list = useAnswer<Answer>(params && LISTINGS[address.view]!.question, params ?? {}, version);
  return { params: params ?? {}, list: { ...list, error: placed(list.error, { ...address, find }) } };
}

/** Views that may have something to say of a range without traffic. */
const LISTED_WITHOUT_TRAFFIC: string[] = ["events", "diff"];

/** Views that have a filter of their own, or nothing to find. */
const WITHOUT_SIEVE: string[] = ["requests", "health"];

function App() {
  const [address, go] = useAddress();
  const [theme, nextTheme, turn] = useTheme();
  const [help, setHelp] = useState(false);
  const paused = address.from !== "";
  const [version, again] = useVersion(paused);
  const range = rangeParams(address);
  const subject = { ...(address.view === "graph" ? sieveParams(address) : {}), group: address.group };
  const graph = useAnswer<Graph>("graph", { ...range, ...subject }, version);
  const health = useAnswer<CaptureHealth>("health", range, version);
  const info = useAnswer<Info>("info", {}, version);
  const insights = useAnswer<{ insights: Insight[] }>("insights", range, version);
  const pause = () => {
    const shown = graph.data?.range;
    if (paused) go({ from: "", to: "" });
    else if (shown?.from) go({ from: shown.from, to: shown.to });
  };
  const [sieve, setSieve] = useState(false);
  const openSieve = () => {
    if (!WITHOUT_SIEVE.includes(address.view)) setSieve(true);
    setTimeout(() => document.getElementById(address.view === "requests" ? "wanted" : "keep")?.focus());
  };
  useKeys(address, go, pause, setHelp, openSieve);
  const last = useRef<Graph | null>(null);
  if (graph.data) last.current = graph.data;
  const answer = last.current;
  const history = { from: Number(info.data?.history.from_ns ?? 0) / 1e6, to: Number(info.data?.history.to_ns ?? 0) / 1e6 };
  const newest = useOld(history.to);
  const [speed, play] = useReplay(address, go, history);
  const against = againstRange(address.view === "diff" && !address.against ? { ...address, against: "before" } : address, answer?.range);
  const tooEarly = !!against && Date.parse(against.to) <= history.from;
  const past = useAnswer<Graph>(...askPast(tooEarly || !info.data ? null : (against ?? ownPast(answer?.range, history.from)), subject, answer));
  const diff = useAnswer<Diff>(...askDiff(tooEarly || !info.data ? null : against, address, answer?.range));
  const isCompared = !!against && !!past.data && !!diff.data;
  const shown = useMemo(
    () => answer && (isCompared ? compared(answer, past.data!, diff.data!) : against ? answer : withPast(answer, past.data)),
    [answer, past.data, diff.data, !against],
  );
  const { list, params } = useList(address, answer?.range, tooEarly || !info.data ? null : against, version);
  const quality = useMemo(() => verdict(health.data), [health.data]);
  const error = graph.error ?? list.error;
  const sieved = !!(address.filter.trim() || address.hide.trim());
  const there = shown ? shown.nodes.length > 0 || LISTED_WITHOUT_TRAFFIC.includes(address.view) : !!list.data;
  const drawn = useRef(false); // the graph stays as it is while tables are looked at, but is not made for them
  drawn.current ||= address.view === "graph";
  return (
    <>
      <TopBar address={address} go={go} theme={theme} onTheme={nextTheme} onHelp={() => setHelp(true)} insights={insights.data?.insights.length ?? 0} services={shown?.nodes ?? []} />
      {error && !error.parameter && (
        <p class="banner" role="alert">
          {error.message} {error.gone ? "What you see is from before; the page tries again by itself." : ""}
          <button onClick={again}>Try now</button>
        </p>
      )}
      {against && (past.error || (tooEarly && address.view !== "diff")) && (
        <p class={past.error ? "banner" : "banner calm"} role={past.error ? "alert" : "status"}>
          There is nothing to compare with: {past.error?.message ?? "the database does not reach back so far."} {address.view === "diff" ? "Choose a shorter range, or another one to compare with." : ""}
          {address.view !== "diff" && <button onClick={() => go({ against: "" })}>Compare no more</button>}
        </p>
      )}
      <Strip address={address} graph={answer} quality={quality} go={go} paused={paused} onPause={pause} sieve={sieve || sieved} onSieve={() => (sieve ? setSieve(false) : openSieve())} newest={newest} />
      {(sieve || sieved) && !WITHOUT_SIEVE.includes(address.view) && <Sieve address={address} go={go} error={error} />}
      <main class={address.node || address.edge > 0 || address.request || address.trace ? "with-panel" : ""}>
        {!shown && !there && !error && <p class="loading">Loading…</p>}
        {shown && shown.nodes.length > 0 && drawn.current && (
          <GraphView graph={shown} address={address} go={go} turn={turn} hidden={address.view !== "graph"} moving={!paused || speed > 0} compared={isCompared} />
        )}
        {shown && !there && sieved && address.view === "graph" && <NothingFound onClear={() => go({ filter: "", hide: "" })} />}
        {shown && !there && !(sieved && address.view === "graph") && address.view !== "health" && <Empty info={info.data} range={address.since} />}
        {shown && there && address.view === "requests" && <RequestsView graph={answer!} address={address} go={go} version={version} />}
        {there && address.view !== "insights" && <ListView graph={answer} address={address} go={go} list={list} params={params} against={tooEarly ? null : against} />}
        {there && address.view === "insights" && <InsightsView graph={answer} address={address} go={go} list={list} params={params} />}
        {address.view === "health" && <CaptureView address={address} version={version} health={health.data} />}
        {answer && <Panel graph={answer} address={address} go={go} version={version} turn={turn} insights={insights.data?.insights ?? []} />}
      </main>
      {address.view === "graph" && history.to > 0 && (
        <Scrubber address={address} go={go} version={version} history={history} shown={answer?.range} against={against} turn={turn} speed={speed} onPlay={play} />
      )}
      {help && <Help onClose={() => setHelp(false)} />}
    </>
  );
}

const app = document.getElementById("app")!;
app.textContent = "";
render(<App />, app);
