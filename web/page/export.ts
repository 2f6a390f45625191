// The graph as it is shown, as text: SVG, DOT, Mermaid and JSON. Names are hostile, so each format has its
// own way to quote them.
import type { Card, Line, Scene } from "./fold";
import type { Range } from "./api";
import type { Picture } from "./picture";
import { summary } from "./paint";
import { shorten } from "./format";
import { CARD, type Path, type Point } from "./route";

const xml = (text: string) =>
  text
    .replace(/[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "\ufffd")
    .replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);

const n = (value: number) => value.toFixed(1);

function svgLine(path: Path, color: string, width: number, dash: string): string {
  const d = path.points.map((p, i) => `${i ? "L" : "M"}${n(p.x)} ${n(p.y)}`).join("");
  return `<path d="${d}" fill="none" stroke="${color}" stroke-width="${n(width)}"${dash ? ` stroke-dasharray="${dash}"` : ""} marker-end="url(#to)"/>`;
}

function svgCard(card: Card, at: Point, p: { card: string; text: string; muted: string }, color: string): string {
  const left = at.x - CARD.width / 2;
  const [figures, errors] = summary(card);
  return (
    `<g><title>${xml(card.name)}</title>` +
    `<rect x="${n(left)}" y="${n(at.y - CARD.height / 2)}" width="${CARD.width}" height="${CARD.height}" rx="12" fill="${p.card}" stroke="${color}" stroke-width="2"/>` +
    `<text x="${n(left + 18)}" y="${n(at.y - 6)}" font-size="16" font-weight="600" fill="${p.text}">${xml(shorten(card.name, 24))}</text>` +
    `<text x="${n(left + 18)}" y="${n(at.y + 18)}" font-size="13.5" fill="${p.muted}">${xml([figures, errors].filter(Boolean).join(" · "))}</text></g>`
  );
}

const SVG_DASHES = { warn: "9 5", bad: "3 4", idle: "1 5", good: "" };

export function toSvg(drawn: ReturnType<Picture["drawn"]>): string {
  const { bounds, palette } = drawn;
  const edge = 20;
  const parts: string[] = [];
  for (const { box, bounds: b } of drawn.boxes)
    parts.push(
      `<rect x="${n(b.x1)}" y="${n(b.y1)}" width="${n(b.w)}" height="${n(b.h)}" rx="16" fill="none" stroke="${palette.cardEdge}"/>` +
        `<text x="${n(b.x1 + 14)}" y="${n(b.y1 + 20)}" font-size="15" font-weight="600" fill="${palette.muted}">${xml(box.title)}</text>`,
    );
  for (const [id, line] of drawn.lines) {
    const { color, width } = drawn.strokes.get(id)!;
    parts.push(svgLine(drawn.paths.get(id)!, color, width, SVG_DASHES[line.health]));
  }
  for (const [id, at] of drawn.labels)
    parts.push(`<text x="${n(at.x)}" y="${n(at.y + 4)}" font-size="13" text-anchor="middle" fill="${palette.text}" stroke="${palette.ground}" stroke-width="4" paint-order="stroke">${xml(drawn.texts.get(id) ?? "")}</text>`);
  for (const [id, card] of drawn.cards) parts.push(svgCard(card, drawn.places.get(id)!, palette, palette.health[card.health]));
  const box = [bounds.x1 - edge, bounds.y1 - edge, bounds.w + 2 * edge, bounds.h + 2 * edge].map(n);
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${box.join(" ")}" width="${box[2]}" height="${box[3]}" font-family="system-ui, sans-serif">` +
    `<defs><marker id="to" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="9" markerHeight="9" markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0 8 4 0 8z" fill="${palette.muted}"/></marker></defs>` +
    `<rect x="${box[0]}" y="${box[1]}" width="${box[2]}" height="${box[3]}" fill="${palette.ground}"/>${parts.join("\n")}</svg>\n`
  );
}

const plain = (text: string) => text.replace(/[\x00-\x1f\x7f-\x9f\u2028\u2029]/g, " ");
const dotText = (text: string) => `"${plain(text).replace(/["\\]/g, (letter) => "\\" + letter)}"`;

export function toDot(scene: Scene, label: (line: Line) => string): string {
  const lines = ["digraph tapgraph {", "  rankdir=LR;", "  node [shape=box, style=rounded];"];
  const inBox = new Map<string, Card[]>();
  for (const card of scene.cards) inBox.set(card.box, [...(inBox.get(card.box) ?? []), card]);
  let count = 0;
  for (const [box, cards] of inBox) {
    if (box) lines.push(`  subgraph cluster_${count++} {`, `    label=${dotText(box)};`);
    for (const card of cards) lines.push(`    ${dotText("n" + card.id)} [label=${dotText(card.name)}];`);
    if (box) lines.push("  }");
  }
  for (const line of scene.lines) lines.push(`  ${dotText("n" + line.client_id)} -> ${dotText("n" + line.server_id)} [label=${dotText(label(line))}];`);
  return lines.join("\n") + "\n}\n";
}

/** Mermaid knows entities by number, and nothing else that would quote. */
const mermaidText = (text: string) => `"${plain(text).replace(/[^\p{L}\p{N} .,:/%_+-]/gu, (letter) => `#${letter.codePointAt(0)};`)}"`;

export function toMermaid(scene: Scene, label: (line: Line) => string): string {
  const name = (id: number) => "n" + String(id).replace("-", "m");
  const lines = ["flowchart LR"];
  const inBox = new Map<string, Card[]>();
  for (const card of scene.cards) inBox.set(card.box, [...(inBox.get(card.box) ?? []), card]);
  let count = 0;
  for (const [box, cards] of inBox) {
    if (box) lines.push(`  subgraph b${count++}[${mermaidText(box)}]`);
    for (const card of cards) lines.push(`    ${name(card.id)}[${mermaidText(card.name)}]`);
    if (box) lines.push("  end");
  }
  for (const line of scene.lines) {
    const text = label(line);
    lines.push(`  ${name(line.client_id)} -->${text ? `|${mermaidText(text)}|` : ""} ${name(line.server_id)}`);
  }
  return lines.join("\n") + "\n";
}

export function toJson(scene: Scene, range: Range): string {
  const names = (card: Card) => card.folded?.map((one) => one.name);
  return JSON.stringify({
    range,
    nodes: scene.cards.map((card) => ({ ...card, folded: names(card) })),
    edges: scene.lines.map((line) => ({ ...line, merged: line.merged?.map((one) => one.id) })),
    boxes: scene.boxes,
  });
}

export function save(content: string | Blob, type: string, name: string) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}
