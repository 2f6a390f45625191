// The live picture: one cytoscape instance that is fed with graphs and keeps its view, and two
// canvases over it. Knows nothing of the rest of the page but three callbacks.
import cytoscape from "cytoscape";
import type { Edge, Graph, Service } from "./api";
import type { Label } from "./address";
import { bytes, milliseconds, rate, share } from "./format";
import { spoiledText } from "./parts";
import { placeLabels, type ToPlace } from "./labels";
import { drawTexts, drawTraffic, LABEL, type CardToDraw, type EdgeToDraw, type LabelToDraw } from "./paint";
import { CARD, COLUMN, ROW, columnsOf, flatten, portsOf, relative, wayBetween, type Link, type Path, type Point } from "./route";
import { readPalette, type Palette } from "./theme";

export interface Callbacks {
  onNode(name: string): void;
  onEdge(id: number): void;
  onNothing(): void;
}

export interface Focus {
  node: string; // "" = none
  edge: number; // 0 = none
  find: string;
}

const FADED = 0.22;
const READABLE = 0.6; // zoom
const ANIMATED_MAX = 600; // edges; past it nothing moves, so that the page stays quick

export function labelOf(edge: Edge, label: Label): string {
  const figures: Record<Label, () => string> = {
    none: () => "",
    rate: () => (edge.requests ? rate(edge.rate_per_s) : ""),
    errors: () => (edge.requests ? share(edge.error_rate) : ""),
    p50: () => (edge.latency_ms?.p50 != null ? milliseconds(edge.latency_ms.p50) : ""),
    p95: () => (edge.latency_ms?.p95 != null ? milliseconds(edge.latency_ms.p95) : ""),
    p99: () => (edge.latency_ms?.p99 != null ? milliseconds(edge.latency_ms.p99) : ""),
    bytes: () => bytes(edge.request_bytes + edge.response_bytes),
    protocol: () => `${edge.protocol} :${edge.port}`,
  };
  return [figures[label](), spoiledText(edge.quality)].filter(Boolean).join("  ");
}

/** 1.4 to 7 by the logarithm of the rate. */
const widthOf = (edge: Edge) => Math.min(7, 1.4 + 0.75 * Math.log2(1 + edge.rate_per_s));

const DASHES: Record<string, number[]> = { warn: [9, 5], bad: [3, 4], idle: [1, 5], good: [1, 0] };

/** True if the text is part of a name, of a protocol, or the port. */
export function matches(find: string, ...texts: (string | number)[]): boolean {
  const words = find.toLowerCase().split(/\s+/).filter(Boolean);
  return words.every((word) => texts.some((text) => String(text).toLowerCase().includes(word)));
}

function stylesheet(p: Palette): cytoscape.StylesheetJson {
  return [
    {
      selector: "node",
      style: {
        shape: "round-rectangle",
        width: CARD.width,
        height: CARD.height,
        "corner-radius": 12,
        "background-color": p.card,
        "border-width": 1.25,
        "border-color": p.cardEdge,
        "overlay-opacity": 0,
      },
    },
    { selector: "node.address", style: { "corner-radius": 5, "background-color": p.ground } },
    { selector: "node.external", style: { "border-style": "dashed", "corner-radius": CARD.height / 2, "border-width": 1.5, "border-color": p.muted } },
    { selector: "node.warn", style: { "border-color": p.health.warn, "border-width": 2 } },
    { selector: "node.bad", style: { "border-color": p.health.bad, "border-width": 2.5 } },
    { selector: "node.chosen", style: { "outline-width": 3, "outline-color": p.accent, "outline-offset": 2 } },
    { selector: "node.hover", style: { "border-color": p.accent } },
    {
      selector: "edge",
      style: {
        width: "data(width)",
        "line-color": "data(color)",
        "target-arrow-color": "data(color)",
        "target-arrow-shape": "triangle",
        "arrow-scale": 0.9,
        "curve-style": "unbundled-bezier",
        "edge-distances": "endpoints",
        "source-endpoint": (e: cytoscape.EdgeSingular) => e.data("from"),
        "target-endpoint": (e: cytoscape.EdgeSingular) => e.data("to"),
        "control-point-weights": (e: cytoscape.EdgeSingular) => e.data("weights"),
        "control-point-distances": (e: cytoscape.EdgeSingular) => e.data("distances"),
        "line-opacity": 0.62,
        "overlay-opacity": 0,
        "overlay-padding": 8,
      } as unknown as cytoscape.Css.Edge,
    },
    { selector: "edge.warn, edge.bad, edge.idle", style: { "line-style": "dashed", "line-dash-pattern": (e: cytoscape.EdgeSingular) => e.data("dash"), "line-opacity": 0.9 } as unknown as cytoscape.Css.Edge },
    { selector: "edge.bad", style: { "target-arrow-shape": "tee", "arrow-scale": 1.2 } },
    { selector: "edge.hover, edge.chosen", style: { "line-opacity": 1, "underlay-color": p.accent, "underlay-opacity": 0.22, "underlay-padding": 5, "z-index": 9 } },
    { selector: ".faded", style: { opacity: FADED } },
  ] as cytoscape.StylesheetJson;
}

export class Picture {
  private cy: cytoscape.Core;
  private palette = readPalette();
  private graph: Graph | null = null;
  private services = new Map<string, Service>();
  private edges = new Map<string, Edge>();
  private paths = new Map<string, Path>();
  private labelPlaces = new Map<string, Point>();
  private measure = document.createElement("canvas").getContext("2d")!;
  private moved = new Map<string, Point>(); // by the user; kept until the page is left
  private label: Label = "rate";
  private fitted = false;
  private frame = 0;
  private still = matchMedia("(prefers-reduced-motion: reduce)");
  private resize: ResizeObserver;

  constructor(
    box: HTMLElement,
    private cards: HTMLCanvasElement,
    private traffic: HTMLCanvasElement,
    callbacks: Callbacks,
  ) {
    this.cy = cytoscape({
      container: box,
      style: stylesheet(this.palette),
      minZoom: 0.05,
      maxZoom: 2.5,
      boxSelectionEnabled: false,
      autounselectify: true,
    });
    this.cy.on("tap", (event) => {
      if (event.target === this.cy) callbacks.onNothing();
      else if (event.target.isNode()) callbacks.onNode(event.target.data("name"));
      else callbacks.onEdge(event.target.data("number"));
    });
    this.cy.on("mouseover", "node, edge", (event) => this.hover(event.target, true));
    this.cy.on("mouseout", "node, edge", (event) => this.hover(event.target, false));
    this.cy.on("drag", "node", (event) => {
      this.moved.set(event.target.id(), { ...event.target.position() });
      this.routeAll();
    });
    this.cy.on("render", () => this.paintTexts());
    this.resize = new ResizeObserver(() => {
      this.cy.resize();
      this.reveal();
    });
    this.resize.observe(box);
    this.animate = this.animate.bind(this);
    this.frame = requestAnimationFrame(this.animate);
  }

  destroy() {
    cancelAnimationFrame(this.frame);
    this.resize.disconnect();
    this.cy.destroy();
  }

  recolor() {
    this.palette = readPalette();
    this.cy.style(stylesheet(this.palette));
    if (this.graph) this.show(this.graph, this.label);
  }

  show(graph: Graph, label: Label) {
    this.graph = graph;
    this.label = label;
    this.cy.batch(() => {
      this.showNodes(graph.nodes);
      this.showEdges(graph.edges);
      this.routeAll();
    });
    if (!this.fitted && graph.nodes.length) {
      this.fitted = true;
      this.fit();
    }
  }

  private showNodes(nodes: Service[]) {
    const seen = new Set<string>();
    this.services.clear();
    for (const node of nodes) {
      const id = "n" + node.id;
      seen.add(id);
      this.services.set(id, node);
      const place = this.moved.get(id) ?? { x: node.x * COLUMN, y: node.y * ROW };
      const classes = [node.health, node.name === "external" ? "external" : node.source];
      const old = this.cy.getElementById(id);
      if (old.empty()) {
        this.cy.add({ group: "nodes", data: { id, name: node.name }, position: place, classes });
        continue;
      }
      const keep = ["chosen", "hover", "faded"].filter((name) => old.hasClass(name));
      old.data("name", node.name);
      old.classes([...classes, ...keep]);
      const at = old.position();
      if (!old.grabbed() && (at.x !== place.x || at.y !== place.y)) old.position(place);
    }
    this.cy.nodes().forEach((node) => void (seen.has(node.id()) || this.cy.remove(node)));
  }

  private showEdges(edges: Edge[]) {
    const seen = new Set<string>();
    this.edges.clear();
    for (const edge of edges) {
      const id = "e" + edge.id;
      if (!this.services.has("n" + edge.client_id) || !this.services.has("n" + edge.server_id)) continue;
      seen.add(id);
      this.edges.set(id, edge);
      const data = {
        width: widthOf(edge),
        color: this.palette.health[edge.health],
        dash: DASHES[edge.health],
        number: edge.id,
      };
      const old = this.cy.getElementById(id);
      if (old.empty()) {
        const ends = { id, source: "n" + edge.client_id, target: "n" + edge.server_id };
        const start = { from: "0px 0px", to: "0px 0px", weights: [0.5], distances: [0] };
        this.cy.add({ group: "edges", data: { ...ends, ...start, ...data }, classes: [edge.health] });
        continue;
      }
      const keep = ["chosen", "hover", "faded"].filter((name) => old.hasClass(name));
      old.data(data);
      old.classes([edge.health, ...keep]);
    }
    this.cy.edges().forEach((edge) => void (seen.has(edge.id()) || this.cy.remove(edge)));
  }

  /** Lays every edge anew, and then the labels. */
  private routeAll() {
    const places = new Map<string, Point>();
    this.cy.nodes().forEach((node) => void places.set(node.id(), { ...node.position() }));
    const columns = columnsOf(places.values());
    const links: Link[] = [];
    for (const [id, edge] of this.edges) {
      const client = "n" + edge.client_id;
      const server = "n" + edge.server_id;
      links.push({ id, client, server, a: places.get(client)!, b: places.get(server)! });
    }
    const ports = portsOf(links);
    let back = 0;
    this.paths.clear();
    for (const { id, a, b } of links) {
      const way = wayBetween(a, b, ports.get(id)!, columns, b.x > a.x ? 0 : back++);
      this.paths.set(id, flatten(way));
      const px = (p: Point, o: Point) => `${(p.x - o.x).toFixed(1)}px ${(p.y - o.y).toFixed(1)}px`;
      this.cy.getElementById(id).data({ from: px(way.from, a), to: px(way.to, b), ...relative(way) });
    }
    this.placeAllLabels(places.values());
  }

  /** Those that matter most get their place first. */
  private placeAllLabels(cards: Iterable<Point>) {
    const labels: (ToPlace & { weight: number })[] = [];
    this.measure.font = LABEL.font;
    for (const [id, edge] of this.edges) {
      const text = labelOf(edge, this.label);
      if (!text) continue;
      const width = this.measure.measureText(text).width + 2 * LABEL.padding;
      const weight = edge.rate_per_s * (edge.health === "bad" ? 100 : edge.health === "warn" ? 10 : 1);
      labels.push({ id, path: this.paths.get(id)!, width, height: LABEL.height, weight });
    }
    labels.sort((a, b) => b.weight - a.weight);
    this.labelPlaces = placeLabels(labels, cards);
  }

  /** What is chosen or searched for stands out, the rest is faded. */
  focus({ node, edge, find }: Focus) {
    const all = this.cy.elements();
    let lit = this.cy.collection();
    let chosen = this.cy.collection();
    if (node) chosen = this.cy.nodes().filter((n) => n.data("name") === node);
    else if (edge) chosen = this.cy.getElementById("e" + edge);
    if (chosen.nonempty()) lit = node ? chosen.closedNeighborhood() : chosen.union(chosen.connectedNodes());
    else if (find.trim()) lit = this.found(find);
    this.cy.batch(() => {
      all.removeClass("chosen faded");
      chosen.addClass("chosen");
      if (chosen.nonempty() || find.trim()) all.difference(lit).addClass("faded");
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

  private found(find: string): cytoscape.CollectionReturnValue {
    const nodes = this.cy.nodes().filter((node) => {
      const service = this.services.get(node.id());
      return !!service && matches(find, service.name, service.address, String(service.protocols));
    });
    const edges = this.cy.edges().filter((one) => {
      const edge = this.edges.get(one.id());
      return !!edge && matches(find, edge.client, edge.server, edge.protocol, edge.port);
    });
    return nodes.union(edges).union(edges.connectedNodes());
  }

  private hover(element: cytoscape.SingularElementReturnValue, on: boolean) {
    element.toggleClass("hover", on);
    this.cy.container()!.style.cursor = on ? "pointer" : "";
  }

  /** Everything in sight; on a narrow screen never so small that nothing can be read. */
  fit() {
    const narrow = this.cy.width() < 700;
    this.cy.fit(undefined, narrow ? 16 : 44);
    if (this.cy.zoom() > 1.15) this.cy.zoom(1.15);
    if (narrow && this.cy.zoom() < READABLE) {
      this.cy.zoom(READABLE);
      const box = this.cy.elements().boundingBox();
      this.cy.pan({ x: 16 - box.x1 * READABLE, y: this.cy.height() / 2 - ((box.y1 + box.y2) / 2) * READABLE });
      return;
    }
    this.cy.center();
  }

  zoomBy(factor: number) {
    const middle = { x: this.cy.width() / 2, y: this.cy.height() / 2 };
    this.cy.zoom({ level: this.cy.zoom() * factor, renderedPosition: middle });
  }

  private view() {
    return { zoom: this.cy.zoom(), pan: this.cy.pan() };
  }

  private paintTexts() {
    const opacity = (one: { hasClass(name: string): boolean }) => (one.hasClass("faded") ? FADED : 1);
    const cards: CardToDraw[] = [];
    this.cy.nodes().forEach((node) => {
      const service = this.services.get(node.id());
      if (service) cards.push({ service, at: node.position(), opacity: opacity(node) });
    });
    const labels: LabelToDraw[] = [];
    for (const [id, at] of this.labelPlaces) {
      const text = labelOf(this.edges.get(id)!, this.label);
      labels.push({ text, at, opacity: opacity(this.cy.getElementById(id)) });
    }
    drawTexts(this.cards, this.view(), cards, labels, this.palette);
    if (!this.moves()) drawTraffic(this.traffic, this.view(), [], this.palette, 0);
  }

  private moves() {
    return !this.still.matches && this.paths.size <= ANIMATED_MAX;
  }

  private animate(now: number) {
    this.frame = requestAnimationFrame(this.animate);
    if (document.hidden || !this.moves()) return;
    const edges: EdgeToDraw[] = [];
    for (const [id, path] of this.paths) {
      const edge = this.edges.get(id)!;
      const faded = this.cy.getElementById(id).hasClass("faded");
      edges.push({ edge, path, opacity: faded ? FADED : 1 });
    }
    drawTraffic(this.traffic, this.view(), edges, this.palette, now);
  }
}
