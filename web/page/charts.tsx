// Two charts over the range: requests with errors, and latency percentiles.
import { useEffect, useMemo, useRef } from "preact/hooks";
import uPlot from "uplot";
import type { Point } from "./api";
import { count, milliseconds } from "./format";

interface Line {
  name: string;
  color: string; // a custom property: "good"
  values: (number | null)[];
  fill?: boolean;
  dash?: number[];
}

interface ChartProps {
  title: string;
  times: number[];
  lines: Line[];
  print: (value: number) => string;
  turn: number; // changes with the colours
  range: [number, number]; // from the beginning of the first step to the end of the last, in s
}

const HEIGHT = 138;

/** Which values have none beside them, so that no line would show them. */
const lonely = (values: ArrayLike<number | null | undefined>): number[] =>
  Array.from(values).flatMap((value, i) => (value != null && values[i - 1] == null && values[i + 1] == null ? [i] : []));

const FONT = "11px system-ui, sans-serif";

function optionsOf({ lines, print }: ChartProps, width: number, range: () => [number, number]): uPlot.Options {
  const style = getComputedStyle(document.documentElement);
  const color = (name: string) => style.getPropertyValue("--" + name).trim();
  const axis = { stroke: color("muted"), font: FONT, grid: { stroke: color("line"), width: 1 }, ticks: { show: false } };
  return {
    width,
    height: HEIGHT,
    padding: [8, 18, 0, 0],
    cursor: { points: { size: 6 }, drag: { x: false, y: false }, sync: { key: "tapgraph" } },
    legend: { live: true },
    scales: { x: { range }, y: { range: (_u, _min, max) => [0, max > 0 ? max * 1.12 : 1] } },
    axes: [
      { ...axis, size: 26, values: [[86400, "{YYYY}-{MM}-{DD}", null, null, null, null, null, null, 1], [3600, "{HH}:{mm}", "\n{MM}-{DD}", null, null, null, null, null, 1], [60, "{HH}:{mm}", null, null, null, null, null, null, 1], [1, "{HH}:{mm}:{ss}", null, null, null, null, null, null, 1]] },
      { ...axis, size: 54, values: (_u, ticks) => ticks.map(print) },
    ],
    series: [
      { value: (_u, seconds) => (seconds == null ? "–" : new Date(seconds * 1000).toLocaleTimeString()) },
      ...lines.map(
        (line): uPlot.Series => ({
          label: line.name,
          stroke: color(line.color),
          width: 1.6,
          points: { show: true, size: 5, fill: color(line.color), filter: (u, series) => lonely(u.data[series]!) },
          value: (_u, value) => (value == null ? "–" : print(value)),
          ...(line.fill ? { fill: color(line.color) + "22" } : {}),
          ...(line.dash ? { dash: line.dash } : {}),
        }),
      ),
    ],
  };
}

function Chart(props: ChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const range = useRef(props.range);
  range.current = props.range;
  const data = [props.times, ...props.lines.map((line) => line.values)] as uPlot.AlignedData;
  useEffect(() => {
    const place = box.current!;
    const width = () => Math.max(160, place.clientWidth);
    plot.current = new uPlot(optionsOf(props, width(), () => range.current), data, place);
    const observer = new ResizeObserver(() => {
      plot.current?.setSize({ width: width(), height: HEIGHT });
      plot.current?.setLegend({ idx: plot.current.data[0].length - 1 }, false);
    });
    observer.observe(place);
    return () => {
      observer.disconnect();
      plot.current?.destroy();
      plot.current = null;
    };
  }, [props.turn]);
  useEffect(() => {
    plot.current?.setData(data);
    plot.current?.setLegend({ idx: props.times.length - 1 }, false);
  }, [props.times, props.lines]);
  return (
    <figure class="chart">
      <figcaption>{props.title}</figcaption>
      <div ref={box} />
    </figure>
  );
}

/** `step`: between points, in s. A point stands in the middle of its step. */
export function Charts({ points, step, turn }: { points: Point[]; step: number; turn: number }) {
  const { times, traffic, latency, range } = useMemo(() => {
    const seconds = points.map((p) => Date.parse(p.time) / 1000 + step / 2);
    const at = (name: string, color: string, pick: (p: Point) => number | null, dash?: number[]): Line => ({
      name,
      color,
      values: points.map(pick),
      ...(dash ? { dash } : {}),
    });
    const ends: [number, number] = [seconds[0]! - step / 2, seconds[seconds.length - 1]! + step / 2];
    return {
      times: seconds,
      traffic: [
        { ...at("requests/s", "accent", (p) => p.requests / step), fill: true },
        { ...at("errors/s", "bad", (p) => p.errors / step), fill: true },
      ],
      latency: [
        at("p50", "accent", (p) => p.p50_ms),
        at("p95", "warn", (p) => p.p95_ms, [7, 3]),
        at("p99", "bad", (p) => p.p99_ms, [2, 3]),
      ],
      range: ends,
    };
  }, [points, step]);
  return (
    <>
      <Chart title="Requests and errors a second" times={times} lines={traffic} print={count} turn={turn} range={range} />
      <Chart title="Latency: p50, p95, p99" times={times} lines={latency} print={milliseconds} turn={turn} range={range} />
    </>
  );
}
