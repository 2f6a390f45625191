// How cytoscape draws cards, boxes and lines.
import type cytoscape from "cytoscape";
import { CARD } from "./route";
import type { Palette } from "./theme";

export const FADED = 0.22;

const edgeData = (name: string) => (edge: cytoscape.EdgeSingular) => edge.data(name);

function cards(p: Palette) {
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
    { selector: "node.folded", style: { "border-style": "double", "border-width": 5 } },
    { selector: "node.warn", style: { "border-color": p.health.warn, "border-width": 2 } },
    { selector: "node.bad", style: { "border-color": p.health.bad, "border-width": 2.5 } },
    { selector: "node.folded.warn, node.folded.bad", style: { "border-width": 5 } },
    { selector: "node.came", style: { "border-color": p.accent, "border-width": 3 } },
    { selector: "node.went", style: { "border-color": p.muted, "border-style": "dotted", "border-width": 2, "background-opacity": 0.35 } },
    {
      selector: "node.box",
      style: {
        "background-color": p.accent,
        "background-opacity": 0.05,
        "border-width": 1.25,
        "border-color": p.cardEdge,
        "corner-radius": 16,
        padding: "26px",
      },
    },
    { selector: "node.chosen", style: { "outline-width": 3, "outline-color": p.accent, "outline-offset": 2 } },
    { selector: "node.hover", style: { "border-color": p.accent } },
  ];
}

function lines(p: Palette) {
  return [
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
        "source-endpoint": edgeData("from"),
        "target-endpoint": edgeData("to"),
        "control-point-weights": edgeData("weights"),
        "control-point-distances": edgeData("distances"),
        "line-opacity": 0.62,
        "overlay-opacity": 0,
        "overlay-padding": 8,
        "z-index": 1,
        "z-compound-depth": "top",
      },
    },
    { selector: "edge.warn, edge.bad, edge.idle", style: { "line-style": "dashed", "line-dash-pattern": edgeData("dash"), "line-opacity": 0.9 } },
    { selector: "edge.heat", style: { "line-opacity": 0.95 } },
    { selector: "edge.bad", style: { "target-arrow-shape": "tee", "arrow-scale": 1.2 } },
    { selector: "edge.came", style: { "line-color": p.accent, "target-arrow-color": p.accent, "line-style": "solid", "line-opacity": 1 } },
    { selector: "edge.went", style: { "line-color": p.muted, "target-arrow-color": p.muted, "line-style": "dotted", width: 2 } },
    { selector: "edge.hover, edge.chosen", style: { "line-opacity": 1, "underlay-color": p.accent, "underlay-opacity": 0.22, "underlay-padding": 5, "z-index": 9 } },
  ];
}

export function stylesheet(p: Palette): cytoscape.StylesheetJson {
  return [...cards(p), ...lines(p), { selector: ".faded", style: { opacity: FADED } }] as unknown as cytoscape.StylesheetJson;
}
