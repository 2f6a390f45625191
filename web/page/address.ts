// All that decides what is shown lives in the part of the URL behind "#", so that a link brings back
// exactly what one sees.
import { useEffect, useState } from "preact/hooks";

export const VIEWS = ["graph", "edges", "services", "tls", "insights", "health"] as const;
export type View = (typeof VIEWS)[number];

export const LABELS = ["rate", "errors", "p50", "p95", "p99", "bytes", "protocol", "none"] as const;
export type Label = (typeof LABELS)[number];

export const SINCE = ["5m", "15m", "1h", "6h", "24h", "all"];
export const GROUPS = ["service", "group", "host", "subnet"];

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
}

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
  };
}

export function print(address: Address): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(address))
    if (value !== START[name as keyof Address]) params.set(name, String(value));
  return "#" + params.toString();
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
      const next = { ...old, ...change };
      const hash = print(next);
      // A new view is a step one can go back; a letter typed in the search box is not.
      if (change.view && change.view !== old.view) history.pushState(null, "", hash);
      else history.replaceState(null, "", hash);
      return next;
    });
  return [address, go];
}

/** The range as the API takes it. */
export function rangeParams(address: Address): Record<string, string> {
  return address.from ? { from: address.from, to: address.to } : { since: address.since };
}
