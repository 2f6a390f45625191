// All that decides what is shown lives in the part of the URL behind "#", so that a link brings back
// exactly what one sees.
import { useEffect, useState } from "preact/hooks";

export const VIEWS = ["graph", "services", "edges", "operations", "requests", "traces", "insights", "tls", "events", "diff", "relays", "names", "health"] as const;
export type View = (typeof VIEWS)[number];

export const LABELS = ["rate", "errors", "p50", "p95", "p99", "throughput", "bytes", "protocol", "tls", "none"] as const;
export type Label = (typeof LABELS)[number];

export const SINCE = ["5m", "15m", "1h", "6h", "24h", "all"];
export const GROUPS = ["service", "group", "host", "subnet"];

/** What boxes are drawn around. */
export const BOXES = ["", "group", "host", "subnet", "protocol"];

/** Which requests of an edge or service the panel lists; "" = those that failed, if any did. */
export const SAMPLES = ["", "failed", "slow", "new"];

export const DEPTH_MAX = 5;

export interface Address {
  view: View;
  since: string;
  from: string; // with `to`: a fixed range, live updates are paused
  to: string;
  group: string;
  label: Label;
  find: string;
  node: string; // name of the selected service
  edge: number; // id of the selected edge, 0 = none
  sort: string; // "-error_rate": column, falling
  box: string; // one of BOXES; "" = none, or as many services demand
  fold: string[]; // boxes that are folded,
  open: string[]; // and that are not, whatever is usual for so many services
  depth: number; // how far the neighbourhood of the selected service reaches
  only: boolean; // the rest is left out, not just faded
  path: string; // a service; the shortest ways between it and the selected one are shown
  filter: string; // in the filter language: what is kept,
  hide: string; // and what is left out
  operation: string; // name of the selected operation of the edge or service; "" = none
  operations: string; // what their table in the panel is sorted by; "" = as usual
  request: number; // id of the selected request, 0 = none
  trace: string; // the selected trace (traceKey), "" = none
  brush: string; // what is marked on the heat map (heatmap.tsx); "" = nothing
  sample: string; // which requests the panel lists: one of SAMPLES
  wanted: string; // in the filter language: the requests of the view of that name
  turned: string[]; // sections of the panel that are not as they usually are, open or shut
  against: string; // the range compared with: a key of AGAINST, or "FROM/TO"; "" = none
}

/** How far back to look for a comparison, in ms; "before" is the time just before. */
export const AGAINST: Record<string, number> = { before: 0, "1h": 3600e3, "24h": 86400e3, "7d": 7 * 86400e3 };

const START: Address = {
  view: "graph",
  since: "15m",
  from: "",
  to: "",
  group: "service",
  label: "rate",
  find: "",
  node: "",
  edge: 0,
  sort: "",
  box: "",
  fold: [],
  open: [],
  depth: 1,
  only: false,
  path: "",
  filter: "",
  hide: "",
  operation: "",
  operations: "",
  request: 0,
  trace: "",
  brush: "",
  sample: "",
  wanted: "",
  turned: [],
  against: "",
};

const among = <T extends string>(text: string | null, allowed: readonly T[], other: T): T =>
  allowed.includes(text as T) ? (text as T) : other;

export function parse(hash: string): Address {
  const params = new URLSearchParams(hash.replace(/^#/, ""));
  const text = (name: string) => params.get(name) ?? "";
  return {
    view: among(params.get("view"), VIEWS, START.view),
    since: /^(all|\d{1,6}[smhd])$/.test(text("since")) ? text("since") : START.since,
    from: text("from"),
    to: text("to"),
    group: among(params.get("group"), GROUPS, START.group),
    label: among(params.get("label"), LABELS, START.label),
    find: text("find"),
    node: text("node"),
    edge: Number(params.get("edge")) || 0,
    sort: text("sort"),
    box: among(params.get("box"), BOXES, START.box),
    fold: params.getAll("fold"),
    open: params.getAll("open"),
    depth: Math.min(DEPTH_MAX, Math.max(1, Math.floor(Number(params.get("depth"))) || 1)),
    only: params.get("only") === "true",
    path: text("path"),
    filter: text("filter"),
    hide: text("hide"),
    operation: text("operation"),
    operations: text("operations"),
    request: Number(params.get("request")) || 0,
    trace: /^[\w-]{1,64}(@[\dT:.Z-]{1,40})?$/.test(text("trace")) ? text("trace") : "",
    brush: text("brush"),
    sample: among(params.get("sample"), SAMPLES, START.sample),
    wanted: text("wanted"),
    turned: params.getAll("turned"),
    against: text("against"),
  };
}

export function print(address: Address): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(address))
    if (Array.isArray(value)) for (const one of value) params.append(name, one);
    else if (value !== START[name as keyof Address]) params.set(name, String(value));
  return "#" + params.toString();
}

/** A trace by its id and when it began, since an id may come again; the id alone is the newest with it. */
export const traceKey = (trace: { trace_id: string; time: string }): string => `${trace.trace_id}@${trace.time}`;

/** What to ask for, and with which parameters. */
export function traceAsked(key: string): [question: string, params: Record<string, string>] {
  const [id, at] = key.split("@");
  return [`traces/${encodeURIComponent(id!)}`, at ? { at } : {}];
}

/** What another selection leaves nothing of. */
function forgotten(old: Address, change: Partial<Address>): Partial<Address> {
  const other = (change.edge ?? old.edge) !== old.edge || (change.node ?? old.node) !== old.node;
  if (other) return { operation: "", brush: "", request: 0, trace: "" };
  return (change.operation ?? old.operation) !== old.operation ? { brush: "", request: 0 } : {};
}

/** The address shown, and how to change parts of it. */
export function useAddress(): [Address, (change: Partial<Address>) => void] {
  const [address, setAddress] = useState(() => parse(location.hash));
  useEffect(() => {
    const onChange = () => setAddress(parse(location.hash));
    addEventListener("hashchange", onChange);
    return () => removeEventListener("hashchange", onChange);
  }, []);
  const go = (change: Partial<Address>) =>
    setAddress((old) => {
      const next = { ...old, ...forgotten(old, change), ...change };
      const hash = print(next);
      // A new view, or a request looked at, is a step one can go back; a letter typed in the search box is not.
      if ((change.view && change.view !== old.view) || (change.request && change.request !== old.request) || (change.trace && change.trace !== old.trace)) history.pushState(null, "", hash);
      else history.replaceState(null, "", hash);
      return next;
    });
  return [address, go];
}

/** What is found and hidden, as the API takes it. */
export function sieveParams(address: Address): Record<string, string> {
  return {
    ...(address.filter.trim() ? { find: address.filter } : {}),
    ...(address.hide.trim() ? { hide: address.hide } : {}),
  };
}

/** The range as the API takes it. */
export function rangeParams(address: Address): Record<string, string> {
  return address.from ? { from: address.from, to: address.to } : { since: address.since };
}
