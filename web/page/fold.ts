// From the graph to what is drawn of it: boxes around services, those of them that are folded into one
// card, and never more cards than can be looked at.
import { protocolsOf, type Edge, type Figures, type Graph, type Health, type Latency, type Service } from "./api";
import type { Changed } from "./compare";

export const CARDS_MAX = 250;

export interface Folding {
  box: string;
  fold: string[];
  open: string[];
  keep: Set<number>; // services that are shown whatever is folded
}

export interface Card extends Service, Changed {
  box: string; // key of the box it stands in; "" = none
  folded?: Service[]; // what it stands for
  rest?: boolean; // and those are the quietest of too many
}

export interface Line extends Edge, Changed {
  merged?: Edge[]; // what it stands for
}

export interface Box {
  key: string;
  title: string;
  count: number;
}

export interface Scene {
  cards: Card[];
  lines: Line[];
  boxes: Box[]; // those that are open
  foldable: Box[]; // all of them
  by: string; // what they are by
  here: boolean; // whether it has to be laid out here
}

/** The key of its box; "" if it belongs into none. */
export function boxOf(service: Service, by: string): string {
  if (by === "group") return service.group ?? "";
  if (by === "protocol") return protocolsOf(service)[0] ?? "";
  if (service.addresses > 1 && by === "host") return "";
  if (by === "host") return service.address ?? "";
  if (by !== "subnet" || !service.address) return "";
  if (service.address.includes(":")) return service.address.split(":").slice(0, 4).join(":") + "::/64";
  return service.address.split(".").slice(0, 3).join(".") + ".0/24";
}

function boxesBy(nodes: Service[], by: string): Map<string, Service[]> {
  const boxes = new Map<string, Service[]>();
  for (const node of nodes) {
    const key = boxOf(node, by);
    if (!key) continue;
    const box = boxes.get(key);
    if (box) box.push(node);
    else boxes.set(key, [node]);
  }
  return boxes;
}

/** Too many for single cards are boxed by what makes neither one box nor too many. */
function choose(nodes: Service[], asked: string): string {
  if (asked || nodes.length <= CARDS_MAX) return asked;
  for (const by of ["group", "subnet", "protocol"]) {
    const boxes = boxesBy(nodes, by);
    let boxed = 0;
    for (const box of boxes.values()) boxed += box.length;
    if (boxes.size > 1 && boxes.size <= CARDS_MAX / 2 && boxed > nodes.length / 2) return by;
  }
  return "";
}

/** A number that is no id of the database, and stays with the text. */
function numberOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return -((hash >>> 0) + 1);
}

const HEALTHS: Health[] = ["idle", "good", "warn", "bad"];
const worst = (healths: Health[]) => HEALTHS[Math.max(0, ...healths.map((health) => HEALTHS.indexOf(health)))]!;

/** No percentile of a mixture is above the highest of its parts: that is all that can be told here. */
function bound(all: (Latency | null)[]): Latency {
  const most = (key: "p50" | "p90" | "p95" | "p99" | "max") => {
    const values = all.map((one) => one?.[key]).filter((one): one is number => one != null);
    return values.length ? Math.max(...values) : null;
  };
  return { p50: most("p50"), p90: most("p90"), p95: most("p95"), p99: most("p99"), max: most("max"), count: all.reduce((sum, one) => sum + (one?.count ?? 0), 0) };
}

function together(all: Figures[]): Figures {
  const sum = (key: "requests" | "errors" | "rate_per_s" | "request_bytes" | "response_bytes") => all.reduce((total, one) => total + (one[key] ?? 0), 0);
  const requests = sum("requests");
  const outcomes: Record<string, number> = {};
  for (const one of all) for (const [name, n] of Object.entries(one.outcomes)) outcomes[name] = (outcomes[name] ?? 0) + n;
  return {
    requests,
    errors: sum("errors"),
    error_rate: requests ? sum("errors") / requests : 0,
    rate_per_s: sum("rate_per_s"),
    latency_ms: bound(all.map((one) => one.latency_ms)),
    ttfb_ms: null,
    request_bytes: sum("request_bytes"),
    response_bytes: sum("response_bytes"),
    outcomes,
    health: worst(all.map((one) => one.health)),
  };
}

const changeOf = (all: Changed[]): Changed => {
  const changed = all.filter((one) => one.change);
  if (!changed.length) return {};
  const same = changed.every((one) => one.change === changed[0]!.change) && (changed.length === all.length || !["came", "went"].includes(changed[0]!.change!));
  return same ? { change: changed[0]!.change! } : {};
};

function folded(key: string, title: string, members: Service[]): Card {
  return {
    ...members[0]!,
    ...{ slower: undefined, was: undefined, change: undefined },
    id: numberOf("box " + key),
    name: title,
    source: "folded",
    group: "",
    tags: [],
    addresses: members.reduce((sum, one) => sum + one.addresses, 0),
    protocols: [...new Set(members.flatMap(protocolsOf))],
    health: worst(members.map((one) => one.health)),
    quality: { severity: "none", marks: [] },
    served: together(members.map((one) => one.served)),
    called: together(members.map((one) => one.called)),
    box: "",
    folded: members,
    ...changeOf(members as Changed[]),
  } as Card;
}

function merged(client: Card, server: Card, edges: Edge[]): Line {
  const first = edges[0]!;
  const protocols = [...new Set(edges.map((one) => one.protocol))];
  return {
    ...first,
    ...together(edges),
    ...{ slower: undefined, was: undefined, change: undefined },
    id: numberOf(`line ${client.id} ${server.id}`),
    client: client.name,
    server: server.name,
    client_id: client.id,
    server_id: server.id,
    protocol: protocols.length > 2 ? `${protocols.length} protocols` : protocols.join(", "),
    quality: { severity: "none", marks: [], reasons: [] },
    tls: null,
    merged: edges,
    ...changeOf(edges as Changed[]),
  } as Line;
}

const weightOf = (service: Service) =>
  Math.log2(1 + service.served.requests + service.called.requests) + (service.health === "bad" ? 8 : service.health === "warn" ? 4 : 0);

/** The cards of all services that no folded box has; of too many the quietest become one. */
function thin(cards: Card[], keep: Set<number>, room: number): Card[] {
  if (cards.length <= room) return cards;
  const order = [...cards].sort((a, b) => Number(keep.has(b.id)) - Number(keep.has(a.id)) || weightOf(b) - weightOf(a) || a.id - b.id);
  const shown = new Set(order.slice(0, Math.max(1, room)));
  const rest = new Map<string, Card[]>();
  for (const card of cards) if (!shown.has(card)) rest.set(card.box, [...(rest.get(card.box) ?? []), card]);
  const result = cards.filter((card) => shown.has(card));
  for (const [box, members] of rest) result.push({ ...folded("rest of " + box, `${members.length} quieter`, members), box, rest: true });
  return result;
}

export function sceneOf(graph: Graph, { box, fold, open, keep }: Folding): Scene {
  const by = choose(graph.nodes, box);
  const boxes = by ? boxesBy(graph.nodes, by) : new Map<string, Service[]>();
  const usual = graph.nodes.length > CARDS_MAX; // folded, that is
  const isFolded = (key: string) => (usual ? !open.includes(key) || fold.includes(key) : fold.includes(key)) && boxes.get(key)!.length > 1;
  const heads: Card[] = [];
  const single: Card[] = [];
  const inside = new Set<number>();
  for (const [key, members] of boxes) {
    const away = isFolded(key) ? members.filter((one) => !keep.has(one.id)) : [];
    if (away.length) heads.push(folded(key, key, away));
    for (const one of away) inside.add(one.id);
  }
  for (const node of graph.nodes) if (!inside.has(node.id)) single.push({ ...node, box: boxOf(node, by) && !isFolded(boxOf(node, by)) ? boxOf(node, by) : "" });
  const cards = [...heads, ...thin(single, keep, CARDS_MAX - Math.min(heads.length, CARDS_MAX - 1))];
  const lines = linesOf(graph.edges, cards);
  const all: Box[] = [...boxes].map(([key, members]) => ({ key, title: key, count: members.length }));
  const shown = new Set(cards.map((card) => card.box));
  const openBoxes = all.filter((one) => shown.has(one.key));
  return { cards, lines, boxes: openBoxes, foldable: all, by, here: openBoxes.length > 0 || cards.some((card) => card.folded) };
}

function linesOf(edges: Edge[], cards: Card[]): Line[] {
  const standsIn = new Map<number, Card>();
  for (const card of cards) {
    standsIn.set(card.id, card);
    for (const member of membersOf(card)) standsIn.set(member.id, card);
  }
  const lines: Line[] = [];
  const bundles = new Map<string, [Card, Card, Edge[]]>();
  for (const edge of edges) {
    const client = standsIn.get(edge.client_id);
    const server = standsIn.get(edge.server_id);
    if (!client || !server) continue;
    if (!client.folded && !server.folded) lines.push(edge);
    else if (client !== server) {
      const key = `${client.id} ${server.id}`;
      const bundle = bundles.get(key);
      if (bundle) bundle[2].push(edge);
      else bundles.set(key, [client, server, [edge]]);
    }
  }
  for (const [client, server, list] of bundles.values()) lines.push(merged(client, server, list));
  return lines;
}

/** The services a card stands for. */
export function membersOf(card: Card): Service[] {
  return card.folded ? card.folded.flatMap((one) => membersOf(one as Card)) : [card];
}
