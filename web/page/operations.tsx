// The operations of an edge or a service: what is asked for, how often, how it ended, how long it took.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { Operation } from "./api";
import type { Address } from "./address";
import { failed, percentile } from "./figures";
import { rate, share } from "./format";
import { Mark, Section, Spoiled } from "./parts";
import { OUTCOMES } from "./words";

const SHOWN = 12;

interface Column {
  title: string;
  words: string;
  value: (one: Operation) => number;
  show: (one: Operation) => ComponentChildren;
}

const COLUMNS: Column[] = [
  { title: "Rate", words: "Requests a second", value: (o) => o.rate_per_s, show: (o) => rate(o.rate_per_s) },
  { title: "Errors", words: "Share that failed", value: (o) => o.error_rate, show: failed },
  { title: "p50", words: "Half of them took less", value: (o) => o.latency_ms?.p50 ?? -1, show: (o) => percentile(o, "p50") },
  { title: "p95", words: "95 of 100 took less", value: (o) => o.latency_ms?.p95 ?? -1, show: (o) => percentile(o, "p95") },
];

const endsOf = (one: Operation) => OUTCOMES.filter(([name]) => one.outcomes[name]);

/** How it ended, as a thin bar; in words in the row's title. */
function Ends({ of }: { of: Operation }) {
  return (
    <span class="split thin" aria-hidden="true">
      {endsOf(of).map(([name]) => (
        <i key={name} class={name} style={{ flexGrow: of.outcomes[name] }} />
      ))}
    </span>
  );
}

function wordsOf(one: Operation, server: boolean): string {
  const ends = endsOf(one).map(([name, words]) => `${words}: ${share(one.outcomes[name]! / one.requests)}`);
  return [server ? `${one.operation}, asked by ${one.client}` : one.operation, ...ends].join("\n");
}

interface OperationsProps {
  operations: Operation[];
  server: boolean;
  address: Address;
  go: (change: Partial<Address>) => void;
}

export function Operations({ operations, server, address, go }: OperationsProps) {
  const sort = Math.max(0, COLUMNS.findIndex((one) => one.title === address.operations));
  const [all, setAll] = useState(false);
  const column = COLUMNS[sort]!;
  const timed = operations.filter((one) => !one.streams || one.requests > one.streams).sort((a, b) => column.value(b) - column.value(a));
  if (!timed.length) return null;
  const rest = timed.length - SHOWN;
  return (
    <Section title="Operations" gist={String(timed.length)}>
      <table class="data tight operations">
        <thead>
          <tr>
            <th>Operation</th>
            {COLUMNS.map((one, i) => (
              <th key={one.title} class="n" aria-sort={i === sort ? "descending" : "none"}>
                <button title={`${one.words}; click to sort by it`} onClick={() => go({ operations: one.title })}>
                  {one.title}
                  <span aria-hidden="true">{i === sort ? " ↓" : ""}</span>
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {timed.slice(0, all ? undefined : SHOWN).map((one) => (
            <tr key={one.edge_id + one.operation} class={one.operation === address.operation ? "goes chosen" : "goes"} title={wordsOf(one, server)} onClick={() => go({ operation: one.operation })}>
              <td class="name">
                <Mark health={one.health} /> {server && <Spoiled quality={one.quality} />} <button class="link">{one.operation}</button>
                {server && <small class="under">asked by {one.client}</small>}
                <Ends of={one} />
              </td>
              {COLUMNS.map((show) => (
                <td key={show.title} class={show.title === "Errors" && (one.health === "warn" || one.health === "bad") ? "n alarm" : "n"}>
                  {show.show(one)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {rest > 0 && (
        <button class="way" onClick={() => setAll(!all)}>
          {all ? "Fewer" : `and ${rest} more`}
        </button>
      )}
    </Section>
  );
}
