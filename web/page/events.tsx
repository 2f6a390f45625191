// What happened, to the collector and in what it sees.
import type { Incident, Severity } from "./api";
import type { Address } from "./address";
import { count, moment } from "./format";
import { Mark } from "./parts";
import type { Column } from "./table";
import { SEVERITY_HEALTH } from "./words";

const SEVERITY_WORDS: Record<Severity, string> = { none: "", note: "good to know", warn: "worth a look", bad: "act on it" };

export const EVENT_COLUMNS: Column<Incident>[] = [
  {
    id: "severity",
    title: "Weight",
    kind: "sign",
    show: (e) => (
      <span title={SEVERITY_WORDS[e.severity]}>
        <Mark health={SEVERITY_HEALTH[e.severity]} />
      </span>
    ),
  },
  { id: "time", title: "Time", show: (e) => moment(e.time) },
  { id: "kind", title: "Kind", minor: true, show: (e) => e.kind },
  { id: "text", title: "What", kind: "long", show: (e) => <span title={e.text}>{e.text}</span> },
];

const OFFERED = 10;

/** The kinds there are, each a click away from being all that is shown. */
export function Kinds({ events, address, go }: { events: Incident[]; address: Address; go: (change: Partial<Address>) => void }) {
  const counts = new Map<string, number>();
  for (const one of events) counts.set(one.kind, (counts.get(one.kind) ?? 0) + 1);
  const kinds = [...counts].sort((a, b) => b[1] - a[1]).slice(0, OFFERED);
  const only = (kind: string) => `kind = ${kind}`;
  if (kinds.length < 2 && !kinds.some(([kind]) => address.filter === only(kind))) return null;
  return (
    <div class="chips" role="group" aria-label="Only this kind">
      {kinds.map(([kind, times]) => (
        <button key={kind} aria-pressed={address.filter === only(kind)} onClick={() => go({ filter: address.filter === only(kind) ? "" : only(kind) })}>
          {kind} <b>{count(times)}</b>
        </button>
      ))}
    </div>
  );
}
