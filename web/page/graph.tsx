// The graph with what stands around it: focus, boxes, map, tools, legend, saving.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { DEPTH_MAX, type Address, type Label } from "./address";
import type { Graph } from "./api";
import { attend, only, stepFrom, type Attention } from "./attention";
import { LABEL_TEXTS, Tools } from "./bars";
import { CHANGES, countChanges, type Change } from "./compare";
import { Legend } from "./dialogs";
import { boxOf, membersOf, sceneOf, type Card, type Line, type Scene } from "./fold";
import { failedText } from "./figures";
import { count, rate } from "./format";
import { heatOf } from "./heat";
import { overlap, Places } from "./layout";
import { Mark } from "./parts";
import { Picture, type Callbacks } from "./picture";
import { DOWNWARD, ONWARD, type Flow, type Point } from "./route";
import { SaveMenu } from "./save";

type Go = (change: Partial<Address>) => void;

interface Props {
  graph: Graph;
  address: Address;
  go: Go;
  turn: number;
  hidden: boolean;
  moving: boolean;
  compared: boolean;
}

function useScene(graph: Graph, address: Address): Scene {
  const keep = useMemo(() => {
    const ids = new Set<number>();
    for (const node of graph.nodes) if (node.name === address.node || node.name === address.path) ids.add(node.id);
    const edge = graph.edges.find((one) => one.id === address.edge);
    if (edge) ids.add(edge.client_id).add(edge.server_id);
    return ids;
  }, [graph, address.node, address.path, address.edge]);
  return useMemo(
    () => sceneOf(graph, { box: address.box, fold: address.fold, open: address.open, keep }),
    [graph, address.box, address.fold.join("\n"), address.open.join("\n"), keep],
  );
}

const NARROW = matchMedia("(max-width: 700px)");

/** From left to right; on a narrow screen from top to bottom. */
function useFlow(): Flow {
  const [flow, setFlow] = useState(NARROW.matches ? DOWNWARD : ONWARD);
  useEffect(() => {
    const turn = () => setFlow(NARROW.matches ? DOWNWARD : ONWARD);
    NARROW.addEventListener("change", turn);
    return () => NARROW.removeEventListener("change", turn);
  }, []);
  return flow;
}

/** Where the server puts cards, unless that does not fit what is shown. */
function usePlaces(scene: Scene, flow: Flow): Map<string, Point> {
  const own = useRef(new Places());
  return useMemo(() => {
    const given = new Map(scene.cards.map((card) => ["n" + card.id, { x: card.x * flow.column, y: card.y * flow.row }]));
    return flow.down || scene.here || overlap([...given.values()]) ? own.current.of(scene, flow) : given;
  }, [scene, flow]);
}

/** Opens or closes a box, whichever is not the case. */
function toggled(address: Address, key: string, open: boolean): Partial<Address> {
  const without = (list: string[]) => list.filter((one) => one !== key);
  return open ? { open: [...without(address.open), key], fold: without(address.fold) } : { open: without(address.open), fold: [...without(address.fold), key] };
}

function Around({ address, go, attention, graph }: { address: Address; go: Go; attention: Attention; graph: Graph }) {
  if (!address.node) return null;
  const names = graph.nodes.map((node) => node.name);
  return (
    <div class="around" role="group" aria-label="Around the selected service">
      <label class="select">
        <span>Steps</span>
        <select id="depth" value={String(address.depth)} onChange={(e) => go({ depth: Number(e.currentTarget.value) })}>
          {Array.from({ length: DEPTH_MAX }, (_, i) => (
            <option key={i}>{i + 1}</option>
          ))}
        </select>
      </label>
      <label>
        <input id="only" type="checkbox" checked={address.only} onChange={(e) => go({ only: e.currentTarget.checked })} /> Only these
      </label>
      <label>
        Way to{" "}
        <input
          id="path"
          list="names"
          type="search"
          placeholder="service"
          autocomplete="off"
          value={address.path}
          onChange={(e) => go({ path: names.includes(e.currentTarget.value) ? e.currentTarget.value : "" })}
        />
      </label>
      <datalist id="names">
        {names.slice(0, 2000).map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      {address.path && <p>{attention.said}</p>}
    </div>
  );
}

function Bundle({ line, go }: { line: Line; go: Go }) {
  return (
    <div class="bundle" role="dialog" aria-label="Edges drawn as one">
      <p>
        <b>{line.client}</b> → <b>{line.server}</b>: {count(line.merged!.length)} edges
      </p>
      <ul>
        {[...line.merged!].sort((a, b) => b.requests - a.requests).slice(0, 40).map((edge) => (
          <li key={edge.id}>
            <button class="link" onClick={() => go({ edge: edge.id, node: "" })}>
              <Mark health={edge.health} /> {edge.client} → {edge.server} <span>{edge.protocol} :{edge.port}, {rate(edge.rate_per_s)}, {failedText(edge)}</span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** What width and colour of lines stand for, while that is not the rate and health. */
function HeatKey({ scene, label }: { scene: Scene; label: Label }) {
  const heat = useMemo(() => heatOf(scene.lines, label), [scene, label]);
  if (!heat) return null;
  return (
    <p class="heat-key" role="note">
      {LABEL_TEXTS[label]}: {heat.print(heat.low)}
      <svg viewBox="0 0 90 8" width="90" height="8" aria-hidden="true" class={heat.coloured ? "" : "plain"}>
        <defs>
          <linearGradient id="heat">
            <stop offset="0" />
            <stop offset="1" />
          </linearGradient>
        </defs>
        <path d="M0 3.3 90 0v8L0 4.7z" fill="url(#heat)" />
      </svg>
      {heat.print(heat.high)}
      {heat.coloured ? <span>dashes tell health</span> : <span>as widths</span>}
    </p>
  );
}

function Changes({ graph, go }: { graph: Graph; go: Go }) {
  const counts = countChanges(graph);
  const always: Change[] = ["came", "went", "slower", "failing"];
  const parts = (Object.keys(CHANGES) as Change[]).filter((change) => counts[change] || always.includes(change)).map((change) => `${CHANGES[change][0]} ${counts[change]} ${CHANGES[change][1]}`);
  return (
    <p class="changes" role="status">
      Edges against before: {parts.join(" · ")}
      <button class="link" onClick={() => go({ view: "diff", sort: "" })}>
        Table
      </button>
      <button class="link" onClick={() => go({ against: "" })}>
        End
      </button>
    </p>
  );
}

/** The boxes as a list, for keys and for those that are folded. */
function Boxes({ scene, address, go }: { scene: Scene; address: Address; go: Go }) {
  if (!scene.foldable.length) return null;
  const open = new Set(scene.boxes.map((box) => box.key));
  const all = scene.foldable.filter((box) => box.count > 1);
  return (
    <details class="menu up">
      <summary>
        {open.size} of {scene.foldable.length} open
      </summary>
      <div class="list">
        <p>
          <button class="link" onClick={() => go({ fold: all.map((box) => box.key), open: [] })}>
            Fold all
          </button>{" "}
          <button class="link" onClick={() => go({ fold: [], open: all.map((box) => box.key) })}>
            Unfold all
          </button>
        </p>
        {scene.foldable.slice(0, 200).map((box) => (
          <button key={box.key} class="link" aria-expanded={open.has(box.key)} onClick={() => go(toggled(address, box.key, !open.has(box.key)))}>
            {open.has(box.key) ? "▾" : "▸"} {box.title} · {box.count}
          </button>
        ))}
      </div>
    </details>
  );
}

function useTools(picture: { current: Picture | null }, step: (key: string) => void) {
  const latest = useRef(step);
  latest.current = step;
  useEffect(() => {
    const onTool = (event: Event) => {
      const name = (event as CustomEvent<string>).detail;
      if (name === "fit") picture.current?.fit();
      else if (name === "in" || name === "out") picture.current?.zoomBy(name === "in" ? 1.3 : 1 / 1.3);
      else latest.current(name);
    };
    addEventListener("tapgraph-tool", onTool);
    return () => removeEventListener("tapgraph-tool", onTool);
  }, []);
}

export function GraphView(props: Props) {
  const { graph, address, go } = props;
  const box = useRef<HTMLDivElement>(null);
  const canvases = { cards: useRef<HTMLCanvasElement>(null), traffic: useRef<HTMLCanvasElement>(null), map: useRef<HTMLCanvasElement>(null) };
  const picture = useRef<Picture | null>(null);
  const [legend, setLegend] = useState(false);
  const all = useScene(graph, address);
  const attention = useMemo(() => attend(all, address), [all, address.node, address.path, address.edge, address.depth, address.find]);
  const flow = useFlow();
  const places = usePlaces(all, flow);
  const scene = useMemo(() => (address.only ? only(all, attention) : all), [all, attention, address.only]);
  const seconds = (Date.parse(graph.range.to) - Date.parse(graph.range.from)) / 1000;

  const choose = (card: Card) => {
    if (!card.folded) go({ node: card.name, edge: 0 });
    else if (card.rest) go({ view: "services", sort: "" });
    else go({ ...toggled(address, boxOf(membersOf(card)[0]!, all.by), true), node: "", edge: 0 });
  };
  const callbacks = useRef<Callbacks>(null!);
  callbacks.current = {
    onNode: choose,
    onEdge: (line) => go({ edge: line.merged?.length === 1 ? line.merged[0]!.id : line.id, node: "" }),
    onBox: (key) => go(toggled(address, key, false)),
    onNothing: () => go({ node: "", edge: 0, path: "" }),
  };
  useEffect(() => {
    const canvas = { cards: canvases.cards.current!, traffic: canvases.traffic.current!, map: canvases.map.current! };
    picture.current = new Picture(box.current!, canvas, {
      onNode: (card) => callbacks.current.onNode(card),
      onEdge: (line) => callbacks.current.onEdge(line),
      onBox: (key) => callbacks.current.onBox(key),
      onNothing: () => callbacks.current.onNothing(),
    });
    return () => picture.current?.destroy();
  }, []);
  useTools(picture, (key) => {
    const next = stepFrom(scene, address, key, flow, (id) => picture.current?.placeOf(id));
    if (next) go({ node: next.name, edge: 0, path: "" });
  });
  useEffect(() => picture.current?.recolor(), [props.turn]);
  useEffect(() => picture.current?.show(scene, places, flow, address.label, seconds), [scene, places, flow, address.label, props.turn]);
  useEffect(() => picture.current?.focus(attention), [scene, attention]);
  useEffect(() => picture.current?.setMoving(props.moving), [props.moving]);
  const layout = [flow.down, all.by, ...all.boxes.map((one) => one.key)].join("\n");
  const laidOut = useRef(layout);
  useEffect(() => {
    if (laidOut.current !== layout) picture.current?.fit();
    laidOut.current = layout;
  }, [layout]);
  const line = address.edge < 0 ? all.lines.find((one) => one.id === address.edge && one.merged) : undefined;
  const toMap = (event: PointerEvent & { currentTarget: HTMLElement }) => {
    const at = event.currentTarget.getBoundingClientRect();
    picture.current?.goTo(event.clientX - at.left, event.clientY - at.top);
  };
  return (
    <div class="graph" hidden={props.hidden}>
      <div ref={box} class="drawing" role="img" aria-label={`Graph of ${graph.nodes.length} services and ${graph.edges.length} edges. The key t shows it as a table; arrow keys step from service to service.`} />
      <canvas ref={canvases.traffic} aria-hidden="true" />
      <canvas ref={canvases.cards} aria-hidden="true" />
      <p class="hidden" aria-live="polite">
        {attention.said}
      </p>
      <div class="over">
        <Around address={address} go={go} attention={attention} graph={graph} />
        {props.compared && <Changes graph={graph} go={go} />}
        {line && <Bundle line={line} go={go} />}
      </div>
      <div class="foot">
        <div class="beside">
          {legend ? <Legend /> : <span />}
          <canvas
            ref={canvases.map}
            class="map"
            aria-hidden="true"
            onPointerDown={(e) => (e.currentTarget.setPointerCapture(e.pointerId), toMap(e))}
            onPointerMove={(e) => e.buttons && toMap(e)}
          />
        </div>
        <HeatKey scene={scene} label={address.label} />
        <Tools address={address} go={go} legend={legend} onLegend={() => setLegend(!legend)} by={all.by}>
          <Boxes scene={all} address={address} go={go} />
          <SaveMenu scene={scene} picture={() => picture.current} address={address} range={graph.range} seconds={seconds} />
        </Tools>
      </div>
    </div>
  );
}
