// What changed between two ranges, as the server compares them: edges and operations.
import type { Address } from "./address";
import type { Diff, DiffRow, DiffSide, Range } from "./api";
import { CHANGES, changesOf, type Change } from "./compare";
import { count, milliseconds, moment, rate, share } from "./format";
import { Compare } from "./scrubber";
import type { Column } from "./table";

const WORSE: Change[] = ["failing", "slower", "went"];

/** "12 ms → 30 ms"; one of them, if there is no other, or if they are the same. */
function both(row: DiffRow, figure: (side: DiffSide) => string) {
  const [a, b] = [row.before && figure(row.before), row.after && figure(row.after)];
  if (!a || !b || a === b) return <span>{b ?? a}</span>;
  return (
    <span title={`${a} before, ${b} after`}>
      <span class="was">{a} →</span> {b}
    </span>
  );
}

const has = (change: Change) => (row: DiffRow) => changesOf(row).includes(change);

export const DIFF_COLUMNS: Column<DiffRow>[] = [
  {
    id: "weight",
    title: "Change",
    hint: "The worst first: what fails more, got slower, went, came; the more, the worse",
    show: (row) => (
      <>
        {changesOf(row).map((change) => (
          <span key={change} class={WORSE.includes(change) ? "change worse" : "change"}>
            {CHANGES[change].join(" ")}{" "}
          </span>
        ))}
        {row.few && (
          <abbr class="hint" title="So few requests that it may be chance">
            few
          </abbr>
        )}
      </>
    ),
  },
  { id: "client", title: "Client", show: (row) => row.client },
  { id: "server", title: "Server", show: (row) => row.server },
  { id: "protocol", title: "Protocol", minor: true, show: (row) => (row.before && row.after && row.before.protocol !== row.after.protocol ? `${row.before.protocol} → ${row.after.protocol} :${row.port}` : `${row.protocol} :${row.port}`) },
  { id: "operation", title: "Operation", show: (row) => row.operation ?? "–" },
  { id: "after_rate", title: "Rate", kind: "both", minor: true, show: (row) => both(row, (side) => rate(side.rate_per_s)) },
  { id: "after_errors", title: "Errors", kind: "both", minor: true, show: (row) => both(row, (side) => share(side.requests ? side.error_rate : undefined)), alarm: has("failing") },
  { id: "after_p50", title: "p50", kind: "both", minor: true, show: (row) => both(row, (side) => milliseconds(side.p50_ms)), alarm: has("slower") },
  { id: "after_p95", title: "p95", kind: "both", minor: true, show: (row) => both(row, (side) => milliseconds(side.p95_ms)), alarm: has("slower") },
  { id: "after_tls", title: "TLS", minor: true, show: (row) => both(row, (side) => side.tls ?? "–") },
];

/** Which two ranges, and how much of each change. */
export function Compared({ diff, address, go, shown, against }: { diff: Diff | null; address: Address; go: (change: Partial<Address>) => void; shown: Range | undefined; against: Range | null }) {
  const counts = new Map<Change, number>();
  for (const row of diff?.changes ?? []) for (const change of changesOf(row)) counts.set(change, (counts.get(change) ?? 0) + 1);
  const said = (range: Range | null | undefined) => (range?.from ? `${moment(range.from)} to ${moment(range.to)}` : "–");
  return (
    <div class="compared">
      <Compare address={{ ...address, against: address.against || "before" }} go={go} />
      <p class="hint">
        Before: {said(against)}. After: {said(shown)}.
      </p>
      <p role="status">{[...counts].map(([change, times]) => `${CHANGES[change][0]} ${count(times)} ${CHANGES[change][1]}`).join(" · ")}</p>
    </div>
  );
}
