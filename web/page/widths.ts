// How wide the columns of a table are: as wide as their heads and what stands in them; what room is left
// goes to texts, and what is missing is taken from them.
import { isValidElement, type ComponentChildren, type RefObject } from "preact";
import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { FONT } from "./paint";

export interface Sized {
  id: string;
  title: string;
  kind?: string | undefined; // as a Column has it
  minor?: boolean | undefined;
}

/** [widest on account of what stands in it, narrowest when there is no room, its part of what is left]. */
const LIMITS: Record<string, [number, number, number]> = {
  n: [150, Infinity, 0.3], // never less: a figure that is cut tells nothing
  sign: [120, 120, 0],
  both: [210, 120, 0.5],
  text: [520, 200, 2],
  long: [1100, 260, 4],
  name: [290, 165, 1],
  short: [150, 100, 0.3],
};
const limitsOf = ({ kind }: Sized) => LIMITS[kind ?? "name"] ?? LIMITS.name!;

/** As on a phone; style.css has the same. */
export const isNarrow = () => matchMedia("(max-width: 860px)").matches;

const LOOKED_AT = 300; // rows that are measured
const ARROW_PX = 18;

/** What can be read of it, without what only a component knows. */
export function textOf(shown: ComponentChildren): string {
  if (typeof shown === "string" || typeof shown === "number") return String(shown);
  if (Array.isArray(shown)) return shown.map(textOf).join("");
  return isValidElement(shown) ? textOf((shown.props as { children?: ComponentChildren }).children) : "";
}

const context = document.createElement("canvas").getContext("2d")!;

function pixels(text: string, font: string): number {
  context.font = `${font} ${FONT}`;
  return context.measureText(text).width;
}

/** Of each column: what it needs. Of all texts only the longest by letters are measured. */
function needed(columns: Sized[], rows: number, text: (row: number, column: number) => string, narrow: boolean, sorted: number): number[] {
  const pad = narrow ? 12 : 18;
  const step = Math.max(1, Math.ceil(rows / LOOKED_AT));
  return columns.map((column, i) => {
    const longest = ["", ""];
    for (let row = 0; row < rows; row += step) {
      const one = text(row, i);
      if (one.length > longest[0]!.length) longest.unshift(one);
      else if (one.length > longest[1]!.length) longest[1] = one;
    }
    const widest = Math.max(...longest.slice(0, 3).map((one) => pixels(one, narrow ? "400 13.5px" : "500 14px")));
    const head = narrow && column.kind === "sign" ? 20 : pixels(column.title, "600 12.5px") + (i === sorted ? ARROW_PX : 2);
    return Math.ceil(Math.max(head, Math.min(widest, limitsOf(column)[0])) + pad);
  });
}

/** Fits them into `room`, as far as that can be. */
function fitted(columns: Sized[], needs: number[], room: number, narrow: boolean): number[] {
  const left = room - needs.reduce((sum, one) => sum + one, 0);
  const least = (i: number) => Math.min(needs[i]!, narrow ? limitsOf(columns[i]!)[1] * 0.4 : limitsOf(columns[i]!)[1]);
  const weights = columns.map((one, i) => (left > 0 ? limitsOf(one)[2] * needs[i]! : limitsOf(one)[2] ? needs[i]! - least(i) : 0));
  const all = weights.reduce((sum, one) => sum + one, 0);
  if (!all) return needs;
  return needs.map((need, i) => Math.max(left > 0 ? need : least(i), Math.floor(need + (left * weights[i]!) / all)));
}

/** `sorted`: the id of the column that is sorted by. In px, 0 for what a phone has no room for. They grow with what comes, and shrink no more while the table is there. */
export function useWidths<Row>(columns: Sized[], rows: Row[] | null, text: (row: Row, column: number) => string, box: RefObject<HTMLElement | null>, sorted: string): number[] {
  const [room, setRoom] = useState(0);
  const grown = useRef<number[]>([]);
  useLayoutEffect(() => {
    const watched = box.current;
    if (!watched) return undefined;
    const watcher = new ResizeObserver(() => setRoom(watched.clientWidth));
    watcher.observe(watched);
    setRoom(watched.clientWidth);
    return () => watcher.disconnect();
  }, []);
  return useMemo(() => {
    const narrow = isNarrow();
    const shown = columns.map((one, i) => ({ one, i })).filter(({ one }) => !narrow || !one.minor);
    const kept = shown.map(({ one }) => one);
    const now = needed(kept, rows?.length ?? 0, (row, column) => text(rows![row]!, shown[column]!.i), narrow, kept.findIndex((one) => one.id === sorted));
    const before = grown.current.length === now.length ? grown.current : now;
    grown.current = now.map((one, i) => Math.max(one, before[i]!));
    const widths = fitted(kept, grown.current, room, narrow);
    const all = columns.map(() => 0);
    shown.forEach(({ i }, n) => (all[i] = widths[n]!));
    return all;
  }, [columns, rows, room, sorted]);
}
