// How good the capture was: counters in words, and what happened to the collector.
import type { CaptureHealth, Incident } from "./api";
import { rangeParams, type Address } from "./address";
import { useAnswer } from "./data";
import { age, count, moment } from "./format";
import { CAPTURE, DECODE, LIMITS } from "./words";

type Counters = Record<string, number>;

export function countersOf(health: CaptureHealth | null, section: string): Counters {
  const counters = health?.[section];
  return typeof counters === "object" && counters ? (counters as Counters) : {};
}

const figure = (name: string, value: number | undefined) =>
  name.endsWith("_ns") ? age(value === undefined ? value : value / 1e6) : count(value);

function CounterTable({ title, rows, counters }: { title: string; rows: typeof CAPTURE; counters: Counters }) {
  return (
    <section class="card">
      <h3>{title}</h3>
      <table class="plain">
        <tbody>
          {rows.map(([name, words, spoils]) => (
            <tr key={name}>
              <th scope="row">{words}</th>
              <td class={spoils && counters[name] ? "alarm" : ""}>{figure(name, counters[name])}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** A sentence on what was lost, or that nothing was. */
export function verdict(capture: Counters): { text: string; spoiled: boolean } {
  const lost = (capture.kernel_drops ?? 0) + (capture.interface_drops ?? 0);
  const frames = capture.frames ?? 0;
  if (!frames) return { text: "No frame arrived in this range.", spoiled: true };
  if (!lost) return { text: "No frame was lost in this range.", spoiled: false };
  const percent = (100 * lost) / (frames + lost);
  return {
    text: `${count(lost)} frames (${percent.toFixed(percent < 1 ? 2 : 1)} %) were lost in this range: figures are lower than they were, and latencies less sure.`,
    spoiled: true,
  };
}

export function CaptureView(props: { address: Address; version: number; health: CaptureHealth | null }) {
  const events = useAnswer<{ events: Incident[] }>("events", rangeParams(props.address), props.version);
  const capture = countersOf(props.health, "capture");
  const { text, spoiled } = verdict(capture);
  const newest = [...(events.data?.events ?? [])].reverse();
  return (
    <div class="sheet capture">
      <div class="sheet-head">
        <h2>Capture health</h2>
      </div>
      <div class="scroll">
        <p class={spoiled ? "verdict spoiled" : "verdict"}>{text}</p>
        <div class="cards">
          <CounterTable title="What the tap delivered" rows={CAPTURE} counters={capture} />
          <CounterTable title="What was made of it" rows={DECODE} counters={countersOf(props.health, "decode")} />
          <CounterTable title="What did not fit into its windows" rows={LIMITS} counters={(props.health ?? {}) as Counters} />
          <section class="card">
            <h3>Events</h3>
            {newest.length ? (
              <ol class="events">
                {newest.map((event, i) => (
                  <li key={event.time + i}>
                    <time>{moment(event.time)}</time> <b>{event.kind}</b> {event.text}
                  </li>
                ))}
              </ol>
            ) : (
              <p class="hint">Nothing happened to the collector in this range.</p>
            )}
          </section>
        </div>
      </div>
    </div>
  );
}
