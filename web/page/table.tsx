// A table: columns that sort, as many rows as are in sight, and what it says when there are none.
import type { ComponentChildren, RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Quality } from "./api";
import { count } from "./format";
import { Spoiled } from "./parts";
import { textOf, useWidths } from "./widths";

export interface Column<Row> {
  id: string; // a field of the filter language, which the server sorts by
  title: string;
  show: (row: Row) => ComponentChildren;
  kind?: "n" | "both" | "sign" | "text" | "long"; // a number, two of them, a sign, a long name, a sentence; else a name
  minor?: boolean; // a phone has no room for it
  alarm?: (row: Row) => boolean;
  hint?: string;
}

export const marks = <Row extends { quality: Quality }>(): Column<Row> => ({
  id: "severity",
  title: "Marks",
  kind: "sign",
  minor: true,
  hint: "What spoils the figures",
  show: (row) => <Spoiled quality={row.quality} />,
});

export interface TableProps<Row> {
  title: string;
  about?: ComponentChildren; // above the table
  columns: Column<Row>[];
  rows: Row[] | null; // null: not there yet
  keyOf: (row: Row, index: number) => string | number;
  sort: string; // "-p95"
  onSort: (sort: string) => void;
  onChoose?: (row: Row) => void;
  chosen?: (row: Row) => boolean;
  links: ComponentChildren;
  none: ComponentChildren; // said when there are no rows
}

const ROW_PX = 37; // as .wide tr has it
const ALL = 200; // so many rows are drawn whether in sight or not
const AROUND = 20; // drawn above and below what is in sight
const STEP = 15; // rows scrolled by before others are drawn

/** From which row to which one is drawn. */
function useWindow(rows: number): [number, number, RefObject<HTMLDivElement | null>] {
  const scroll = useRef<HTMLDivElement>(null);
  const [seen, setSeen] = useState([0, 60]);
  useEffect(() => {
    const box = scroll.current;
    if (!box || rows <= ALL) return undefined;
    const look = () => {
      const first = Math.floor(box.scrollTop / ROW_PX / STEP) * STEP;
      const most = Math.ceil(box.clientHeight / ROW_PX / STEP) * STEP + STEP;
      setSeen((old) => (old[0] === first && old[1] === most ? old : [first, most]));
    };
    const watcher = new ResizeObserver(look);
    watcher.observe(box);
    box.addEventListener("scroll", look, { passive: true });
    return () => {
      watcher.disconnect();
      box.removeEventListener("scroll", look);
    };
  }, [rows > ALL]);
  if (rows <= ALL) return [0, rows, scroll];
  return [Math.max(0, Math.min(seen[0]!, rows - 1) - AROUND), Math.min(rows, seen[0]! + seen[1]! + AROUND), scroll];
}

const classOf = <Row,>(column: Column<Row>) => [column.kind ?? "name", column.minor ? "minor" : ""].filter(Boolean).join(" ");

/** Up and down step from row to row. */
function walk(event: KeyboardEvent) {
  const step = event.key === "ArrowDown" ? "nextElementSibling" : event.key === "ArrowUp" ? "previousElementSibling" : null;
  const row = (event.target as HTMLElement).closest("tr");
  const button = step && row?.[step]?.querySelector("button");
  if (!button) return;
  event.preventDefault();
  button.focus();
}

function Gap({ rows, wide }: { rows: number; wide: number }) {
  if (!rows) return null;
  return (
    <tr aria-hidden="true">
      <td colSpan={wide} style={{ height: `${rows * ROW_PX}px`, padding: 0 }} />
    </tr>
  );
}

function Head<Row>({ columns, sort, onSort }: Pick<TableProps<Row>, "columns" | "sort" | "onSort">) {
  const by = sort.replace("-", "");
  const falling = sort.startsWith("-");
  const next = (one: Column<Row>) => (one.id === by ? (falling ? one.id : "-" + one.id) : (["n", "both", "sign"].includes(one.kind!) ? "-" : "") + one.id);
  return (
    <thead>
      <tr>
        {columns.map((one) => (
          <th key={one.id} class={classOf(one)} title={one.hint} aria-sort={one.id !== by ? "none" : falling ? "descending" : "ascending"}>
            <button onClick={() => onSort(next(one))}>
              {one.title}
              <span aria-hidden="true">{one.id !== by ? "" : falling ? " ↓" : " ↑"}</span>
            </button>
          </th>
        ))}
      </tr>
    </thead>
  );
}

function Cell<Row>({ column, row, link }: { column: Column<Row>; row: Row; link: boolean }) {
  const shown = column.show(row);
  return (
    <td class={classOf(column) + (column.alarm?.(row) ? " alarm" : "")} title={typeof shown === "string" && column.kind !== "n" ? shown : undefined}>
      {link ? <button class="link">{shown}</button> : typeof shown === "string" ? <span class="cut">{shown}</span> : shown}
    </td>
  );
}

export function Table<Row>(props: TableProps<Row>) {
  const { columns, rows, onChoose } = props;
  const [from, to, scroll] = useWindow(rows?.length ?? 0);
  const link = Math.max(0, columns.findIndex((one) => one.kind !== "sign"));
  const widths = useWidths(columns, rows, (row, i) => textOf(columns[i]!.show(row)), scroll, props.sort.replace("-", ""));
  return (
    <div class="sheet">
      <div class="sheet-head">
        <h2>{props.title}</h2>
        {rows && <span class="hint">{count(rows.length)}</span>}
        <nav aria-label="Save what is shown">{props.links}</nav>
      </div>
      {props.about}
      <div class="scroll" ref={scroll} tabIndex={0} role="region" aria-label={props.title}>
        <table class="data wide" style={{ minWidth: `${widths.reduce((sum, one) => sum + one, 0)}px` }} aria-rowcount={rows ? rows.length + 1 : -1}>
          <colgroup>
            {columns.map((one, i) => (
              <col key={one.id} class={classOf(one)} style={{ width: `${widths[i]}px` }} />
            ))}
          </colgroup>
          <Head columns={columns} sort={props.sort} onSort={props.onSort} />
          <tbody onKeyDown={walk}>
            <Gap rows={from} wide={columns.length} />
            {rows?.slice(from, to).map((row, i) => (
              <tr
                key={props.keyOf(row, from + i)}
                aria-rowindex={from + i + 2}
                class={(onChoose ? "goes" : "") + (props.chosen?.(row) ? " chosen" : "")}
                onClick={onChoose && (() => onChoose(row))}
              >
                {columns.map((one, n) => (
                  <Cell key={one.id} column={one} row={row} link={!!onChoose && n === link} />
                ))}
              </tr>
            ))}
            <Gap rows={(rows?.length ?? 0) - to} wide={columns.length} />
          </tbody>
        </table>
        {!rows && <p class="hint center">Loading…</p>}
        {rows?.length === 0 && <div class="none">{props.none}</div>}
      </div>
    </div>
  );
}
