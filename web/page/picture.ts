// The live picture: one cytoscape instance that is fed with graphs and keeps its view, and two
// canvases over it. Knows nothing of the rest of the page but three callbacks.
import cytoscape from "cytoscape";
import type { Label } from "./address";
import { CHANGES } from "./compare";
import type { Card, Line, Scene } from "./fold";
import { failedText, percentileOf } from "./figures";
import { bytes, milliseconds, rate } from "./format";
import { heatOf, mixed, widthOf, type Heat } from "./heat";
import { lockText } from "./icons";
import { placeLabels, type ToPlace } from "./labels";
import { FADED, stylesheet } from "./looks";
import { drawMap, mapPoint } from "./minimap";
import { drawTexts, drawTraffic, LABEL, type BoxToDraw, type CardToDraw, type EdgeToDraw, type LabelToDraw, type View } from "./paint";
import { spoiledText } from "./parts";
import { columnsOf, flatten, laid, laidWay, ONWARD, portsOf, relative, wayBetween, type Flow, type Link, type Path, type Point } from "./route";
import { readPalette } from "./theme";

export interface Callbacks {
  onNode(card: Card): void;
  onEdge(line: Line): void;
  onBox(key: string): void;
  onNothing(): void;
}

export interface Canvases {
  cards: HTMLCanvasElement;
  traffic: HTMLCanvasElement;
  map: HTMLCanvasElement;
}

/** Ids of elements, "n1" and "e1". */
export interface Focus {
  chosen: Set<string>;
  lit: Set<string> | null; // null: all
}

const READABLE = 0.6; // zoom
const FRAME_MS = 30; // as often as traffic needs to be drawn to seem to flow
const ANIMATED_MAX = 600; // edges; past it nothing moves, so that the page stays quick

function figureOf(edge: Line, label: Label, seconds: number): string {
  const most = edge.merged && edge.merged.length > 1 ? "≤ " : "";
  const latency = (ms: number | null | undefined) => (ms != null ? most + milliseconds(ms) : "");
  const figures: Record<Label, () => string> = {
    none: () => "",
    rate: () => (edge.requests ? rate(edge.rate_per_s) : ""),
    errors: () => (edge.requests ? failedText(edge) : ""),
    p50: () => latency(percentileOf(edge.latency_ms, "p50")),
    p95: () => latency(percentileOf(edge.latency_ms, "p95")),
    p99: () => latency(percentileOf(edge.latency_ms, "p99")),
    throughput: () => (seconds > 0 ? bytes((edge.request_bytes + edge.response_bytes) / seconds) + "/s" : ""),
    bytes: () => bytes(edge.request_bytes + edge.response_bytes),
    protocol: () => (edge.merged ? edge.protocol : `${edge.protocol} :${edge.port}`),
    tls: () => (edge.merged ? "" : lockText(edge)),
  };
  return figures[label]();
}

/** What stands on an edge; `seconds` is the length of the range. */
export function labelOf(edge: Line, label: Label, seconds: number): string {
  const change = edge.change ? [CHANGES[edge.change][0], edge.was ?? CHANGES[edge.change][1]].join(" ") : "";
  const slower = edge.slower && !edge.change ? `▲ ${edge.slower.toPrecision(2)}×` : "";
  return [change || figureOf(edge, label, seconds), slower, spoiledText(edge.quality)].filter(Boolean).join("  ");
}

const DASHES: Record<string, number[]> = { warn: [9, 5], bad: [3, 4], idle: [1, 5], good: [1, 0] };

/** True if the text is part of a name, of a protocol, or the port. */
export function matches(find: string, ...texts: (string | number)[]): boolean {
  const words = find.toLowerCase().split(/\s+/).filter(Boolean);
  return words.every((word) => texts.some((text) => String(text).toLowerCase().includes(word)));
}

const KEPT = ["chosen", "hover", "faded"];

export class Picture {
  private cy: cytoscape.Core;
  private palette = readPalette();
  private scene: Scene | null = null;
  private cards = new Map<string, Card>();
  private lines = new Map<string, Line>();
  private texts = new Map<string, string>();
  private heat: Heat | null = null;
  private paths = new Map<string, Path>();
  private labelPlaces = new Map<string, Point>();
  private measure = document.createElement("canvas").getContext("2d")!;
  private moved = new Map<string, Point>(); // by the user; kept until the page is left
  private faded = new Set<string>();
  private rerouted = true; // something came, went or moved since lines were laid
  private flow = ONWARD;
  private extent: cytoscape.BoundingBox12 & cytoscape.BoundingBoxWH | null = null;
  private fitted = false;
  private own = false; // the user moved the view
  private moving = true;
  private clock = 0; // of the traffic: stands still while it does
  private before = 0;
  private frame = 0;
  private still = matchMedia("(prefers-reduced-motion: reduce)");
  private resize: ResizeObserver;

  constructor(
    box: HTMLElement,
    private canvas: Canvases,
    callbacks: Callbacks,
  ) {
    this.cy = cytoscape({
      container: box,
      style: stylesheet(this.palette),
      minZoom: 0.03,
      maxZoom: 2.5,
      boxSelectionEnabled: false,
      autounselectify: true,
    });
    this.listen(callbacks);
    this.resize = new ResizeObserver(() => this.onResize());
    this.resize.observe(box);
    this.animate = this.animate.bind(this);
    this.frame = requestAnimationFrame(this.animate);
  }

  /** Room that comes back, of a panel that was closed, is used again, unless the view is the user's own. */
  private onResize() {
    const before = this.cy.width();
    this.cy.resize();
    if (this.fitted && !this.own && this.cy.width() > before) this.fit();
    else this.reveal();
  }

  private listen(callbacks: Callbacks) {
    this.cy.on("dragpan scrollzoom pinchzoom", () => (this.own = true));
    this.cy.on("tap", (event) => {
      const id = event.target === this.cy ? "" : event.target.id();
      if (this.cards.has(id)) callbacks.onNode(this.cards.get(id)!);
      else if (this.lines.has(id)) callbacks.onEdge(this.lines.get(id)!);
      else if (id.startsWith("b") && this.onTitle(event.target, event.position)) callbacks.onBox(id.slice(1));
      else callbacks.onNothing();
    });
    this.cy.on("mouseover", "node, edge", (event) => this.hover(event.target, true));
    this.cy.on("mouseout", "node, edge", (event) => this.hover(event.target, false));
    this.cy.on("drag", "node", (event) => {
      event.target.union(event.target.children()).forEach((node: cytoscape.NodeSingular) => {
        if (!node.isParent()) this.moved.set(node.id(), { ...node.position() });
      });
      this.routeAll();
    });
    this.cy.on("render", () => this.paintTexts());
  }

  private onTitle(box: cytoscape.NodeSingular, at: Point): boolean {
    return at.y < box.boundingBox({ includeOverlays: false }).y1 + 34;
  }

  destroy() {
    cancelAnimationFrame(this.frame);
    this.resize.disconnect();
    this.cy.destroy();
  }

  /** In new colours; show() has to follow. */
  recolor() {
    this.palette = readPalette();
    this.cy.style(stylesheet(this.palette));
  }

  setMoving(moving: boolean) {
    this.moving = moving;
  }

  show(scene: Scene, places: Map<string, Point>, flow: Flow, label: Label, seconds: number) {
    const start = performance.now();
    this.scene = scene;
    if (flow !== this.flow) this.moved.clear();
    this.flow = flow;
    this.cy.batch(() => {
      this.showBoxes(scene);
      this.showCards(scene.cards, places);
      this.showLines(scene.lines, label, seconds);
      this.removeBoxes(scene);
      if (this.rerouted) this.layLines();
    });
    this.placeAllLabels();
    this.cy.emit("render");
    if (!this.fitted && scene.cards.length) {
      this.fitted = true;
      this.fit();
    }
    performance.clearMeasures("tapgraph-show"); // the last one is enough
    performance.measure("tapgraph-show", { start });
  }

  private showBoxes(scene: Scene) {
    for (const { key } of scene.boxes)
      if (this.cy.getElementById("b" + key).empty()) this.cy.add({ group: "nodes", data: { id: "b" + key }, classes: ["box"], grabbable: true });
  }

  private removeBoxes(scene: Scene) {
    const open = new Set(scene.boxes.map((box) => "b" + box.key));
    this.cy.nodes(".box").forEach((box) => void (open.has(box.id()) || this.cy.remove(box)));
  }

  private showCards(cards: Card[], places: Map<string, Point>) {
    const seen = new Map<string, Card>();
    const fresh: cytoscape.ElementDefinition[] = [];
    for (const card of cards) {
      const id = "n" + card.id;
      seen.set(id, card);
      const place = this.moved.get(id) ?? places.get(id) ?? { x: 0, y: 0 };
      const classes = [card.health, card.name === "external" ? "external" : card.source, card.change ?? ""].filter(Boolean);
      let old = this.cy.getElementById(id);
      const parent = card.box ? "b" + card.box : null;
      if (old.nonempty() && (old.data("parent") ?? null) !== parent) {
        old.remove();
        old = this.cy.getElementById(id);
      }
      if (old.empty()) {
        fresh.push({ group: "nodes", data: { id, ...(parent ? { parent } : {}) }, position: { ...place }, classes });
        continue;
      }
      this.restyle(old, classes);
      const at = old.position();
      if (!old.grabbed() && (at.x !== place.x || at.y !== place.y)) {
        old.position({ ...place });
        this.rerouted = true;
      }
    }
    for (const id of this.cards.keys())
      if (!seen.has(id)) {
        this.cy.getElementById(id).remove();
        this.rerouted = true;
      }
    this.add(fresh);
    this.cards = seen;
  }

  private add(fresh: cytoscape.ElementDefinition[]) {
    if (!fresh.length) return;
    this.cy.add(fresh);
    this.rerouted = true;
  }

  /** Sets classes, but leaves alone what has them. */
  private restyle(element: cytoscape.SingularElementReturnValue, classes: string[]) {
    const now = classes.join(" ");
    if (element.scratch("_looks") === now) return;
    element.scratch("_looks", now);
    element.classes([...classes, ...KEPT.filter((name) => element.hasClass(name))]);
  }

  private showLines(lines: Line[], label: Label, seconds: number) {
    const seen = new Map<string, Line>();
    const fresh: cytoscape.ElementDefinition[] = [];
    this.texts.clear();
    this.heat = heatOf(lines, label);
    for (const line of lines) {
      const id = "e" + line.id;
      const ends = { source: "n" + line.client_id, target: "n" + line.server_id };
      if (!this.cards.has(ends.source) || !this.cards.has(ends.target)) continue;
      seen.set(id, line);
      this.texts.set(id, labelOf(line, label, seconds));
      const data = { width: Math.round(widthOf(line, this.heat) * 10) / 10, color: this.colorOf(line), dash: DASHES[line.health] };
      const classes = [line.health, line.change ?? "", this.heat?.coloured ? "heat" : ""].filter(Boolean);
      const old = this.cy.getElementById(id);
      if (old.empty()) {
        const start = { from: "0px 0px", to: "0px 0px", weights: [0.5], distances: [0] };
        fresh.push({ group: "edges", data: { id, ...ends, ...start, ...data }, classes });
        continue;
      }
      if (old.data("width") !== data.width || old.data("color") !== data.color) old.data(data);
      this.restyle(old, classes);
    }
    for (const id of this.lines.keys())
      if (!seen.has(id)) {
        this.cy.getElementById(id).remove();
        this.rerouted = true;
      }
    this.add(fresh);
    this.lines = seen;
  }

  /** By the heat, if that has colours; else by health. */
  private colorOf(line: Line): string {
    if (!this.heat?.coloured) return this.palette.health[line.health];
    return mixed(this.palette.cool, this.palette.hot, this.heat.of(line) ?? 0);
  }

  private routeAll() {
    this.cy.batch(() => this.layLines());
    this.placeAllLabels();
  }

  /** Lays every line anew. */
  private layLines() {
    this.rerouted = false;
    this.extent = null;
    const places = this.places();
    const at = new Map([...places].map(([id, place]) => [id, laid(this.flow, place)]));
    const columns = columnsOf(at.values(), this.flow);
    const links: Link[] = [];
    for (const [id, line] of this.lines) {
      const client = "n" + line.client_id;
      const server = "n" + line.server_id;
      links.push({ id, client, server, a: at.get(client)!, b: at.get(server)! });
    }
    const ports = portsOf(links, this.flow);
    let back = 0;
    this.paths.clear();
    for (const { id, a, b, client, server } of links) {
      const way = laidWay(this.flow, wayBetween(a, b, ports.get(id)!, columns, b.x > a.x ? 0 : back++, this.flow));
      this.paths.set(id, flatten(way));
      const px = (p: Point, o: Point) => `${(p.x - o.x).toFixed(1)}px ${(p.y - o.y).toFixed(1)}px`;
      this.cy.getElementById(id).data({ from: px(way.from, places.get(client)!), to: px(way.to, places.get(server)!), ...relative(way) });
    }
  }

  private places(): Map<string, Point> {
    const places = new Map<string, Point>();
    for (const id of this.cards.keys()) places.set(id, { ...this.cy.getElementById(id).position() });
    return places;
  }

  /** Those that matter most get their place first. */
  private placeAllLabels() {
    const labels: (ToPlace & { weight: number })[] = [];
    this.measure.font = LABEL.font;
    for (const [id, line] of this.lines) {
      const text = this.texts.get(id);
      if (!text) continue;
      const width = this.measure.measureText(text).width + 2 * LABEL.padding;
      const weight = line.rate_per_s * (line.health === "bad" ? 100 : line.health === "warn" ? 10 : 1) + (line.change ? 1e6 : 0);
      labels.push({ id, path: this.paths.get(id)!, width, height: LABEL.height, weight });
    }
    labels.sort((a, b) => b.weight - a.weight);
    this.labelPlaces = placeLabels(labels, this.places().values());
  }

  /** What is chosen or looked for stands out, the rest is faded. */
  focus({ chosen, lit }: Focus) {
    this.faded.clear();
    this.cy.batch(() => {
      this.cy.elements().forEach((one) => {
        const id = one.id();
        const fades = lit !== null && !lit.has(id) && !id.startsWith("b");
        if (fades) this.faded.add(id);
        if (one.hasClass("chosen") !== chosen.has(id)) one.toggleClass("chosen", chosen.has(id));
        if (one.hasClass("faded") !== fades) one.toggleClass("faded", fades);
      });
    });
    this.reveal();
  }

  /** Moves the drawing just as far as it takes for what is chosen to be seen. */
  private reveal() {
    const chosen = this.cy.$(".chosen");
    if (chosen.empty() || !this.fitted) return;
    const box = chosen.union(chosen.connectedNodes()).renderedBoundingBox();
    const shift = (low: number, high: number, size: number) => {
      if (high - low > size - 40) return 0;
      return low < 20 ? 20 - low : high > size - 20 ? size - 20 - high : 0;
    };
    this.cy.panBy({ x: shift(box.x1, box.x2, this.cy.width()), y: shift(box.y1, box.y2, this.cy.height()) });
  }

  private hover(element: cytoscape.SingularElementReturnValue, on: boolean) {
    element.toggleClass("hover", on && !element.hasClass("box"));
    this.cy.container()!.style.cursor = on && !element.hasClass("box") ? "pointer" : "";
  }

  /** Everything in sight; on a narrow screen all of its breadth, from the top on, and never so small that nothing can
   * be read. */
  fit() {
    this.own = false;
    this.cy.fit(undefined, this.flow.down ? 12 : 22);
    if (this.cy.zoom() > 1.15) this.cy.zoom(1.15);
    const box = this.cy.elements().boundingBox();
    const zoom = Math.min(1, Math.max(READABLE, (this.cy.width() - 16) / box.w));
    if (!this.flow.down || this.cy.zoom() >= zoom) return void this.cy.center();
    this.cy.zoom(zoom);
    const first = this.cy.nodes().min((node) => node.position("y")).ele.position("x");
    const middle = box.w * zoom < this.cy.width() ? (box.x1 + box.x2) / 2 : first;
    this.cy.pan({ x: this.cy.width() / 2 - middle * zoom, y: 12 - box.y1 * zoom });
  }

  zoomBy(factor: number) {
    this.own = true;
    const middle = { x: this.cy.width() / 2, y: this.cy.height() / 2 };
    this.cy.zoom({ level: this.cy.zoom() * factor, renderedPosition: middle });
  }

  /** Where cards are, for stepping from one to the next. */
  placeOf(id: number): Point | undefined {
    const node = this.cy.getElementById("n" + id);
    return node.nonempty() ? { ...node.position() } : undefined;
  }

  /** Centres on the place of the map that was pointed at. */
  goTo(x: number, y: number) {
    this.own = true;
    const at = mapPoint(this.canvas.map, this.bounds(), x, y);
    const zoom = this.cy.zoom();
    this.cy.pan({ x: this.cy.width() / 2 - at.x * zoom, y: this.cy.height() / 2 - at.y * zoom });
  }

  /** Of the whole drawing; what it takes to find is worth remembering. */
  private bounds() {
    this.extent ??= this.cy.elements().boundingBox({ includeOverlays: false });
    return this.extent;
  }

  private view(): View {
    return { zoom: this.cy.zoom(), pan: this.cy.pan() };
  }

  private opacity(id: string) {
    return this.faded.has(id) ? FADED : 1;
  }

  private textsToDraw(): [CardToDraw[], LabelToDraw[], BoxToDraw[]] {
    const cards: CardToDraw[] = [];
    for (const [id, card] of this.cards) cards.push({ service: card, at: this.cy.getElementById(id).position(), opacity: this.opacity(id) });
    const labels: LabelToDraw[] = [];
    for (const [id, at] of this.labelPlaces) labels.push({ text: this.texts.get(id) ?? "", at, opacity: this.opacity(id) });
    const boxes = (this.scene?.boxes ?? []).flatMap((box): BoxToDraw[] => {
      const drawn = this.cy.getElementById("b" + box.key);
      if (drawn.empty()) return [];
      const bounds = drawn.boundingBox({ includeOverlays: false });
      return [{ text: `▾ ${box.title} · ${box.count}`, at: { x: bounds.x1 + 14, y: bounds.y1 + 16 }, width: bounds.w - 28 }];
    });
    return [cards, labels, boxes];
  }

  private paintTexts() {
    const texts = this.textsToDraw();
    drawTexts(this.canvas.cards, this.view(), ...texts, this.palette);
    if (this.canvas.map.offsetParent) drawMap(this.canvas.map, this.bounds(), this.cy.extent(), texts[0], this.palette);
    if (!this.moves()) drawTraffic(this.canvas.traffic, this.view(), [], 0);
  }

  private moves() {
    return !this.still.matches && this.paths.size <= ANIMATED_MAX;
  }

  private animate(now: number) {
    this.frame = requestAnimationFrame(this.animate);
    if (now - this.before < FRAME_MS) return;
    if (this.moving) this.clock += Math.min(100, now - this.before);
    this.before = now;
    if (document.hidden || !this.moves()) return;
    const edges: EdgeToDraw[] = [];
    for (const [id, path] of this.paths) edges.push({ edge: this.lines.get(id)!, path, opacity: this.opacity(id), color: this.colorOf(this.lines.get(id)!) });
    drawTraffic(this.canvas.traffic, this.view(), edges, this.clock);
  }

  /** What is drawn, for a file: the ways of lines and the places of cards. */
  drawn() {
    const boxes = (this.scene?.boxes ?? []).map((box) => ({ box, bounds: this.cy.getElementById("b" + box.key).boundingBox({ includeOverlays: false }) }));
    return { places: this.places(), paths: this.paths, texts: this.texts, labels: this.labelPlaces, cards: this.cards, lines: this.lines, strokes: new Map([...this.lines].map(([id, line]) => [id, { color: this.colorOf(line), width: widthOf(line, this.heat) }])), boxes, bounds: this.bounds(), palette: this.palette };
  }

  /** The whole drawing as a picture, with all that stands on the canvases. */
  async png(): Promise<Blob> {
    const bounds = this.bounds();
    const scale = Math.max(0.1, Math.min(2, 8000 / Math.max(bounds.w, bounds.h)));
    const base = await this.cy.png({ output: "blob-promise", full: true, scale, bg: this.palette.ground });
    const bitmap = await createImageBitmap(base);
    const canvas = document.createElement("canvas");
    canvas.width = bitmap.width;
    canvas.height = bitmap.height;
    const view = { zoom: scale, pan: { x: -bounds.x1 * scale, y: -bounds.y1 * scale } };
    canvas.getContext("2d")!.drawImage(bitmap, 0, 0);
    drawTexts(canvas, view, ...this.textsToDraw(), this.palette, true);
    return new Promise((resolve, reject) => canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("too large a picture"))), "image/png"));
  }
}
