// Width and colour of lines by the figure that edges show, between the least and the most of those shown.
import type { Edge } from "./api";
import type { Label } from "./address";
import { percentileOf } from "./figures";
import { bytes, milliseconds, share } from "./format";

export interface Heat {
  low: number;
  high: number;
  coloured: boolean; // else the colour stays that of health
  of: (edge: Edge) => number | null; // 0 to 1, by its logarithm; null: nothing was measured
  print: (value: number) => string;
}

const onWire = (edge: Edge) => edge.request_bytes + edge.response_bytes;
const p = (name: "p50" | "p95" | "p99") => (edge: Edge) => percentileOf(edge.latency_ms, name);

type Measure = Pick<Heat, "coloured" | "print"> & { value: (edge: Edge) => number | null };

const MEASURES: Partial<Record<Label, Measure>> = {
  p50: { value: p("p50"), coloured: true, print: milliseconds },
  p95: { value: p("p95"), coloured: true, print: milliseconds },
  p99: { value: p("p99"), coloured: true, print: milliseconds },
  errors: { value: (edge) => (edge.requests ? edge.error_rate : null), coloured: false, print: share },
  throughput: { value: onWire, coloured: false, print: bytes },
  bytes: { value: onWire, coloured: false, print: bytes },
};

/** null where lines go by the rate, as they do unless something else that can be measured is shown. */
export function heatOf(edges: Edge[], label: Label): Heat | null {
  const measure = MEASURES[label];
  if (!measure) return null;
  const values = edges.map(measure.value).filter((value): value is number => value !== null && value > 0);
  if (!values.length) return null;
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const place = (value: number) => (high > low ? (Math.log(value) - Math.log(low)) / (Math.log(high) - Math.log(low)) : 1);
  const of = (edge: Edge) => {
    const value = measure.value(edge);
    return value === null ? null : value > 0 ? place(value) : 0;
  };
  return { low, high, coloured: measure.coloured, of, print: measure.print };
}

/** 1.4 to 7: by the heat, or else by the logarithm of the rate. */
export function widthOf(edge: Edge, heat: Heat | null): number {
  if (!heat) return Math.min(7, 1.4 + 0.75 * Math.log2(1 + edge.rate_per_s));
  return 1.4 + 5.6 * (heat.of(edge) ?? 0) ** 1.5;
}

/** Between two colours, "#rrggbb" both. */
export function mixed(from: string, to: string, part: number): string {
  const channel = (color: string, i: number) => parseInt(color.slice(1 + 2 * i, 3 + 2 * i), 16);
  return "#" + [0, 1, 2].map((i) => Math.round(channel(from, i) + (channel(to, i) - channel(from, i)) * part).toString(16).padStart(2, "0")).join("");
}
