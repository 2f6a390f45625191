// What stands out on the graph: the selected one with what is around it, the way between two, or what is
// searched for. And where an arrow key leads.
import type { Address } from "./address";
import type { Card, Line, Scene } from "./fold";
import { neighbourhood, shortestWays, type Part, type Ways } from "./paths";
import type { Focus } from "./picture";
import { matches } from "./picture";
import { protocolsOf } from "./api";
import { isExpression } from "./search";
import { laid, type Flow, type Point } from "./route";

export interface Attention extends Focus {
  ways: Ways | null; // between the two that were asked for
  said: string; // in a sentence; "" if nothing stands out
}

const idsOf = (part: Part) => new Set([...[...part.nodes].map((id) => "n" + id), ...[...part.edges].map((id) => "e" + id)]);

function found(scene: Scene, find: string): Set<string> {
  const ids = new Set<string>();
  for (const card of scene.cards)
    if ([card, ...(card.folded ?? [])].some((one) => matches(find, one.name, one.address, protocolsOf(one).join(" ")))) ids.add("n" + card.id);
  for (const line of scene.lines)
    if ([line, ...(line.merged ?? [])].some((one) => matches(find, one.client, one.server, one.protocol, one.port)))
      ids.add("e" + line.id).add("n" + line.client_id).add("n" + line.server_id);
  return ids;
}

const steps = (n: number) => (n === 1 ? "1 step" : `${n} steps`);

function between(scene: Scene, a: Card, b: Card): Attention {
  const ways = shortestWays(scene.lines, a.id, b.id);
  const chosen = new Set(["n" + a.id, "n" + b.id]);
  if (!ways) return { chosen, lit: chosen, ways, said: `No way leads from ${a.name} to ${b.name}.` };
  const along = { calls: `${a.name} reaches ${b.name}`, back: `Only ${b.name} reaches ${a.name},`, any: `Neither reaches the other by calls; they are joined` }[ways.along];
  return { chosen, lit: idsOf(ways), ways, said: `${along} in ${steps(ways.hops)}, by ${ways.edges.size} edges of ${ways.nodes.size} services.` };
}

export function attend(scene: Scene, address: Address): Attention {
  const named = (name: string) => scene.cards.find((card) => card.name === name && !card.folded);
  const node = address.node ? named(address.node) : undefined;
  const other = address.path ? named(address.path) : undefined;
  if (node && other && node !== other) return between(scene, node, other);
  if (node) {
    const part = neighbourhood(scene.lines, node.id, address.depth);
    const said = `${node.name}: ${node.callers} callers, ${node.callees} callees; ${part.nodes.size - 1} services within ${steps(address.depth)}.`;
    return { chosen: new Set(["n" + node.id]), lit: idsOf(part), ways: null, said };
  }
  const line = address.edge ? scene.lines.find((one) => one.id === address.edge) : undefined;
  if (line) {
    const ids = new Set(["e" + line.id, "n" + line.client_id, "n" + line.server_id]);
    return { chosen: new Set(["e" + line.id]), lit: ids, ways: null, said: `${line.client} calls ${line.server}, ${line.protocol}.` };
  }
  const none: Focus = { chosen: new Set(), lit: null };
  if (!address.find.trim() || isExpression(address.find)) return { ...none, ways: null, said: "" };
  const lit = found(scene, address.find);
  const cards = [...lit].filter((id) => id.startsWith("n")).length;
  return { ...none, lit, ways: null, said: `${cards} services stand out.` };
}

/** Leaves out what does not stand out. */
export function only(scene: Scene, { lit }: Attention): Scene {
  if (!lit) return scene;
  return { ...scene, cards: scene.cards.filter((card) => lit.has("n" + card.id)), lines: scene.lines.filter((line) => lit.has("e" + line.id)) };
}

const APART = 60; // units of the drawing; less is the same column

const TURNED: Record<string, string> = { ArrowDown: "ArrowRight", ArrowUp: "ArrowLeft", ArrowRight: "ArrowDown", ArrowLeft: "ArrowUp" };

/** The next card for an arrow key: callees where calls lead to, callers against that, else the next beside it. */
export function stepFrom(scene: Scene, address: Address, pressed: string, flow: Flow, drawnAt: (id: number) => Point | undefined): Card | undefined {
  const key = flow.down ? TURNED[pressed] : pressed;
  const placeOf = (id: number) => {
    const at = drawnAt(id);
    return at && laid(flow, at);
  };
  const byId = new Map(scene.cards.map((card) => [card.id, card]));
  const line = scene.lines.find((one: Line) => one.id === address.edge);
  if (line && address.edge) return byId.get(key === "ArrowLeft" ? line.client_id : line.server_id);
  const here = scene.cards.find((card) => card.name === address.node && !card.folded);
  const places = scene.cards.filter((card) => !card.folded).flatMap((card) => {
    const at = placeOf(card.id);
    return at ? [{ card, at }] : [];
  });
  if (!here) return places.sort((a, b) => a.at.x - b.at.x || a.at.y - b.at.y)[0]?.card;
  const from = placeOf(here.id);
  if (!from) return undefined;
  const near = (card: Card) => Math.abs((placeOf(card.id)?.y ?? Infinity) - from.y);
  const nearest = (cards: (Card | undefined)[]) => cards.filter((card): card is Card => !!card && !card.folded && card !== here).sort((a, b) => near(a) - near(b))[0];
  if (key === "ArrowRight") return nearest(scene.lines.filter((one) => one.client_id === here.id).map((one) => byId.get(one.server_id)));
  if (key === "ArrowLeft") return nearest(scene.lines.filter((one) => one.server_id === here.id).map((one) => byId.get(one.client_id)));
  const down = key === "ArrowDown";
  const column = places.filter(({ at }) => Math.abs(at.x - from.x) < APART && (down ? at.y > from.y : at.y < from.y));
  return column.sort((a, b) => (down ? a.at.y - b.at.y : b.at.y - a.at.y))[0]?.card;
}
